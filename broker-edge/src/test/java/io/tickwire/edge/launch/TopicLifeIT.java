package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.config.ConfigLoader;
import io.tickwire.storage.segment.LogManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a topic's records and files while the broker runs: compaction, retention, deletion. */
@Timeout(300)
class TopicLifeIT {
    private static final long PATIENCE_NS = 120_000_000_000L;
    private static final long PAUSE_MS = 100;
    private static final int KEYS = 20;

    @TempDir
    private Path dir;

    private Broker broker;
    private Admin admin;

    @BeforeEach
    void start() {
        Map<String, String> settings = new HashMap<>();
        settings.put("data.dir", dir.resolve("data").toString());
        settings.put("threading.mode", "shared");
        settings.put("shm.enabled", "false");
        settings.put("kafka.listen", "127.0.0.1:0");
        settings.put("kafka.log.retention.check.interval.ms", "200");
        settings.put("kafka.log.cleaner.backoff.ms", "100");
        settings.put("kafka.log.cleaner.dedupe.buffer.size", "2097152");
        settings.put("kafka.offsets.topic.num.partitions", "1");
        settings.put("kafka.transaction.state.log.num.partitions", "1");
        broker = Assembly.start(ConfigLoader.load(null, settings));
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap()));
    }

    @AfterEach
    void stop() {
        admin.close(Duration.ofSeconds(10));
        broker.close();
    }

    private void restart() {
        stop();
        start();
    }

    @Test
    void compactedTopicKeepsTheLastRecordOfEachKeyWhereItWas() throws Exception {
        TopicPartition partition = create(
                "compacted",
                Map.of(
                        "cleanup.policy", "compact",
                        "segment.ms", "100",
                        "min.cleanable.dirty.ratio", "0.01",
                        "delete.retention.ms", "0"));
        Map<String, Long> lastOffsets = new TreeMap<>();
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            for (int i = 0; i < KEYS * 20; i++) {
                String key = "key-" + i % KEYS;
                lastOffsets.put(
                        key,
                        producer.send(new ProducerRecord<>("compacted", 0, key, "value-" + i))
                                .get()
                                .offset());
            }
            for (int i = 0; i < KEYS / 2; i++) {
                producer.send(new ProducerRecord<>("compacted", 0, "key-" + i, null))
                        .get();
                lastOffsets.remove("key-" + i);
            }
            long end = end(partition);
            // Later records: the last segment is never compacted, nor are tombstones dropped in the pass that sees them
            // first.
            eventually(() -> {
                producer.send(new ProducerRecord<>("compacted", 0, "later", "x"))
                        .get();
                Map<String, Long> kept = new TreeMap<>();
                int records = 0;
                for (ConsumerRecord<String, String> record : readAll(partition, Map.of())) {
                    if (record.offset() < end) {
                        records++;
                        kept.put(record.key(), record.offset());
                    }
                }
                return records == lastOffsets.size() && kept.equals(lastOffsets);
            });
        }
        restart();
        List<ConsumerRecord<String, String>> records = readAll(partition, Map.of());
        for (Map.Entry<String, Long> last : lastOffsets.entrySet()) {
            ConsumerRecord<String, String> record = records.stream()
                    .filter(one -> one.key().equals(last.getKey()))
                    .reduce((first, second) -> second)
                    .orElseThrow();
            assertEquals(last.getValue(), record.offset());
            assertEquals("value-" + last.getValue(), record.value());
        }
    }

    @Test
    void committedOffsetsAndTransactionsOutliveTheCompactionOfTheirTopics() throws Exception {
        TopicPartition partition = create("used", Map.of());
        int rounds = 40;
        for (int i = 1; i <= rounds; i++) {
            commit("group", partition, i);
            transact(i);
        }
        for (String internal : List.of("__consumer_offsets", "__transaction_state")) {
            alter(internal, Map.of("segment.ms", "100", "min.cleanable.dirty.ratio", "0.01"));
        }
        TopicPartition offsetsTopic = new TopicPartition("__consumer_offsets", 0);
        TopicPartition transactionsTopic = new TopicPartition("__transaction_state", 0);
        int[] last = {rounds};
        eventually(() -> {
            last[0]++;
            commit("group", partition, last[0]);
            transact(last[0]);
            return countRaw(offsetsTopic) < last[0] && countRaw(transactionsTopic) < last[0];
        });
        restart();
        assertEquals(last[0], committed("group", partition));
        // Two of three transactions are aborted.
        int committed = 0;
        for (int i = 1; i <= last[0]; i++) {
            committed += i % 3 == 0 ? 1 : 0;
        }
        assertEquals(
                committed,
                readAll(partition, Map.of("isolation.level", "read_committed")).size());
        transact(3);
        assertEquals(
                committed + 1,
                readAll(partition, Map.of("isolation.level", "read_committed")).size());
    }

    @Test
    void retentionChangedWhileTheBrokerRunsDeletesFiles() throws Exception {
        TopicPartition partition = create("retained", Map.of("segment.bytes", "1048576"));
        fill("retained", 5);
        assertEquals(0, earliest(partition));
        long filesBefore = files("retained");
        assertTrue(filesBefore >= 5, filesBefore + " files");
        alter("retained", Map.of("retention.bytes", "1500000"));
        eventually(() -> earliest(partition) > 0 && files("retained") < filesBefore);
        assertTrue(earliest(partition) < end(partition));
        alter("retained", Map.of("retention.bytes", "-1", "retention.ms", "1"));
        eventually(() -> earliest(partition) == end(partition));
        long end = end(partition);
        alter("retained", Map.of("retention.ms", "-1", "segment.bytes", "2097152"));
        long segments = files("retained");
        fill("retained", 5);
        assertEquals(end, earliest(partition));
        assertTrue(files("retained") - segments <= 3, "segments of the new size");
    }

    @Test
    void flushSettingsChangedWhileTheBrokerRunsTakeEffect() throws Exception {
        TopicPartition partition = create("flushed", Map.of());
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            send(producer, partition, 10);
            assertEquals(0, recoveryPoint(partition, 1), "by default nobody asks for the device");
            alter("flushed", Map.of("flush.messages", "1"));
            send(producer, partition, 10);
            assertEquals(20, recoveryPoint(partition, 2), "acknowledged is durable");
            alter("flushed", Map.of("flush.messages", Long.toString(Long.MAX_VALUE)));
            send(producer, partition, 10);
            assertEquals(20, recoveryPoint(partition, 3), "nobody asks any more");
            alter("flushed", Map.of("flush.ms", "10"));
            long[] start = {3};
            eventually(() -> {
                send(producer, partition, 1);
                return recoveryPoint(partition, ++start[0]) >= 30;
            });
        }
    }

    @Test
    void cleanerSettingsChangedWhileTheBrokerRunsTakeEffect() throws Exception {
        alterBroker(Map.of("log.cleaner.threads", "2"));
        eventually(() -> cleanerThreads() == 2);
        alterBroker(Map.of("log.cleaner.threads", "1"));
        eventually(() -> cleanerThreads() == 1);
        // A pause of an hour begins; only a change ends it.
        alterBroker(Map.of("log.cleaner.backoff.ms", "3600000"));
        TopicPartition partition = create(
                "paused",
                Map.of("cleanup.policy", "compact", "segment.ms", "100", "min.cleanable.dirty.ratio", "0.01"));
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            for (int i = 0; i < 50; i++) {
                producer.send(new ProducerRecord<>("paused", 0, "key", "value-" + i))
                        .get();
            }
            alterBroker(Map.of("log.cleaner.backoff.ms", "50", "log.cleaner.io.buffer.size", "65536"));
            eventually(() -> {
                producer.send(new ProducerRecord<>("paused", 0, "later", "x")).get();
                return readAll(partition, Map.of()).stream()
                                .filter(record -> record.key().equals("key"))
                                .count()
                        == 1;
            });
        }
        // Too little memory for each thread, which the broker finds when it applies the change: all stays as it was.
        alterBroker(Map.of("log.cleaner.dedupe.buffer.size", "1048576", "log.cleaner.threads", "2"));
        alterBroker(Map.of("log.cleaner.dedupe.buffer.size", "2097152"));
        eventually(() -> cleanerThreads() == 2);
    }

    @Test
    void deletedTopicLeavesNoFiles() throws Exception {
        create("doomed", Map.of());
        fill("doomed", 1);
        assertTrue(files("doomed") > 0);
        admin.deleteTopics(List.of("doomed")).all().get();
        eventually(() -> {
            try (Stream<Path> all = Files.walk(dir.resolve("data"))) {
                return all.noneMatch(file -> file.toString().contains("doomed"));
            }
        });
    }

    private TopicPartition create(String topic, Map<String, String> settings) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(settings)))
                .all()
                .get();
        return new TopicPartition(topic, 0);
    }

    private void alter(String topic, Map<String, String> settings) throws Exception {
        alter(new ConfigResource(ConfigResource.Type.TOPIC, topic), settings);
    }

    private void alterBroker(Map<String, String> settings) throws Exception {
        alter(new ConfigResource(ConfigResource.Type.BROKER, ""), settings);
    }

    private void alter(ConfigResource resource, Map<String, String> settings) throws Exception {
        List<AlterConfigOp> changes = new ArrayList<>();
        settings.forEach((name, value) ->
                changes.add(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET)));
        admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
    }

    private static void send(KafkaProducer<String, String> producer, TopicPartition partition, int records)
            throws Exception {
        for (int i = 0; i < records; i++) {
            producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, "value"))
                    .get();
        }
    }

    /** A DeleteRecords that moves the start writes the manifest. */
    private long recoveryPoint(TopicPartition partition, long deleteBefore) throws Exception {
        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(deleteBefore)))
                .all()
                .get();
        return LogManifest.read(dir.resolve("data").resolve("logs").resolve(partition.toString()))
                .recoveryPoint();
    }

    private static long cleanerThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("tickwire-cleaner-"))
                .count();
    }

    private void fill(String topic, int megabytes) throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            String value = "x".repeat(100_000);
            for (int i = 0; i < megabytes * 10; i++) {
                producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
            }
        }
    }

    /** One transaction of one record; every third is committed. */
    private void transact(int number) throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", "writer"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("used", 0, "k", "v" + number)).get();
            if (number % 3 == 0) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    private void commit(String group, TopicPartition partition, long offset) throws Exception {
        admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset)))
                .all()
                .get();
    }

    private long committed(String group, TopicPartition partition) throws Exception {
        return admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .get(partition)
                .offset();
    }

    private long earliest(TopicPartition partition) throws Exception {
        return offset(partition, OffsetSpec.earliest());
    }

    private long end(TopicPartition partition) throws Exception {
        return offset(partition, OffsetSpec.latest());
    }

    private long offset(TopicPartition partition, OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(partition, spec))
                .partitionResult(partition)
                .get()
                .offset();
    }

    private long files(String topic) throws IOException {
        try (Stream<Path> all = Files.walk(dir.resolve("data").resolve("logs").resolve(topic + "-0"))) {
            return all.filter(file -> file.toString().endsWith(".cq4")).count();
        }
    }

    private KafkaProducer<String, String> producer(Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrap());
        all.put("linger.ms", "0");
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    private List<ConsumerRecord<String, String>> readAll(TopicPartition partition, Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrap());
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer())) {
            return readAll(consumer, partition);
        }
    }

    private int countRaw(TopicPartition partition) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap()), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return readAll(consumer, partition).size();
        }
    }

    private static <T> List<ConsumerRecord<T, T>> readAll(KafkaConsumer<T, T> consumer, TopicPartition partition) {
        List<ConsumerRecord<T, T>> records = new ArrayList<>();
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (consumer.position(partition) < end && System.nanoTime() - deadlineNs < 0) {
            consumer.poll(Duration.ofMillis(PAUSE_MS)).forEach(records::add);
        }
        return records;
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (!condition.call()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "not within two minutes");
            Thread.sleep(PAUSE_MS);
        }
    }

    private String bootstrap() {
        return broker.kafkaAddress().getAddress().getHostAddress() + ":"
                + broker.kafkaAddress().getPort();
    }
}
