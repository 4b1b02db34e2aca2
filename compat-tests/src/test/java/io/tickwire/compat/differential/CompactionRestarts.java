package io.tickwire.compat.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What is left of a compacted topic, and what is left of it over a kill. Compared is what Kafka's rules decide: which record of a key
 * survives, at its own offset, whether tombstones and aborted records go. When that comes about is each broker's own affair: a
 * case goes on appending records of one more key, so that segments end, until it has. Offsets are therefore told from the beginning of
 * a part of the case.
 */
final class CompactionRestarts {

    private static final String FILLER = "filler";
    private static final long SEGMENT_MS = 1_000;
    private static final long STEP_MS = 400;
    private static final long DAY_MS = 86_400_000;
    private static final long LONG_AGO_MS = 1_000_000;
    private static final long PATIENCE_S = 90;
    private static final int KEYS = 7;
    private static final int BATCHES = 12;

    private final Probe probe;
    private final KafkaProducer<String, String> producer;
    private final KafkaConsumer<String, String> everything;
    private final KafkaConsumer<String, String> committed;

    /** Where each part of the case begins in the log. */
    private final TreeMap<Long, String> parts = new TreeMap<>();

    /** Times of records count on by themselves, faster than the clock: segments end by them. */
    private long nowMs = System.currentTimeMillis();

    private CompactionRestarts(Probe probe) {
        this.probe = probe;
        // Only a flush sends: a batch is what a case makes one.
        this.producer = patient(probe, Map.of("linger.ms", 60_000, "delivery.timeout.ms", 240_000));
        this.everything = consumer(Map.of());
        this.committed = consumer(Map.of("isolation.level", "read_committed"));
    }

    private KafkaConsumer<String, String> consumer(Map<String, ?> settings) {
        KafkaConsumer<String, String> consumer = probe.consumer(settings);
        consumer.assign(List.of(probe.partition(0)));
        return consumer;
    }

    static List<RestartCase> cases() {
        return List.of(
                new RestartCase("compacted", (probe, broker) -> compacted(probe, broker, false)),
                new RestartCase("compacted, tombstones stay", (probe, broker) -> compacted(probe, broker, true)),
                new RestartCase("compacted and deleted", CompactionRestarts::compactedAndDeleted),
                new RestartCase("compacted transactions", CompactionRestarts::transactions));
    }

    /** Patient enough for a broker that takes its time to come back. */
    static KafkaProducer<String, String> patient(Probe probe, Map<String, ?> more) {
        Map<String, Object> settings = new HashMap<>(
                Map.of("max.block.ms", 120_000, "request.timeout.ms", 30_000, "delivery.timeout.ms", 120_000));
        settings.putAll(more);
        return probe.producer(settings);
    }

    private static void createTopic(Probe probe, Map<String, String> more) throws Exception {
        Map<String, String> configs = new HashMap<>(Map.of(
                "cleanup.policy",
                "compact",
                "segment.ms",
                Long.toString(SEGMENT_MS),
                "min.cleanable.dirty.ratio",
                "0.01",
                "delete.retention.ms",
                "100"));
        configs.putAll(more);
        probe.createTopic(1, configs);
    }

    private static void compacted(Probe probe, Restarts broker, boolean tombstonesStay) throws Exception {
        createTopic(probe, Map.of("delete.retention.ms", tombstonesStay ? Long.toString(DAY_MS) : "100"));
        CompactionRestarts topic = new CompactionRestarts(probe);
        topic.appendRounds("before");
        topic.append("key 0", null);
        topic.append("never had a value", null);
        topic.sawSurvivors(tombstonesStay ? KEYS + 1 : KEYS - 1, 0);

        broker.killed();
        topic.sawSurvivors(tombstonesStay ? KEYS + 1 : KEYS - 1, 0);
        topic.appendRounds("after");
        topic.append("key 1", null);
        topic.sawSurvivors(tombstonesStay ? KEYS + 1 : KEYS - 1, 0);
        probe.saw(
                "from a removed offset",
                topic.read(topic.everything, 1).getFirst().value());
        probe.attempt(
                "record without key",
                () -> Probe.get(topic.sendNow(new ProducerRecord<>(probe.topic(), 0, null, "v"))));
    }

    /** Batches of four records; the last of them are a key's twice. */
    private void appendRounds(String what) {
        part(what);
        for (int batch = 0; batch < BATCHES; batch++) {
            for (int i = 0; i < 4; i++) {
                send("key " + (batch * 3 + Math.min(i, 2)) % KEYS, what + ' ' + batch + '.' + i);
            }
            producer.flush();
        }
    }

    private void part(String name) {
        parts.put(end(everything), name);
    }

    private void append(String key, String value) {
        send(key, value);
        producer.flush();
    }

