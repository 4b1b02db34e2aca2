"""kafka-python against a broker: BOOTSTRAP PREFIX."""

import functools
import threading

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic

from features import BOOTSTRAP, PREFIX, TIMEOUT_S, eventually, records, run, same

ADMIN = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)


def create_topic(name, partitions=1):
    topic = f"{PREFIX}-{name}"
    ADMIN.create_topics([NewTopic(topic, partitions, 1)])
    eventually(f"{topic} is known", lambda: topic in ADMIN.list_topics())
    return topic


def produce(topic, messages, **settings):
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, acks="all", **settings)
    sent = [producer.send(topic, key=key, value=value, headers=[("n", header)]) for key, value, header in messages]
    producer.flush(TIMEOUT_S)
    for one in sent:
        one.get(TIMEOUT_S)
    producer.close()


def new_consumer(topic, group, **settings):
    return KafkaConsumer(
        topic,
        bootstrap_servers=BOOTSTRAP,
        group_id=group,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=100,
        **settings,
    )


def poll(consumer, seen):
    for batch in consumer.poll(100).values():
        seen.extend((one.key, one.value, one.headers[0][1]) for one in batch)


def consume(topic, group, count):
    consumer = new_consumer(topic, group)
    seen = []

    def enough():
        poll(consumer, seen)
        return len(seen) >= count

    eventually(f"{count} records of {topic}", enough)
    consumer.close()
    return seen


def admin():
    topic = create_topic("admin", 2)
    ADMIN.create_partitions({topic: NewPartitions(3)})
    eventually("3 partitions", lambda: len(ADMIN.describe_topics([topic])[0]["partitions"]) == 3)
    ADMIN.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": "12345"})])

    def setting():
        described = ADMIN.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": None})])
        return described[0].resources[0][4][0][1]

    eventually("the setting", lambda: setting() == "12345")
    ADMIN.delete_topics([topic])
    eventually("the topic is gone", lambda: topic not in ADMIN.list_topics())


def plain():
    topic = create_topic("plain")
    produce(topic, records(200))
    same(consume(topic, f"{PREFIX}-plain", 200), records(200))


def compression(codec):
    topic = create_topic(f"codec-{codec}")
    sent = records(100, "the same text again and again")
    produce(topic, sent, compression_type=codec, linger_ms=20)
    same(consume(topic, f"{PREFIX}-codec-{codec}", 100), sent)


class Member(threading.Thread):
    """A member of a group on a thread of its own: its poll does not return while the group is forming."""

    def __init__(self, topic, group):
        super().__init__(daemon=True)
        self.consumer = new_consumer(topic, group, heartbeat_interval_ms=300)
        self.seen = []
        self.share = 0
        self.stopped = False

    def run(self):
        while not self.stopped:
            poll(self.consumer, self.seen)
            self.share = len(self.consumer.assignment())
        self.consumer.commit()
        self.consumer.close()


def groups():
    topic = create_topic("group", 4)
    group = f"{PREFIX}-group"
    members = [Member(topic, group) for _ in range(2)]
    for member in members:
        member.start()
    eventually("each has two partitions", lambda: [member.share for member in members] == [2, 2])
    produce(topic, records(100))
    eventually("all read", lambda: sum(len(member.seen) for member in members) == 100)
    assert all(member.seen for member in members), "both read"
    # One after the other would have the second read what the first gave up.
    for member in members:
        member.stopped = True
    for member in members:
        member.join(TIMEOUT_S)
    committed = ADMIN.list_consumer_group_offsets(group)
    assert sum(one.offset for one in committed.values()) == 100, committed
    assert (group, "consumer") in ADMIN.list_consumer_groups()
    assert ADMIN.describe_consumer_groups([group])[0].state == "Empty"
    ADMIN.delete_consumer_groups([group])


FEATURES = {"admin": admin, "produce and consume": plain}
for codec in ("gzip", "snappy", "lz4", "zstd"):
    FEATURES[f"compression {codec}"] = functools.partial(compression, codec)
FEATURES["groups"] = groups
run(FEATURES)
