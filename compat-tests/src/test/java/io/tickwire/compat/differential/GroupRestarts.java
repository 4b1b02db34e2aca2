package io.tickwire.compat.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;

/** Groups of all four protocols over a broker that is killed: members go on where they were, and nothing that was stored is lost. */
final class GroupRestarts {

    /** What a broker shows that did not let members go on where they were. */
    static final String MEMBERS_JOINED_AGAIN = "members as before = false";

    private static final int PARTITIONS = 2;
    private static final int RECORDS = 8;

    private GroupRestarts() {}

    static List<RestartCase> cases() {
        return List.of(
                new RestartCase("classic group", (probe, broker) -> members(probe, broker, "classic")),
                new RestartCase("consumer group", (probe, broker) -> members(probe, broker, "consumer")),
                new RestartCase("classic static member", (probe, broker) -> staticMember(probe, broker, "classic")),
                new RestartCase("consumer static member", (probe, broker) -> staticMember(probe, broker, "consumer")),
                new RestartCase("share group", GroupRestarts::shareMember),
                new RestartCase("streams group", GroupRestarts::streamsMember),
                new RestartCase("offsets without members", GroupRestarts::offsets),
                new RestartCase("group configs", GroupRestarts::configs));
    }

    private static KafkaConsumer<String, String> member(Probe probe, String protocol, Map<String, ?> more) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "group.id",
                probe.name("group"),
                "group.protocol",
                protocol,
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false));
        settings.putAll(more);
        KafkaConsumer<String, String> consumer = probe.consumer(settings);
        consumer.subscribe(List.of(probe.topic()));
        return consumer;
    }

    private static void write(Probe probe, String name) throws Exception {
        KafkaProducer<String, String> producer = probe.producer(Map.of());
        for (int i = 0; i < RECORDS; i++) {
            Probe.get(producer.send(new ProducerRecord<>(probe.topic(), i % PARTITIONS, null, name + " " + i)));
        }
    }

    private static void members(Probe probe, Restarts broker, String protocol) throws Exception {
        probe.createTopic(PARTITIONS, Map.of());
        KafkaConsumer<String, String> first = member(probe, protocol, Map.of());
        GroupCasesIT.settle(List.of(first), PARTITIONS);
        KafkaConsumer<String, String> second = member(probe, protocol, Map.of());
        List<KafkaConsumer<String, String>> both = List.of(first, second);
        probe.saw("settled", GroupCasesIT.settle(both, PARTITIONS / 2, PARTITIONS / 2));
        write(probe, "before");
        probe.saw("read", read(both));
        both.forEach(GroupRestarts::commitWithText);
        sawGroup(probe);
        List<String> before = both.stream().map(GroupRestarts::identity).toList();

        broker.killed();
        sawOffsets(probe);
        write(probe, "after");
        probe.saw("read on", read(both));
        probe.saw(
                "members as before",
                before.equals(both.stream().map(GroupRestarts::identity).toList()));
        both.forEach(GroupRestarts::commitWithText);
        sawGroup(probe);
        second.close();
        probe.saw("one left", GroupCasesIT.settle(List.of(first), PARTITIONS));
        sawOffsets(probe);
    }

    private static void staticMember(Probe probe, Restarts broker, String protocol) throws Exception {
        probe.createTopic(PARTITIONS, Map.of());
        KafkaConsumer<String, String> stays = member(probe, protocol, Map.of("group.instance.id", "stays"));
        KafkaConsumer<String, String> returns = member(probe, protocol, Map.of("group.instance.id", "returns"));
        probe.saw("settled", GroupCasesIT.settle(List.of(stays, returns), PARTITIONS / 2, PARTITIONS / 2));
        Set<TopicPartition> staysHas = stays.assignment();
        Set<TopicPartition> returnsHas = returns.assignment();
        returns.close();

        broker.killed();
        KafkaConsumer<String, String> returned = member(probe, protocol, Map.of("group.instance.id", "returns"));
        probe.saw("settled again", GroupCasesIT.settle(List.of(stays, returned), PARTITIONS / 2, PARTITIONS / 2));
        probe.saw("same partitions", staysHas.equals(stays.assignment()) && returnsHas.equals(returned.assignment()));
        write(probe, "after");
        probe.saw("read", read(List.of(stays, returned)));
        GroupCasesIT.describe(probe).members().stream()
                .map(member -> member.groupInstanceId() + " has "
                        + member.assignment().topicPartitions().size())
                .sorted()
                .forEach(line -> probe.saw("member", line));
    }

    private static void shareMember(Probe probe, Restarts broker) throws Exception {
        probe.createTopic(PARTITIONS, Map.of());
        ShareSteps.configure(probe, Map.of("share.auto.offset.reset", "earliest"));
        KafkaShareConsumer<String, String> consumer = probe.shareConsumer(Map.of("group.id", probe.name("share")));
        consumer.subscribe(List.of(probe.topic()));
        write(probe, "before");
        probe.saw("read", readShared(consumer));
        sawShareGroup(probe);

        broker.killed();
        write(probe, "after");
        probe.saw("read on", readShared(consumer));
        sawShareGroup(probe);
    }

    private static void streamsMember(Probe probe, Restarts broker) throws Exception {
        probe.createTopic(PARTITIONS, Map.of());
        probe.createTopic(probe.name("out"), PARTITIONS, Map.of());
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream(probe.topic())
                .mapValues(value -> value + "!")
                .to(probe.name("out"));
        Properties settings = new Properties();
        settings.putAll(Map.of(
                "application.id",
                probe.name("app"),
                "bootstrap.servers",
                probe.target().bootstrap(),
                "group.protocol",
                "streams",
                "default.key.serde",
                Serdes.StringSerde.class,
                "default.value.serde",
                Serdes.StringSerde.class,
                "auto.offset.reset",
                "earliest",
                "commit.interval.ms",
                100));
        KafkaStreams streams = probe.track(new KafkaStreams(builder.build(), new StreamsConfig(settings)));
        streams.start();
        write(probe, "before");
        sawStreamsGroup(probe, RECORDS);

        broker.killed();
        write(probe, "after");
        sawStreamsGroup(probe, 2 * RECORDS);
        TopicPartition[] out = new TopicPartition[PARTITIONS];
        for (int i = 0; i < PARTITIONS; i++) {
            out[i] = new TopicPartition(probe.name("out"), i);
        }
        probe.saw("results", new TreeSet<>(GroupCasesIT.values(probe.readAll(2 * RECORDS, Map.of(), out))));
    }

    private static void offsets(Probe probe, Restarts broker) throws Exception {
        probe.createTopic(3, Map.of());
        for (String group : List.of("group", "gone")) {
            Probe.get(probe.admin()
                    .alterConsumerGroupOffsets(
                            probe.name(group),
                            Map.of(
                                    probe.partition(0),
                                    new OffsetAndMetadata(3, "three"),
                                    probe.partition(1),
                                    new OffsetAndMetadata(4),
                                    probe.partition(2),
                                    new OffsetAndMetadata(5)))
                    .all());
        }
        Probe.get(probe.admin()
                .alterConsumerGroupOffsets(
                        probe.name("group"), Map.of(probe.partition(1), new OffsetAndMetadata(40, "forty")))
                .all());
        Probe.get(probe.admin()
                .deleteConsumerGroupOffsets(probe.name("group"), Set.of(probe.partition(2)))
                .all());
        Probe.get(
                probe.admin().deleteConsumerGroups(List.of(probe.name("gone"))).all());

        broker.killed();
        sawOffsets(probe);
        probe.saw("state", GroupCasesIT.describe(probe).groupState());
        probe.ask(
                "deleted group",
                () -> Probe.get(probe.admin()
                        .describeConsumerGroups(List.of(probe.name("gone")))
                        .all()));
        probe.saw(
                "deleted group's offsets",
                Probe.get(probe.admin()
                        .listConsumerGroupOffsets(probe.name("gone"))
                        .partitionsToOffsetAndMetadata()));
    }

    private static void configs(Probe probe, Restarts broker) throws Exception {
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, probe.name("group"));
        Map<String, String> values = Map.of(
                "consumer.session.timeout.ms",
                "50001",
                "consumer.heartbeat.interval.ms",
                "301",
                "share.record.lock.duration.ms",
                "20001",
                "streams.num.standby.replicas",
                "1");
        Probe.get(probe.admin()
                .incrementalAlterConfigs(Map.of(
                        group,
                        values.entrySet().stream()
                                .map(value -> new AlterConfigOp(
                                        new ConfigEntry(value.getKey(), value.getValue()), AlterConfigOp.OpType.SET))
                                .toList()))
                .all());
        Probe.get(probe.admin()
                .incrementalAlterConfigs(Map.of(
                        group,
                        List.of(new AlterConfigOp(
                                new ConfigEntry("share.record.lock.duration.ms", null), AlterConfigOp.OpType.DELETE))))
                .all());

        broker.killed();
        Probe.get(probe.admin().describeConfigs(List.of(group)).all()).get(group).entries().stream()
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_GROUP_CONFIG)
                .map(entry -> entry.name() + "=" + entry.value() + " " + entry.source())
                .sorted()
                .forEach(line -> probe.saw("config", line));
    }

    // --- what members do ---

    /** Polls members in turn until each record of a round has come; returns the values in order. */
    private static Set<String> read(List<KafkaConsumer<String, String>> members) throws InterruptedException {
        TreeSet<String> values = new TreeSet<>();
        Probe.eventually(() -> {
            members.forEach(member -> member.poll(Duration.ofMillis(50)).forEach(record -> values.add(record.value())));
            return values.size() >= RECORDS;
        });
        return values;
    }

    private static Set<String> readShared(KafkaShareConsumer<String, String> consumer) throws InterruptedException {
        TreeSet<String> values = new TreeSet<>();
        Probe.eventually(() -> {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                values.add(record.value());
            }
            return values.size() >= RECORDS;
        });
        consumer.commitSync();
        return values;
    }

    private static void commitWithText(KafkaConsumer<String, String> consumer) {
        Map<TopicPartition, OffsetAndMetadata> places = new HashMap<>();
        for (TopicPartition partition : consumer.assignment()) {
            places.put(partition, new OffsetAndMetadata(consumer.position(partition), "of " + partition.partition()));
        }
        consumer.commitSync(places);
    }

    private static String identity(KafkaConsumer<String, String> consumer) {
        return consumer.groupMetadata().memberId() + " generation "
                + consumer.groupMetadata().generationId() + " " + GroupCasesIT.partitions(consumer.assignment());
    }

    // --- what is told about groups ---

    private static void sawOffsets(Probe probe) throws Exception {
        Map<Integer, String> offsets = new TreeMap<>();
        Probe.get(probe.admin().listConsumerGroupOffsets(probe.name("group")).partitionsToOffsetAndMetadata())
                .forEach((partition, offset) ->
                        offsets.put(partition.partition(), offset.offset() + " " + offset.metadata()));
        probe.saw("offsets", offsets);
    }

    private static void sawGroup(Probe probe) throws Exception {
        Probe.eventually(
                () -> GroupCasesIT.describe(probe).groupState().toString().equals("Stable"));
        ConsumerGroupDescription group = GroupCasesIT.describe(probe);
        probe.saw(
                "group",
                group.groupState() + " " + group.type() + " " + group.partitionAssignor() + " epoch "
                        + group.groupEpoch() + " target " + group.targetAssignmentEpoch());
        List<String> members = new ArrayList<>();
        group.members()
                .forEach(member -> members.add(
                        member.assignment().topicPartitions().size() + " partitions at " + member.memberEpoch()));
        members.sort(null);
        probe.saw("members", members);
        sawOffsets(probe);
    }

    private static void sawShareGroup(Probe probe) throws Exception {
        ShareGroupDescription group = Probe.get(probe.admin()
                        .describeShareGroups(List.of(probe.name("share")))
                        .all())
                .get(probe.name("share"));
        probe.saw(
                "group",
                group.groupState() + " epoch " + group.groupEpoch() + " target " + group.targetAssignmentEpoch());
        group.members()
                .forEach(member -> probe.saw(
                        "member",
                        GroupCasesIT.partitions(member.assignment().topicPartitions()) + " at "
                                + member.memberEpoch()));
    }

    /** Waits until the application has read so much. */
    private static void sawStreamsGroup(Probe probe, long records) throws Exception {
        String application = probe.name("app");
        probe.saw("read", Probe.eventually(() -> {
            try {
                return Probe.get(probe.admin()
                                        .listStreamsGroupOffsets(Map.of(application, new ListStreamsGroupOffsetsSpec()))
                                        .partitionsToOffsetAndMetadata(application))
                                .values()
                                .stream()
                                .mapToLong(OffsetAndMetadata::offset)
                                .sum()
                        == records;
            } catch (Exception e) {
                return false;
            }
        }));
        StreamsGroupDescription group = Probe.get(probe.admin()
                        .describeStreamsGroups(List.of(application))
                        .all())
                .get(application);
        probe.saw(
                "group",
                group.groupState() + " epoch " + group.groupEpoch() + " target " + group.targetAssignmentEpoch()
                        + " topology " + group.topologyEpoch());
        group.members()
                .forEach(member -> probe.saw(
                        "member",
                        member.assignment().activeTasks() + " target "
                                + member.targetAssignment().activeTasks() + " at " + member.memberEpoch()
                                + " topology " + member.topologyEpoch()));
    }
}
