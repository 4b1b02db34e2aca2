"""confluent-kafka (librdkafka) against a broker: BOOTSTRAP PREFIX."""

import functools
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

from features import BOOTSTRAP, PREFIX, TIMEOUT_S, eventually, records, run, same

ADMIN = AdminClient({"bootstrap.servers": BOOTSTRAP})


def done(futures):
    return {key: future.result(TIMEOUT_S) for key, future in futures.items()}


def create_topic(name, partitions=1):
    topic = f"{PREFIX}-{name}"
    done(ADMIN.create_topics([NewTopic(topic, partitions, 1)]))
    eventually(f"{topic} is known", lambda: topic in ADMIN.list_topics(timeout=TIMEOUT_S).topics)
    return topic


def send(producer, topic, messages):
    for key, value, header in messages:
        producer.produce(topic, key=key, value=value, headers=[("n", header)])


def produce(topic, messages, **settings):
    producer = Producer({"bootstrap.servers": BOOTSTRAP, **settings})
    send(producer, topic, messages)
    assert producer.flush(TIMEOUT_S) == 0, "not all delivered"


def new_consumer(group, **settings):
    return Consumer(
        {
            "bootstrap.servers": BOOTSTRAP,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 100,
            **settings,
        }
    )


def poll(consumer, seen):
    message = consumer.poll(0.1)
    if message is None:
        return
    if message.error():
        raise KafkaException(message.error())
    seen.append((message.key(), message.value(), message.headers()[0][1]))


def consume(topic, group, count, **settings):
    consumer = new_consumer(group, **settings)
    consumer.subscribe([topic])
    seen = []
    deadline = time.monotonic() + TIMEOUT_S
    while len(seen) < count and time.monotonic() < deadline:
        poll(consumer, seen)
    consumer.close()
    return seen


def admin():
    topic = create_topic("admin", 2)
    done(ADMIN.create_partitions([NewPartitions(topic, 3)]))
    eventually("3 partitions", lambda: len(ADMIN.list_topics(topic, TIMEOUT_S).topics[topic].partitions) == 3)
    done(ADMIN.alter_configs([ConfigResource("topic", topic, {"retention.ms": "12345"})]))
    resource = ConfigResource("topic", topic)
    eventually(
        "the setting", lambda: done(ADMIN.describe_configs([resource]))[resource]["retention.ms"].value == "12345"
    )
    done(ADMIN.delete_topics([topic]))
    eventually("the topic is gone", lambda: topic not in ADMIN.list_topics(timeout=TIMEOUT_S).topics)


def plain():
    topic = create_topic("plain")
    produce(topic, records(200), acks="all")
    same(consume(topic, f"{PREFIX}-plain", 200), records(200))


def compression(codec):
    topic = create_topic(f"codec-{codec}")
    sent = records(100, "the same text again and again")
    produce(topic, sent, **{"compression.type": codec, "linger.ms": 20})
    same(consume(topic, f"{PREFIX}-codec-{codec}", 100), sent)


def idempotence():
    topic = create_topic("idempotent")
    produce(topic, records(50), **{"enable.idempotence": True})
    same(consume(topic, f"{PREFIX}-idempotent", 50), records(50))


def groups(strategy):
    topic = create_topic(f"group-{strategy}", 4)
    group = f"{PREFIX}-group-{strategy}"
    settings = {"partition.assignment.strategy": strategy, "enable.auto.commit": False}
    members = [new_consumer(group, **settings) for _ in range(2)]
    seen = [[], []]
    for member in members:
        member.subscribe([topic])

    def shares():
        for member, records_of in zip(members, seen):
            poll(member, records_of)
        return [len(member.assignment()) for member in members]

    eventually("each has two partitions", lambda: shares() == [2, 2])
    produce(topic, records(100))
    eventually("all read", lambda: shares() and len(seen[0]) + len(seen[1]) == 100)
    assert seen[0] and seen[1], "both read"
    for member in members:
        member.commit(asynchronous=False)
    members[0].close()
    del members[0], seen[0]
    eventually("the other has all", lambda: shares() == [4])
    committed = members[0].committed([TopicPartition(topic, i) for i in range(4)], timeout=TIMEOUT_S)
    members[0].close()
    assert sum(max(0, one.offset) for one in committed) == 100, committed


def transactions():
    topic = create_topic("tx")
    producer = Producer({"bootstrap.servers": BOOTSTRAP, "transactional.id": f"{PREFIX}-tx"})
    producer.init_transactions(TIMEOUT_S)
    producer.begin_transaction()
    send(producer, topic, records(10, "lost"))
    producer.flush(TIMEOUT_S)
    producer.abort_transaction(TIMEOUT_S)
    producer.begin_transaction()
    send(producer, topic, records(10, "kept"))
    reader = new_consumer(f"{PREFIX}-tx-offsets")
    reader.subscribe([topic])
    reader.poll(0.1)
    producer.send_offsets_to_transaction(
        [TopicPartition(topic, 0, 7)], reader.consumer_group_metadata(), TIMEOUT_S
    )
    producer.commit_transaction(TIMEOUT_S)
    same(consume(topic, f"{PREFIX}-tx", 10, **{"isolation.level": "read_committed"}), records(10, "kept"))
    committed = reader.committed([TopicPartition(topic, 0)], timeout=TIMEOUT_S)
    assert committed[0].offset == 7, committed
    reader.close()


FEATURES = {"admin": admin, "produce and consume": plain}
for codec in ("gzip", "snappy", "lz4", "zstd"):
    FEATURES[f"compression {codec}"] = functools.partial(compression, codec)
FEATURES["idempotence"] = idempotence
FEATURES["groups"] = functools.partial(groups, "range")
FEATURES["groups, cooperative"] = functools.partial(groups, "cooperative-sticky")
FEATURES["transactions"] = transactions
run(FEATURES)