    private void send(String key, String value) {
        var _ = sendLater(producer, key, value);
    }

    private Future<?> sendLater(KafkaProducer<String, String> by, String key, String value) {
        nowMs += STEP_MS;
        return by.send(new ProducerRecord<>(probe.topic(), 0, nowMs, key, value));
    }

    private Future<?> sendNow(ProducerRecord<String, String> record) {
        var sent = producer.send(record);
        producer.flush();
        return sent;
    }

    private static void compactedAndDeleted(Probe probe, Restarts broker) throws Exception {
        createTopic(probe, Map.of("cleanup.policy", "compact,delete", "retention.ms", Long.toString(DAY_MS)));
        CompactionRestarts topic = new CompactionRestarts(probe);
        long freshMs = topic.nowMs;
        topic.nowMs = LONG_AGO_MS;
        topic.appendRounds("old");
        probe.saw("old ones are deleted", within(() -> topic.start() == 4 * BATCHES));
        topic.nowMs = freshMs;
        topic.appendRounds("fresh");
        topic.sawSurvivors(KEYS, 4 * BATCHES);

        broker.killed();
        topic.sawSurvivors(KEYS, 4 * BATCHES);
        probe.saw("start", topic.start() >= 4 * BATCHES);
    }

    private static void transactions(Probe probe, Restarts broker) throws Exception {
        createTopic(probe, Map.of());
        CompactionRestarts topic = new CompactionRestarts(probe);
        KafkaProducer<String, String> transactional =
                patient(probe, Map.of("transactional.id", probe.name("tx"), "transaction.timeout.ms", 600_000));
        transactional.initTransactions();
        topic.part("before");
        topic.transact(transactional, true, "a", "b");
        topic.transact(transactional, false, "a", "c");
        topic.transact(transactional, true, "b");
        topic.transact(transactional, false, "a", "b");
        topic.transact(transactional, true, "c");
        topic.transact(transactional, false, "d");
        topic.sawSurvivors(3, 0);
        topic.part("open");
        transactional.beginTransaction();
        Probe.get(topic.sendLater(transactional, "a", "open"));
        probe.saw("with the open one", topic.survivors(topic.everything));
        probe.saw("committed", topic.survivors(topic.committed));

        broker.killed();
        probe.saw("with the open one", topic.survivors(topic.everything));
        transactional.abortTransaction();
        topic.sawSurvivors(3, 0);
        topic.part("after");
        topic.transact(transactional, true, "b");
        topic.sawSurvivors(3, 0);
        probe.saw("committed", topic.survivors(topic.committed));
    }

    private void transact(KafkaProducer<String, String> transactional, boolean commit, String... keys)
            throws Exception {
        transactional.beginTransaction();
        for (String key : keys) {
            Probe.get(sendLater(transactional, key, commit ? "committed" : "aborted"));
        }
        if (commit) {
            transactional.commitTransaction();
        } else {
            transactional.abortTransaction();
        }
    }

    // --- what is left ---

    /** Appends until so many records are left, of so many keys, and notes them. */
    private void sawSurvivors(int count, long from) throws Exception {
        probe.saw("compacted to " + count, within(() -> {
            append(FILLER, "");
            return survivors(everything).size() == count;
        }));
        probe.saw("survivors", survivors(everything));
        probe.saw("all after the start", read(everything, 0).stream().allMatch(record -> record.offset() >= from));
    }

    private List<String> survivors(KafkaConsumer<String, String> consumer) {
        return read(consumer, 0).stream()
                .map(record -> {
                    Map.Entry<Long, String> part = parts.floorEntry(record.offset());
                    return part.getValue()
                            + '+'
                            + (record.offset() - part.getKey())
                            + ' '
                            + record.key()
                            + '='
                            + record.value();
                })
                .toList();
    }

    /** Everything from an offset on to what is now the end, without the records that only fill. */
    private List<ConsumerRecord<String, String>> read(KafkaConsumer<String, String> consumer, long offset) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        long end = end(consumer);
        consumer.seek(probe.partition(0), offset);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (consumer.position(probe.partition(0)) < end && System.nanoTime() - deadline < 0) {
            consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                if (!FILLER.equals(record.key())) {
                    records.add(record);
                }
            });
        }
        return records;
    }

    private long start() {
        return everything.beginningOffsets(List.of(probe.partition(0))).get(probe.partition(0));
    }

    private long end(KafkaConsumer<String, String> consumer) {
        return consumer.endOffsets(List.of(probe.partition(0))).get(probe.partition(0));
    }

    /** Waits for what a broker does when it comes to it; false when it has not in a long time. */
    static boolean within(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            Thread.sleep(100);
        }
        return true;
    }
}
