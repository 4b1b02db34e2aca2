package io.tickwire.compat.differential;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a producer is told, and what a consumer then reads. */
@Execution(ExecutionMode.CONCURRENT)
class ProducerCasesIT {

    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    @TestFactory
    Stream<DynamicTest> deliveries() {
        List<Case> cases = new ArrayList<>();
        for (String codec : CODECS) {
            for (String acks : List.of("0", "1", "all", "idempotent")) {
                for (int size : new int[] {0, 100, 20_000}) {
                    cases.add(Case.of(
                            codec + " acks " + acks + " size " + size, probe -> deliver(probe, codec, acks, size)));
                }
            }
        }
        return Differential.tests("producer delivery", cases);
    }

    private static void deliver(Probe probe, String codec, String acks, int size) throws Exception {
        probe.createTopic(1, Map.of());
        Map<String, Object> settings = new HashMap<>();
        settings.put("compression.type", codec);
        settings.put("acks", acks.equals("idempotent") ? "all" : acks);
        settings.put("enable.idempotence", acks.equals("idempotent"));
        // A batch per ten records or so: several batches of several records each.
        settings.put("linger.ms", 50);
        settings.put("batch.size", Math.max(200, size * 10));
        KafkaProducer<String, String> producer = probe.producer(settings);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            ProducerRecord<String, String> record =
                    new ProducerRecord<>(probe.topic(), 0, 1_000L + i, "key" + i, "v".repeat(size) + i);
            record.headers().add("n", Integer.toString(i).getBytes(StandardCharsets.UTF_8));
            sent.add(producer.send(record));
        }
        producer.flush();
        for (Future<RecordMetadata> future : sent) {
            RecordMetadata metadata = Probe.get(future);
            probe.saw(
                    "sent",
                    metadata.partition() + "@" + (metadata.hasOffset() ? metadata.offset() : "?") + " "
                            + metadata.timestamp());
        }
        probe.sawRecords("read", probe.readAll(25, Map.of(), probe.partition(0)));
    }

    @TestFactory
    Stream<DynamicTest> topicCompression() {
        List<Case> cases = new ArrayList<>();
        for (String topicCodec : List.of("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd")) {
            for (String codec : CODECS) {
                cases.add(Case.of("topic " + topicCodec + " producer " + codec, probe -> {
                    probe.createTopic(1, Map.of("compression.type", topicCodec));
                    KafkaProducer<String, String> producer =
                            probe.producer(Map.of("compression.type", codec, "linger.ms", 20));
                    Probe.sendAll(
                            producer,
                            IntStream.range(0, 5)
                                    .mapToObj(i ->
                                            new ProducerRecord<>(probe.topic(), 0, 5L, "k" + i, "value".repeat(50))));
                    probe.sawRecords("read", probe.readAll(5, Map.of(), probe.partition(0)));
                    probe.saw("codecs", codecs(probe));
                }));
            }
        }
        for (String level : List.of("1", "9")) {
            cases.add(Case.of("topic gzip level " + level, probe -> {
                probe.createTopic(1, Map.of("compression.type", "gzip", "compression.gzip.level", level));
                KafkaProducer<String, String> producer = probe.producer(Map.of("linger.ms", 20));
                Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 5L, "k", "value, ".repeat(2_000))));
                probe.saw("bytes", bytes(probe));
            }));
        }
        return Differential.tests("topic compression", cases);
    }

    /** Codecs of the batches in the partition, as they are sent to consumers. */
    private static Set<String> codecs(Probe probe) throws Exception {
        Set<String> codecs = new TreeSet<>();
        fetch(probe).batches().forEach(batch -> codecs.add(batch.compressionType().name));
        return codecs;
    }

    private static int bytes(Probe probe) throws Exception {
        return fetch(probe).sizeInBytes();
    }

    private static MemoryRecords fetch(Probe probe) throws Exception {
        try (WireClient wire = new WireClient(probe.target(), probe.name("wire"))) {
            Map<TopicPartition, FetchRequest.PartitionData> partitions = Map.of(
                    probe.partition(0),
                    new FetchRequest.PartitionData(Uuid.ZERO_UUID, 0, -1, 1 << 20, Optional.empty()));
            FetchRequest request = FetchRequest.Builder.forConsumer((short) 12, 5_000, 1, partitions)
                    .build((short) 12);
            return (MemoryRecords) wire.ask(request, FetchResponse.class)
                    .data()
                    .responses()
                    .getFirst()
                    .partitions()
                    .getFirst()
                    .records();
        }
    }

    @TestFactory
    Stream<DynamicTest> timestamps() {
        List<Case> cases = new ArrayList<>();
        for (String type : List.of("CreateTime", "LogAppendTime")) {
            for (long timestamp : new long[] {0, 1, 1_000_000, 4_102_444_800_000L}) {
                for (Map<String, String> limit : List.of(
                        Map.<String, String>of(),
                        Map.of("message.timestamp.before.max.ms", "3600000"),
                        Map.of("message.timestamp.after.max.ms", "3600000"))) {
                    String name = type + " " + timestamp + " " + limit.keySet();
                    cases.add(Case.of(name, probe -> sendAt(probe, type, timestamp, limit)));
                }
            }
        }
        return Differential.tests("producer timestamps", cases);
    }

    private static void sendAt(Probe probe, String type, long timestamp, Map<String, String> limit) throws Exception {
        Map<String, String> configs = new HashMap<>(limit);
        configs.put("message.timestamp.type", type);
        probe.createTopic(1, configs);
        KafkaProducer<String, String> producer = probe.producer(Map.of());
        probe.ask("send", () -> {
            RecordMetadata metadata =
                    Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, timestamp, "k", "v")));
            return metadata.offset() + (metadata.timestamp() == timestamp ? " at the time given" : " at another time");
        });
        long end = Probe.get(probe.admin()
                        .listOffsets(Map.of(probe.partition(0), OffsetSpec.latest()))
                        .partitionResult(probe.partition(0)))
                .offset();
        probe.saw("end", end);
        probe.sawRecords("read", probe.readAll((int) end, Map.of(), probe.partition(0)));
    }

    @TestFactory
    Stream<DynamicTest> sizes() {
        List<Case> cases = new ArrayList<>();
        for (int limit : new int[] {1_000, 100_000}) {
            for (int size : new int[] {limit / 2, limit - 80, limit - 70, limit - 60, limit, limit * 2}) {
                cases.add(Case.of("limit " + limit + " value " + size, probe -> {
                    probe.createTopic(1, Map.of("max.message.bytes", Integer.toString(limit)));
                    KafkaProducer<String, String> producer = probe.producer(Map.of());
                    probe.ask(
                            "send",
                            () -> Probe.get(producer.send(
                                            new ProducerRecord<>(probe.topic(), 0, 1L, null, "v".repeat(size))))
                                    .offset());
                    probe.ask(
                            "next",
                            () -> Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 2L, null, "small")))
                                    .offset());
                }));
            }
        }
        for (int size : new int[] {500_000, 1_048_000, 1_048_500, 1_048_576, 1_100_000, 3_000_000}) {
            cases.add(Case.of("default limit value " + size, probe -> {
                probe.createTopic(1, Map.of());
                KafkaProducer<String, String> producer =
                        probe.producer(Map.of("max.request.size", 10_000_000, "buffer.memory", 33_554_432L));
                probe.ask(
                        "send",
                        () -> Probe.get(producer.send(
                                        new ProducerRecord<>(probe.topic(), 0, 1L, null, "v".repeat(size))))
                                .offset());
            }));
        }
        return Differential.tests("producer sizes", cases);
    }

    @TestFactory
    Stream<DynamicTest> topicNames() {
        List<Case> cases = new ArrayList<>();
        for (String name : List.of(
                "plain",
                "with.dot",
                "with_underscore",
                "UPPER",
                "1",
                ".",
                "..",
                "a b",
                "a/b",
                "ä",
                "x".repeat(249),
                "x".repeat(250))) {
            cases.add(Case.of("auto-create " + (name.length() > 40 ? name.length() + " characters" : name), probe -> {
                KafkaProducer<String, String> producer = probe.producer(Map.of("max.block.ms", 8_000));
                String topic = name.equals("plain") ? probe.topic() : name;
                probe.ask(
                        "send",
                        () -> Probe.get(producer.send(new ProducerRecord<>(topic, "v")))
                                .partition());
            }));
        }
        cases.add(Case.of("partition beyond the last", probe -> {
            probe.createTopic(2, Map.of());
            KafkaProducer<String, String> producer = probe.producer(Map.of("max.block.ms", 1_000));
            probe.attempt("send", () -> Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 2, "k", "v"))));
        }));
        return Differential.tests("producer topics", cases);
    }

    @TestFactory
    Stream<DynamicTest> records() {
        return Differential.tests(
                "producer records",
                List.of(
                        Case.of(
                                "null key",
                                probe -> one(probe, Map.of(), new ProducerRecord<>(probe.topic(), 0, 1L, null, "v"))),
                        Case.of(
                                "null value",
                                probe -> one(probe, Map.of(), new ProducerRecord<>(probe.topic(), 0, 1L, "k", (String)
                                        null))),
                        Case.of(
                                "both null",
                                probe -> one(
                                        probe,
                                        Map.of(),
                                        new ProducerRecord<>(probe.topic(), 0, 1L, (String) null, (String) null))),
                        Case.of(
                                "empty key",
                                probe -> one(probe, Map.of(), new ProducerRecord<>(probe.topic(), 0, 1L, "", ""))),
                        Case.of(
                                "header without value",
                                probe -> one(
                                        probe,
                                        Map.of(),
                                        new ProducerRecord<>(
                                                probe.topic(), 0, 1L, "k", "v", List.of(new RecordHeader("h", null))))),
                        Case.of(
                                "headers of one name",
                                probe -> one(
                                        probe,
                                        Map.of(),
                                        new ProducerRecord<>(
                                                probe.topic(),
                                                0,
                                                1L,
                                                "k",
                                                "v",
                                                List.of(
                                                        new RecordHeader("h", new byte[] {65}),
                                                        new RecordHeader("h", new byte[] {66}))))),
                        Case.of(
                                "compacted without key",
                                probe -> one(
                                        probe,
                                        Map.of("cleanup.policy", "compact"),
                                        new ProducerRecord<>(probe.topic(), 0, 1L, null, "v"))),
                        Case.of(
                                "compacted with key",
                                probe -> one(
                                        probe,
                                        Map.of("cleanup.policy", "compact"),
                                        new ProducerRecord<>(probe.topic(), 0, 1L, "k", "v"))),
                        Case.of(
                                "too few replicas",
                                probe -> one(
                                        probe,
                                        Map.of("min.insync.replicas", "2"),
                                        new ProducerRecord<>(probe.topic(), 0, 1L, "k", "v"))),
                        Case.of("partition by key", probe -> {
                            probe.createTopic(7, Map.of());
                            KafkaProducer<String, String> producer = probe.producer(Map.of());
                            for (int i = 0; i < 50; i++) {
                                probe.saw(
                                        "key " + i,
                                        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), "key" + i, "v")))
                                                .partition());
                            }
                        }),
                        Case.of("partitions for", probe -> {
                            probe.createTopic(3, Map.of());
                            KafkaProducer<String, String> producer = probe.producer(Map.of());
                            producer.partitionsFor(probe.topic()).stream()
                                    .sorted(Comparator.comparingInt(info -> info.partition()))
                                    .forEach(info -> probe.saw(
                                            "partition", info.partition() + " isr " + info.inSyncReplicas().length));
                        }),
                        Case.of("many batches in order", probe -> {
                            probe.createTopic(1, Map.of());
                            KafkaProducer<String, String> producer =
                                    probe.producer(Map.of("batch.size", 500, "enable.idempotence", true));
                            Probe.sendAll(
                                    producer,
                                    IntStream.range(0, 2_000)
                                            .mapToObj(i -> new ProducerRecord<>(
                                                    probe.topic(), 0, 1L, (String) null, "value " + i)));
                            probe.sawRecords("read", probe.readAll(2_000, Map.of(), probe.partition(0)));
                        })));
    }

    private static void one(Probe probe, Map<String, String> configs, ProducerRecord<String, String> record)
            throws Exception {
        probe.createTopic(1, configs);
        KafkaProducer<String, String> producer = probe.producer(Map.of("retries", 0, "acks", "all"));
        probe.ask("send", () -> {
            RecordMetadata metadata = Probe.get(producer.send(record));
            return metadata + " sizes " + metadata.serializedKeySize() + "," + metadata.serializedValueSize();
        });
        long end = Probe.get(probe.admin()
                        .listOffsets(Map.of(probe.partition(0), OffsetSpec.latest()))
                        .partitionResult(probe.partition(0)))
                .offset();
        probe.saw("end", end);
        probe.sawRecords("read", probe.readAll((int) end, Map.of(), probe.partition(0)));
    }
}
