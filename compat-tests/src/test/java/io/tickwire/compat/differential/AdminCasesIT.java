package io.tickwire.compat.differential;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Topics and configurations through the admin client: results, and the texts of errors. */
@Execution(ExecutionMode.CONCURRENT)
class AdminCasesIT {

    @TestFactory
    Stream<DynamicTest> topics() {
        List<Case> cases = new ArrayList<>();
        List<NewTopic> variants = List.of(
                new NewTopic("NAME", 1, (short) 1),
                new NewTopic("NAME", 20, (short) 1),
                new NewTopic("NAME", Optional.empty(), Optional.empty()),
                new NewTopic("NAME", -1, (short) -1),
                new NewTopic("NAME", 0, (short) 1),
                new NewTopic("NAME", -2, (short) 1),
                new NewTopic("NAME", 1, (short) 0),
                new NewTopic("NAME", 1, (short) 2),
                new NewTopic("NAME", Map.of(0, List.of(1))),
                new NewTopic("NAME", Map.of(0, List.of(1), 1, List.of(1))),
                new NewTopic("NAME", Map.of(1, List.of(1))),
                new NewTopic("NAME", Map.of(0, List.of(1, 1))),
                new NewTopic("NAME", Map.of(0, List.of(99))),
                new NewTopic("NAME", Map.of(0, List.of())),
                new NewTopic("", 1, (short) 1),
                new NewTopic(".", 1, (short) 1),
                new NewTopic("a b", 1, (short) 1),
                new NewTopic("x".repeat(250), 1, (short) 1),
                new NewTopic("NAME", 1, (short) 1).configs(Map.of("no.such.config", "1")),
                new NewTopic("NAME", 1, (short) 1).configs(Map.of("retention.ms", "word")),
                new NewTopic("NAME", 1, (short) 1).configs(Map.of("retention.ms", "-2")),
                new NewTopic("NAME", 1, (short) 1)
                        .configs(Map.of("retention.ms", "5000", "cleanup.policy", "compact,delete")));
        for (boolean validateOnly : new boolean[] {false, true}) {
            for (int i = 0; i < variants.size(); i++) {
                NewTopic variant = variants.get(i);
                cases.add(Case.of(
                        "create " + i + " validate only " + validateOnly,
                        probe -> create(probe, variant, validateOnly)));
            }
        }
        cases.add(Case.of("create twice", probe -> {
            probe.createTopic(1, Map.of());
            probe.attemptWithText("again", () -> probe.createTopic(1, Map.of()));
        }));
        cases.add(Case.of("names that collide", probe -> {
            probe.createTopic(probe.name("a.b"), 1, Map.of());
            probe.attemptWithText("other", () -> probe.createTopic(probe.name("a_b"), 1, Map.of()));
        }));
        cases.add(Case.of("delete", probe -> {
            probe.createTopic(1, Map.of());
            probe.attempt(
                    "delete",
                    () -> Probe.get(
                            probe.admin().deleteTopics(List.of(probe.topic())).all()));
            probe.attemptWithText(
                    "again",
                    () -> Probe.get(
                            probe.admin().deleteTopics(List.of(probe.topic())).all()));
            probe.attemptWithText("describe", () -> describe(probe, probe.topic()));
        }));
        cases.add(Case.of("delete and create again starts at 0", probe -> {
            probe.createTopic(1, Map.of());
            KafkaProducer<String, String> producer = probe.producer(Map.of());
            probe.saw(
                    "first",
                    Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 1L, null, "a")))
                            .offset());
            Probe.get(probe.admin().deleteTopics(List.of(probe.topic())).all());
            probe.createTopic(1, Map.of());
            KafkaProducer<String, String> later = probe.producer(Map.of());
            probe.saw(
                    "second",
                    Probe.get(later.send(new ProducerRecord<>(probe.topic(), 0, 1L, null, "b")))
                            .offset());
            probe.sawRecords("read", probe.readAll(1, Map.of(), probe.partition(0)));
        }));
        for (String name : List.of("missing", "a b", "")) {
            cases.add(Case.of(
                    "describe '" + name + "'",
                    probe -> probe.attemptWithText("describe", () -> describe(probe, name))));
            cases.add(Case.of(
                    "delete '" + name + "'",
                    probe -> probe.attemptWithText(
                            "delete",
                            () -> Probe.get(
                                    probe.admin().deleteTopics(List.of(name)).all()))));
        }
        for (int total : new int[] {-1, 0, 1, 2, 3, 5}) {
            for (boolean validateOnly : new boolean[] {false, true}) {
                cases.add(Case.of("partitions from 2 to " + total + " validate only " + validateOnly, probe -> {
                    probe.createTopic(2, Map.of());
                    probe.attemptWithText(
                            "increase",
                            () -> Probe.get(probe.admin()
                                    .createPartitions(
                                            Map.of(probe.topic(), NewPartitions.increaseTo(total)),
                                            new CreatePartitionsOptions().validateOnly(validateOnly))
                                    .all()));
                    int expected = validateOnly ? 2 : Math.max(total, 2);
                    probe.saw("as expected", Probe.eventually(() -> partitionCount(probe) == expected));
                    probe.saw("partitions", partitionCount(probe));
                }));
            }
        }
        return Differential.tests("admin topics", cases);
    }

    private static void create(Probe probe, NewTopic variant, boolean validateOnly) throws Exception {
        String name = variant.name().equals("NAME") ? probe.topic() : variant.name();
        NewTopic topic = variant.replicasAssignments() != null
                ? new NewTopic(name, variant.replicasAssignments())
                : new NewTopic(
                        name,
                        Optional.of(variant.numPartitions()).filter(n -> n != -1),
                        Optional.of(variant.replicationFactor()).filter(n -> n != -1));
        topic.configs(variant.configs());
        var result = probe.admin().createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(validateOnly));
        probe.attemptWithText("create", () -> Probe.get(result.all()));
        probe.ask(
                "result",
                () -> Probe.get(result.numPartitions(name)) + " " + Probe.get(result.replicationFactor(name)));
        probe.ask("configs", () -> Probe.get(result.config(name)).entries().size());
        if (name.equals(probe.topic())) {
            if (!validateOnly && !result.all().isCompletedExceptionally()) {
                // Kafka shows a new topic a moment after it has said that it is there.
                Probe.eventually(() -> isDescribed(probe, name));
            }
            probe.ask(
                    "described",
                    () -> describe(probe, name).partitions().stream()
                            .map(p -> p.partition() + " on " + p.leader().id() + " isr "
                                    + p.isr().size() + " of " + p.replicas().size())
                            .toList());
        }
    }

    private static boolean isDescribed(Probe probe, String topic) {
        try {
            return describe(probe, topic) != null;
        } catch (Exception notYet) {
            return false;
        }
    }

    private static int partitionCount(Probe probe) {
        try {
            return describe(probe, probe.topic()).partitions().size();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static TopicDescription describe(Probe probe, String topic) throws Exception {
        return Probe.get(probe.admin().describeTopics(List.of(topic)).allTopicNames())
                .get(topic);
    }

    // --- configurations ---

    private static final Map<String, List<String>> TOPIC_CONFIGS = new LinkedHashMap<>();

    static {
        TOPIC_CONFIGS.put("cleanup.policy", List.of("compact", "delete,compact", "", "erase"));
        TOPIC_CONFIGS.put("compression.gzip.level", List.of("1", "-1", "99"));
        TOPIC_CONFIGS.put("compression.lz4.level", List.of("17", "0"));
        TOPIC_CONFIGS.put("compression.zstd.level", List.of("22", "1000"));
        TOPIC_CONFIGS.put("compression.type", List.of("zstd", "brotli"));
        TOPIC_CONFIGS.put("delete.retention.ms", List.of("0", "-1", "x"));
        TOPIC_CONFIGS.put("file.delete.delay.ms", List.of("0", "-1"));
        TOPIC_CONFIGS.put("flush.messages", List.of("1", "0"));
        TOPIC_CONFIGS.put("flush.ms", List.of("0", "-1"));
        TOPIC_CONFIGS.put("follower.replication.throttled.replicas", List.of("*", "0:1", "zero"));
        TOPIC_CONFIGS.put("index.interval.bytes", List.of("0", "-1"));
        TOPIC_CONFIGS.put("leader.replication.throttled.replicas", List.of("*", "0"));
        TOPIC_CONFIGS.put("max.compaction.lag.ms", List.of("1", "0"));
        TOPIC_CONFIGS.put("max.message.bytes", List.of("0", "-1", "3000000000"));
        TOPIC_CONFIGS.put("message.timestamp.after.max.ms", List.of("0", "-1"));
        TOPIC_CONFIGS.put("message.timestamp.before.max.ms", List.of("0", "-1"));
        TOPIC_CONFIGS.put("message.timestamp.type", List.of("LogAppendTime", "appendtime"));
        TOPIC_CONFIGS.put("min.cleanable.dirty.ratio", List.of("0", "1", "1.1", "-0.1"));
        TOPIC_CONFIGS.put("min.compaction.lag.ms", List.of("0", "-1"));
        TOPIC_CONFIGS.put("min.insync.replicas", List.of("1", "0"));
        TOPIC_CONFIGS.put("preallocate", List.of("true", "maybe"));
        TOPIC_CONFIGS.put("retention.bytes", List.of("0", "-2"));
        TOPIC_CONFIGS.put("retention.ms", List.of("-1", "-2", "9223372036854775808"));
        TOPIC_CONFIGS.put("segment.bytes", List.of("1048576", "13", "2147483648"));
        TOPIC_CONFIGS.put("segment.index.bytes", List.of("4", "3"));
        TOPIC_CONFIGS.put("segment.jitter.ms", List.of("0", "-1"));
        TOPIC_CONFIGS.put("segment.ms", List.of("1", "0"));
        TOPIC_CONFIGS.put("unclean.leader.election.enable", List.of("true", "yes"));
        TOPIC_CONFIGS.put("remote.storage.enable", List.of("false", "true"));
        TOPIC_CONFIGS.put("local.retention.ms", List.of("-2", "-3"));
        TOPIC_CONFIGS.put("local.retention.bytes", List.of("-2", "-3"));
        TOPIC_CONFIGS.put("no.such.config", List.of("1"));
    }

    @TestFactory
    Stream<DynamicTest> topicConfigs() {
        List<Case> cases = new ArrayList<>();
        TOPIC_CONFIGS.forEach((name, values) -> {
            cases.add(Case.of("default of " + name, probe -> {
                probe.createTopic(1, Map.of());
                sawConfig(probe, "default", new ConfigResource(ConfigResource.Type.TOPIC, probe.topic()), name);
            }));
            for (String value : values) {
                cases.add(Case.of(name + " set to '" + value + "'", probe -> {
                    probe.createTopic(1, Map.of());
                    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, probe.topic());
                    probe.attemptWithText("set", () -> alter(probe, topic, name, value, AlterConfigOp.OpType.SET));
                    sawConfig(probe, "after", topic, name);
                    probe.attemptWithText("deleted", () -> alter(probe, topic, name, "", AlterConfigOp.OpType.DELETE));
                    sawConfig(probe, "again", topic, name);
                }));
            }
        });
        cases.add(Case.of("append and subtract", probe -> {
            probe.createTopic(1, Map.of());
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, probe.topic());
            probe.attemptWithText(
                    "append", () -> alter(probe, topic, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND));
            sawConfig(probe, "after", topic, "cleanup.policy");
            probe.attemptWithText(
                    "subtract", () -> alter(probe, topic, "cleanup.policy", "delete", AlterConfigOp.OpType.SUBTRACT));
            sawConfig(probe, "after", topic, "cleanup.policy");
            probe.attemptWithText(
                    "append to a number", () -> alter(probe, topic, "retention.ms", "1", AlterConfigOp.OpType.APPEND));
        }));
        cases.add(Case.of("unknown topic", probe -> {
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, probe.topic());
            probe.attemptWithText("alter", () -> alter(probe, topic, "retention.ms", "1", AlterConfigOp.OpType.SET));
            probe.attemptWithText(
                    "describe",
                    () -> Probe.get(
                            probe.admin().describeConfigs(List.of(topic)).all()));
        }));
        cases.add(Case.of("all of a topic", probe -> {
            probe.createTopic(1, Map.of());
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, probe.topic());
            Probe.get(probe.admin().describeConfigs(List.of(topic)).all()).get(topic).entries().stream()
                    .sorted(Comparator.comparing(ConfigEntry::name))
                    .forEach(entry -> probe.saw(
                            entry.name(),
                            entry.value() + " " + entry.source() + " " + entry.isSensitive() + " "
                                    + entry.isReadOnly()));
        }));
        return Differential.tests("admin topic configs", cases);
    }

    @TestFactory
    Stream<DynamicTest> brokerConfigs() {
        List<Case> cases = new ArrayList<>();
        for (String name : List.of(
                "advertised.listeners",
                "auto.create.topics.enable",
                "broker.id",
                "node.id",
                "process.roles",
                "num.partitions",
                "default.replication.factor",
                "log.retention.ms",
                "log.retention.hours",
                "log.segment.bytes",
                "message.max.bytes",
                "group.max.session.timeout.ms",
                "group.min.session.timeout.ms",
                "group.consumer.session.timeout.ms",
                "group.consumer.assignors",
                "group.coordinator.rebalance.protocols",
                "offsets.retention.minutes",
                "offset.metadata.max.bytes",
                "transaction.max.timeout.ms",
                "transactional.id.expiration.ms",
                "compression.type",
                "log.cleanup.policy",
                "log.message.timestamp.type",
                "min.insync.replicas",
                "delete.topic.enable",
                "inter.broker.protocol.version",
                "socket.request.max.bytes",
                "connections.max.idle.ms",
                "fetch.max.bytes",
                "max.incremental.fetch.session.cache.slots",
                "group.share.delivery.count.limit",
                "unclean.leader.election.enable")) {
            cases.add(Case.of(
                    "default of " + name,
                    probe -> sawConfig(probe, "default", new ConfigResource(ConfigResource.Type.BROKER, "1"), name)));
        }
        for (List<String> change : List.of(
                List.of("log.retention.ms", "1000000"),
                List.of("message.max.bytes", "-1"),
                List.of("num.partitions", "3"),
                List.of("background.threads", "9"),
                List.of("background.threads", "0"),
                List.of("no.such.config", "x"),
                List.of("max.connections", "100000"),
                List.of("log.cleaner.threads", "2"),
                List.of("node.id", "5"))) {
            for (String broker : change.get(0).equals("num.partitions") ? List.of("1", "", "77") : List.of("1", "")) {
                cases.add(Case.of("broker '" + broker + "' " + change, probe -> {
                    ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, broker);
                    probe.attemptWithText(
                            "set",
                            () -> alter(probe, resource, change.get(0), change.get(1), AlterConfigOp.OpType.SET));
                    probe.attemptWithText(
                            "back", () -> alter(probe, resource, change.get(0), "", AlterConfigOp.OpType.DELETE));
                }));
            }
        }
        for (ConfigResource.Type type : List.of(
                ConfigResource.Type.GROUP, ConfigResource.Type.CLIENT_METRICS, ConfigResource.Type.BROKER_LOGGER)) {
            for (List<String> change : List.of(
                    List.of("consumer.session.timeout.ms", "50000"),
                    List.of("share.auto.offset.reset", "earliest"),
                    List.of("share.isolation.level", "read_committed"),
                    List.of("interval.ms", "5000"),
                    List.of("metrics", "org.apache.kafka"),
                    List.of("match", "client_id=a"),
                    List.of("match", "nonsense"),
                    List.of("consumer.session.timeout.ms", "1"))) {
                cases.add(Case.of(type + " " + change, probe -> {
                    String name = type == ConfigResource.Type.BROKER_LOGGER ? "1" : probe.name("r");
                    ConfigResource resource = new ConfigResource(type, name);
                    probe.attemptWithText(
                            "set",
                            () -> alter(probe, resource, change.get(0), change.get(1), AlterConfigOp.OpType.SET));
                    if (type != ConfigResource.Type.BROKER_LOGGER) {
                        sawConfig(probe, "after", resource, change.get(0));
                    }
                    probe.attemptWithText(
                            "back", () -> alter(probe, resource, change.get(0), "", AlterConfigOp.OpType.DELETE));
                }));
            }
        }
        return Differential.tests("admin other configs", cases);
    }

    /** Changes are answered before every part of a broker has seen them: waits until describing shows what was done. */
    private static void alter(
            Probe probe, ConfigResource resource, String name, String value, AlterConfigOp.OpType type)
            throws Exception {
        send(probe, resource, name, value, type);
        boolean described = resource.type() == ConfigResource.Type.TOPIC
                || resource.type() == ConfigResource.Type.GROUP
                || resource.type() == ConfigResource.Type.CLIENT_METRICS;
        if (described) {
            boolean set = type != AlterConfigOp.OpType.DELETE;
            Probe.eventually(() -> isDynamic(probe, resource, name) == set);
        }
    }

    private static boolean isDynamic(Probe probe, ConfigResource resource, String name) {
        try {
            ConfigEntry entry = Probe.get(
                            probe.admin().describeConfigs(List.of(resource)).all())
                    .get(resource)
                    .get(name);
            return entry != null && entry.source().name().equals("DYNAMIC_" + resource.type() + "_CONFIG");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void send(Probe probe, ConfigResource resource, String name, String value, AlterConfigOp.OpType type)
            throws Exception {
        Probe.get(probe.admin()
                .incrementalAlterConfigs(
                        Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), type))),
                        new AlterConfigsOptions().timeoutMs(3_000))
                .all());
    }

    private static void sawConfig(Probe probe, String what, ConfigResource resource, String name) {
        probe.ask(what, () -> {
            ConfigEntry entry = Probe.get(probe.admin()
                            .describeConfigs(
                                    List.of(resource),
                                    new DescribeConfigsOptions()
                                            .includeSynonyms(true)
                                            .includeDocumentation(true))
                            .all())
                    .get(resource)
                    .get(name);
            if (entry == null) {
                return "no entry";
            }
            String value = name.equals("advertised.listeners") ? "ADDRESS" : entry.value();
            return value + " " + entry.source() + " " + entry.type() + " " + entry.isReadOnly() + " "
                    + entry.isSensitive()
                    + " synonyms "
                    + entry.synonyms().stream()
                            .map(s -> s.name() + ":" + s.source())
                            .toList()
                    + " documented "
                    + (entry.documentation() == null ? 0 : entry.documentation().hashCode());
        });
    }

    // --- offsets and records ---

    @TestFactory
    Stream<DynamicTest> offsets() {
        List<Case> cases = new ArrayList<>();
        Map<String, OffsetSpec> specs = new LinkedHashMap<>();
        specs.put("earliest", OffsetSpec.earliest());
        specs.put("latest", OffsetSpec.latest());
        specs.put("max timestamp", OffsetSpec.maxTimestamp());
        specs.put("earliest local", OffsetSpec.earliestLocal());
        specs.put("latest tiered", OffsetSpec.latestTiered());
        specs.put("earliest pending upload", OffsetSpec.earliestPendingUpload());
        specs.put("time 0", OffsetSpec.forTimestamp(0));
        specs.put("time 105", OffsetSpec.forTimestamp(105));
        specs.put("time 1000", OffsetSpec.forTimestamp(1_000));
        specs.forEach((name, spec) -> {
            for (int count : new int[] {0, 10}) {
                cases.add(Case.of("list " + name + " of " + count, probe -> {
                    probe.createTopic(1, Map.of());
                    fill(probe, count);
                    probe.ask(
                            "offset",
                            () -> Probe.get(probe.admin()
                                    .listOffsets(Map.of(probe.partition(0), spec))
                                    .partitionResult(probe.partition(0))));
                }));
            }
        });
        cases.add(Case.of("times below a log start that DeleteRecords has moved", probe -> {
            probe.createTopic(1, Map.of());
            KafkaProducer<String, String> producer = probe.producer(Map.of());
            for (long timestamp : new long[] {500, 400, 300, 200, 100}) {
                Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, timestamp, null, "v")));
            }
            Probe.get(probe.admin()
                    .deleteRecords(Map.of(probe.partition(0), RecordsToDelete.beforeOffset(2)))
                    .all());
            for (OffsetSpec spec : List.of(
                    OffsetSpec.maxTimestamp(),
                    OffsetSpec.forTimestamp(0),
                    OffsetSpec.forTimestamp(300),
                    OffsetSpec.forTimestamp(301),
                    OffsetSpec.earliest())) {
                listOffset(probe, spec);
            }
        }));
        for (long before : new long[] {-2, -1, 0, 4, 10, 11}) {
            cases.add(Case.of("delete records before " + before, probe -> {
                probe.createTopic(1, Map.of());
                fill(probe, 10);
                probe.ask(
                        "low",
                        () -> Probe.get(probe.admin()
                                        .deleteRecords(Map.of(probe.partition(0), RecordsToDelete.beforeOffset(before)))
                                        .lowWatermarks()
                                        .get(probe.partition(0)))
                                .lowWatermark());
                for (OffsetSpec spec : List.of(OffsetSpec.earliest(), OffsetSpec.latest())) {
                    probe.ask(
                            "bound",
                            () -> Probe.get(probe.admin()
                                            .listOffsets(Map.of(probe.partition(0), spec))
                                            .partitionResult(probe.partition(0)))
                                    .offset());
                }
            }));
        }
        cases.add(Case.of("delete records of a compacted topic", probe -> {
            probe.createTopic(1, Map.of("cleanup.policy", "compact"));
            probe.ask(
                    "low",
                    () -> Probe.get(probe.admin()
                            .deleteRecords(Map.of(probe.partition(0), RecordsToDelete.beforeOffset(0)))
                            .all()));
        }));
        cases.add(Case.of(
                "list offsets of an unknown partition",
                probe -> probe.ask(
                        "offset",
                        () -> Probe.get(probe.admin()
                                .listOffsets(
                                        Map.of(new TopicPartition(probe.topic(), 3), OffsetSpec.latest()),
                                        new ListOffsetsOptions().timeoutMs(1_500))
                                .all()))));
        cases.add(Case.of("topic ids are stable", probe -> {
            probe.createTopic(1, Map.of());
            probe.saw(
                    "same",
                    describe(probe, probe.topic())
                            .topicId()
                            .equals(describe(probe, probe.topic()).topicId()));
            var byId = Probe.get(probe.admin()
                    .describeTopics(TopicCollection.ofTopicIds(
                            Set.of(describe(probe, probe.topic()).topicId())))
                    .allTopicIds());
            probe.saw("name", byId.values().iterator().next().name());
        }));
        return Differential.tests("admin offsets", cases);
    }

    private static void listOffset(Probe probe, OffsetSpec spec) {
        probe.ask(
                "offset",
                () -> Probe.get(probe.admin()
                        .listOffsets(Map.of(probe.partition(0), spec))
                        .partitionResult(probe.partition(0))));
    }

    private static void fill(Probe probe, int count) throws Exception {
        KafkaProducer<String, String> producer = probe.producer(Map.of());
        Probe.sendAll(
                producer,
                IntStream.range(0, count)
                        .mapToObj(i -> new ProducerRecord<>(probe.topic(), 0, 100L + i, (String) null, "v" + i)));
    }
}
