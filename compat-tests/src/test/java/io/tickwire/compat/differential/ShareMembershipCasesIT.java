package io.tickwire.compat.differential;

import static io.tickwire.compat.differential.ShareSteps.member;
import static io.tickwire.compat.differential.ShareSteps.poll;
import static io.tickwire.compat.differential.ShareSteps.sawGroup;
import static io.tickwire.compat.differential.ShareSteps.sawStartOffset;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Who is in a share group, of which topics, and what an administrator sees and changes of it. */
@Execution(ExecutionMode.CONCURRENT)
class ShareMembershipCasesIT {

    private static final Map<String, Object> FRESH = Map.of("metadata.max.age.ms", 500);

    @TestFactory
    Stream<DynamicTest> assignments() {
        return Differential.tests(
                "share assignments",
                List.of(
                        Case.of("several partitions", probe -> {
                            prepare(probe, 3);
                            produce(probe, 0, 1, 2);
                            probe.saw("read", values(member(probe, Map.of()), 3));
                        }),
                        Case.of("partition added", ShareMembershipCasesIT::partitionAdded),
                        Case.of("topic added", ShareMembershipCasesIT::topicAdded),
                        Case.of("topic made later", ShareMembershipCasesIT::topicMadeLater),
                        Case.of("member leaves", ShareMembershipCasesIT::memberLeaves),
                        Case.of("two members, all partitions", ShareMembershipCasesIT::twoMembers),
                        Case.of("unsubscribed", probe -> {
                            prepare(probe, 1);
                            produce(probe, 0);
                            KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
                            probe.saw("read", values(consumer, 1));
                            probe.saw("subscription", consumer.subscription().equals(Set.of(probe.topic())));
                            consumer.unsubscribe();
                            probe.saw("subscription", consumer.subscription());
                            probe.attempt("poll", () -> consumer.poll(Duration.ofMillis(200)));
                            sawGroup(probe, "empty", group -> group.members().isEmpty());
                        }),
                        Case.of("group of consumers", probe -> otherGroup(probe, "consumer")),
                        Case.of("classic group", probe -> otherGroup(probe, "classic")),
                        Case.of("consumer in a share group", probe -> {
                            prepare(probe, 1);
                            produce(probe, 0);
                            probe.saw("read", values(member(probe, Map.of()), 1));
                            for (String protocol : List.of("consumer", "classic")) {
                                probe.attempt(protocol, () -> {
                                    KafkaConsumer<String, String> consumer = probe.consumer(
                                            Map.of("group.id", probe.name("share"), "group.protocol", protocol));
                                    consumer.subscribe(List.of(probe.topic()));
                                    Probe.poll(consumer, 1);
                                });
                            }
                        })));
    }

    @TestFactory
    Stream<DynamicTest> administration() {
        return Differential.tests(
                "share administration",
                List.of(
                        Case.of("unknown group", ShareMembershipCasesIT::unknownGroup),
                        Case.of("listed", ShareMembershipCasesIT::listed),
                        Case.of("lag", ShareMembershipCasesIT::lag),
                        Case.of("offsets altered", ShareMembershipCasesIT::offsetsAltered),
                        Case.of(
                                "offsets altered under a member",
                                probe -> underMember(
                                        probe,
                                        () -> Probe.get(probe.admin()
                                                .alterShareGroupOffsets(
                                                        probe.name("share"), Map.of(probe.partition(0), 0L))
                                                .all()))),
                        Case.of(
                                "offsets deleted under a member",
                                probe -> underMember(
                                        probe,
                                        () -> Probe.get(probe.admin()
                                                .deleteShareGroupOffsets(probe.name("share"), Set.of(probe.topic()))
                                                .all()))),
                        Case.of(
                                "group deleted under a member",
                                probe -> underMember(
                                        probe,
                                        () -> Probe.get(probe.admin()
                                                .deleteShareGroups(List.of(probe.name("share")))
                                                .all()))),
                        Case.of("offsets deleted", ShareMembershipCasesIT::offsetsDeleted),
                        Case.of("group deleted", ShareMembershipCasesIT::groupDeleted)));
    }

    private static void prepare(Probe probe, int partitions) throws Exception {
        probe.createTopic(partitions, Map.of());
        ShareSteps.configure(probe, Map.of("share.auto.offset.reset", "earliest"));
    }

    private static void produce(Probe probe, int... partitions) throws Exception {
        KafkaProducer<String, String> producer = probe.producer(FRESH);
        for (int partition : partitions) {
            Probe.get(producer.send(new ProducerRecord<>(probe.topic(), partition, 1L, null, "of " + partition)));
        }
    }

    /** Polls until so many values came, in sorted order. */
    private static List<String> values(KafkaShareConsumer<String, String> consumer, int count) throws Exception {
        List<String> values = new ArrayList<>();
        boolean _ = Probe.eventually(() -> {
            consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
            return values.size() >= count;
        });
        values.sort(null);
        return values;
    }

    private static void partitionAdded(Probe probe) throws Exception {
        prepare(probe, 1);
        KafkaShareConsumer<String, String> consumer = member(probe, FRESH);
        produce(probe, 0);
        probe.saw("read", values(consumer, 1));
        Probe.get(probe.admin()
                .createPartitions(Map.of(probe.topic(), NewPartitions.increaseTo(2)))
                .all());
        produce(probe, 1);
        probe.saw("read", values(consumer, 1));
    }

    private static void topicAdded(Probe probe) throws Exception {
        prepare(probe, 1);
        produce(probe, 0);
        String other = probe.name("other");
        probe.createTopic(other, 1, Map.of());
        KafkaShareConsumer<String, String> consumer = member(probe, FRESH);
        probe.saw("read", values(consumer, 1));
        consumer.subscribe(List.of(probe.topic(), other));
        Probe.get(probe.producer(Map.of()).send(new ProducerRecord<>(other, 0, 1L, null, "of the other")));
        probe.saw("read", values(consumer, 1));
        consumer.subscribe(List.of(other));
        Probe.get(probe.producer(Map.of()).send(new ProducerRecord<>(other, 0, 1L, null, "of the other again")));
        probe.saw("read", values(consumer, 1));
    }

    private static void topicMadeLater(Probe probe) throws Exception {
        ShareSteps.configure(probe, Map.of("share.auto.offset.reset", "earliest"));
        KafkaShareConsumer<String, String> consumer =
                member(probe, Map.of("metadata.max.age.ms", 500, "allow.auto.create.topics", false));
        ShareSteps.sawNothing(probe, "before", consumer);
        probe.createTopic(1, Map.of());
        produce(probe, 0);
        probe.saw("read", values(consumer, 1));
    }

    private static void memberLeaves(Probe probe) throws Exception {
        prepare(probe, 1);
        KafkaShareConsumer<String, String> first = member(probe, Map.of());
        KafkaShareConsumer<String, String> second = member(probe, Map.of());
        join(first, second);
        sawGroup(probe, "two members", group -> group.members().size() == 2);
        first.close();
        sawGroup(probe, "one member", group -> group.members().size() == 1);
        produce(probe, 0);
        probe.saw("read", values(second, 1));
    }

    /** A member joins by polling; its heartbeats go on by themselves. */
    private static void join(KafkaShareConsumer<String, String> first, KafkaShareConsumer<String, String> second) {
        first.poll(Duration.ofMillis(50));
        second.poll(Duration.ofMillis(50));
    }

    private static void twoMembers(Probe probe) throws Exception {
        prepare(probe, 4);
        KafkaShareConsumer<String, String> first = member(probe, Map.of());
        KafkaShareConsumer<String, String> second = member(probe, Map.of());
        join(first, second);
        sawGroup(probe, "each has some, together all", group -> {
            Set<Integer> all = new TreeSet<>();
            group.members()
                    .forEach(one -> one.assignment().topicPartitions().forEach(part -> all.add(part.partition())));
            return group.members().size() == 2
                    && all.size() == 4
                    && group.members().stream()
                            .noneMatch(one -> one.assignment().topicPartitions().isEmpty());
        });
    }

    private static void otherGroup(Probe probe, String protocol) throws Exception {
        prepare(probe, 1);
        produce(probe, 0);
        KafkaConsumer<String, String> consumer =
                probe.consumer(Map.of("group.id", probe.name("share"), "group.protocol", protocol));
        consumer.subscribe(List.of(probe.topic()));
        probe.saw("read", Probe.poll(consumer, 1).size());
        KafkaShareConsumer<String, String> sharer = member(probe, Map.of());
        probe.attempt("share", () -> values(sharer, 1));
        probe.attempt(
                "described",
                () -> Probe.get(probe.admin()
                        .describeShareGroups(List.of(probe.name("share")))
                        .all()));
    }

    private static void unknownGroup(Probe probe) throws Exception {
        String group = probe.name("none");
        probe.createTopic(1, Map.of());
        probe.attempt(
                "described",
                () -> Probe.get(
                        probe.admin().describeShareGroups(List.of(group)).all()));
        probe.ask(
                "offsets",
                () -> Probe.get(probe.admin()
                        .listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                        .partitionsToOffsetInfo(group)));
        probe.attempt(
                "deleted",
                () -> Probe.get(probe.admin().deleteShareGroups(List.of(group)).all()));
        probe.attempt(
                "offsets deleted",
                () -> Probe.get(probe.admin()
                        .deleteShareGroupOffsets(group, Set.of(probe.topic()))
                        .all()));
    }

    private static void listed(Probe probe) throws Exception {
        prepare(probe, 1);
        produce(probe, 0);
        KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
        probe.saw("read", values(consumer, 1));
        probe.saw("stable", Probe.eventually(() -> listing(probe).contains("Stable")));
        probe.saw("listing", listing(probe));
        consumer.close();
        probe.saw("empty", Probe.eventually(() -> listing(probe).contains("Empty")));
    }

    private static String listing(Probe probe) {
        try {
            return Probe.get(probe.admin()
                            .listGroups(new ListGroupsOptions().withTypes(Set.of(GroupType.SHARE)))
                            .all())
                    .stream()
                    .filter(group -> group.groupId().equals(probe.name("share")))
                    .map(ShareMembershipCasesIT::text)
                    .findFirst()
                    .orElse("none");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String text(GroupListing group) {
        return group.type() + " '" + group.protocol() + "' " + group.groupState() + " " + group.isSimpleConsumerGroup();
    }

    private static void lag(Probe probe) throws Exception {
        ShareSteps.prepare(probe, Map.of(), 4);
        KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
        probe.saw("read", poll(consumer, 4, null));
        probe.saw("commit", ShareSteps.commit(consumer));
        ShareSteps.sawAllAcknowledged(probe);
        produce(probe, 0, 0);
        probe.saw("lag", Probe.eventually(() -> {
            try {
                var offset = Probe.get(probe.admin()
                                .listShareGroupOffsets(Map.of(probe.name("share"), new ListShareGroupOffsetsSpec()))
                                .partitionsToOffsetInfo(probe.name("share")))
                        .get(probe.partition(0));
                return offset.lag().equals(Optional.of(2L));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }));
    }

    private static void read(Probe probe) throws Exception {
        ShareSteps.prepare(probe, Map.of(), 4);
        KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
        probe.saw("read", poll(consumer, 4, null));
        probe.saw("commit", ShareSteps.commit(consumer));
        consumer.close();
        sawGroup(probe, "empty", group -> group.members().isEmpty());
    }

    private static void offsetsAltered(Probe probe) throws Exception {
        read(probe);
        Probe.get(probe.admin()
                .alterShareGroupOffsets(probe.name("share"), Map.of(probe.partition(0), 2L))
                .all());
        sawStartOffset(probe, 2);
        probe.saw("read from there", poll(member(probe, Map.of()), 2, null));
        probe.attempt(
                "unknown partition",
                () -> Probe.get(probe.admin()
                        .alterShareGroupOffsets(probe.name("another"), Map.of(probe.partition(7), 2L))
                        .all()));
    }

    private static void offsetsDeleted(Probe probe) throws Exception {
        read(probe);
        Probe.get(probe.admin()
                .deleteShareGroupOffsets(probe.name("share"), Set.of(probe.topic()))
                .all());
        sawStartOffset(probe, -1);
        probe.saw("read from the start", poll(member(probe, Map.of()), 4, null));
    }

    private static void groupDeleted(Probe probe) throws Exception {
        read(probe);
        Probe.get(probe.admin().deleteShareGroups(List.of(probe.name("share"))).all());
        probe.attempt(
                "described",
                () -> Probe.get(probe.admin()
                        .describeShareGroups(List.of(probe.name("share")))
                        .all()));
        probe.saw("read from the start", poll(member(probe, Map.of()), 4, null));
    }

    private static void underMember(Probe probe, Probe.Action action) throws Exception {
        ShareSteps.prepare(probe, Map.of(), 1);
        KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
        probe.saw("read", poll(consumer, 1, null));
        probe.attempt("refused", action);
    }
}
