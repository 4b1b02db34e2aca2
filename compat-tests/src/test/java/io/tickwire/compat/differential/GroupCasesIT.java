package io.tickwire.compat.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Consumer groups in both protocols: who gets what, and what is told about it. */
@Execution(ExecutionMode.CONCURRENT)
class GroupCasesIT {

    private record Flavour(String name, Map<String, Object> settings) {}

    private static final List<Flavour> FLAVOURS = List.of(
            classic("RangeAssignor"),
            classic("RoundRobinAssignor"),
            classic("StickyAssignor"),
            classic("CooperativeStickyAssignor"),
            new Flavour("consumer", Map.of("group.protocol", "consumer")),
            new Flavour("consumer uniform", Map.of("group.protocol", "consumer", "group.remote.assignor", "uniform")),
            new Flavour("consumer range", Map.of("group.protocol", "consumer", "group.remote.assignor", "range")));

    private static Flavour classic(String assignor) {
        return new Flavour(
                "classic " + assignor,
                Map.of(
                        "group.protocol",
                        "classic",
                        "partition.assignment.strategy",
                        "org.apache.kafka.clients.consumer." + assignor,
                        "heartbeat.interval.ms",
                        200));
    }

    private static KafkaConsumer<String, String> member(Probe probe, Flavour flavour, Map<String, ?> more) {
        Map<String, Object> settings = new HashMap<>(flavour.settings());
        settings.put("group.id", probe.name("group"));
        settings.put("metadata.max.age.ms", 1_000);
        settings.putAll(more);
        return probe.consumer(settings);
    }

    private static void fill(Probe probe, int partitions, int records) throws Exception {
        probe.createTopic(partitions, Map.of());
        KafkaProducer<String, String> producer = probe.producer(Map.of());
        Probe.sendAll(
                producer,
                IntStream.range(0, records)
                        .mapToObj(i -> new ProducerRecord<>(
                                probe.topic(), i % partitions, 1L + i, (String) null, "value " + i)));
    }

    @TestFactory
    Stream<DynamicTest> groups() {
        List<Case> cases = new ArrayList<>();
        for (Flavour flavour : FLAVOURS) {
            String name = flavour.name() + ": ";
            cases.add(Case.of(name + "one member reads all", probe -> oneMember(probe, flavour)));
            cases.add(Case.of(name + "two members share", probe -> twoMembers(probe, flavour)));
            cases.add(Case.of(name + "member leaves", probe -> memberLeaves(probe, flavour)));
            cases.add(Case.of(name + "commit and go on", probe -> commitAndGoOn(probe, flavour)));
            cases.add(Case.of(name + "partitions are added", probe -> partitionsAdded(probe, flavour)));
            cases.add(Case.of(name + "topics by pattern", probe -> byPattern(probe, flavour)));
            cases.add(Case.of(name + "listener calls", probe -> listenerCalls(probe, flavour)));
            cases.add(Case.of(name + "static member comes back", probe -> staticMember(probe, flavour)));
            cases.add(Case.of(name + "unsubscribe", probe -> unsubscribe(probe, flavour)));
            cases.add(Case.of(name + "auto-commit at close", probe -> autoCommit(probe, flavour)));
            cases.add(Case.of(name + "described", probe -> described(probe, flavour)));
            cases.add(Case.of(name + "topic does not exist", probe -> missingTopic(probe, flavour)));
        }
        return Differential.tests("consumer groups", cases);
    }

    private static void oneMember(Probe probe, Flavour flavour) throws Exception {
        fill(probe, 3, 30);
        KafkaConsumer<String, String> consumer = member(probe, flavour, Map.of());
        consumer.subscribe(List.of(probe.topic()));
        probe.saw("values", values(Probe.poll(consumer, 30)));
        probe.saw("assignment", partitions(consumer.assignment()));
        probe.saw("generation named", consumer.groupMetadata().groupId());
    }

    private static void twoMembers(Probe probe, Flavour flavour) throws Exception {
        fill(probe, 4, 0);
        KafkaConsumer<String, String> first = member(probe, flavour, Map.of());
        KafkaConsumer<String, String> second = member(probe, flavour, Map.of());
        first.subscribe(List.of(probe.topic()));
        probe.saw("first alone", settle(List.of(first), 4));
        second.subscribe(List.of(probe.topic()));
        probe.saw("both", settle(List.of(first, second), 2, 2));
    }

    private static void memberLeaves(Probe probe, Flavour flavour) throws Exception {
        fill(probe, 4, 0);
        KafkaConsumer<String, String> first = member(probe, flavour, Map.of());
        KafkaConsumer<String, String> second = member(probe, flavour, Map.of());
        first.subscribe(List.of(probe.topic()));
        second.subscribe(List.of(probe.topic()));
        probe.saw("both", settle(List.of(first, second), 2, 2));
        second.close();
        probe.saw("first alone", settle(List.of(first), 4));
    }

    private static void commitAndGoOn(Probe probe, Flavour flavour) throws Exception {
        fill(probe, 1, 20);
        KafkaConsumer<String, String> first = member(probe, flavour, Map.of("max.poll.records", 8));
        first.subscribe(List.of(probe.topic()));
        probe.saw("first", values(Probe.poll(first, 8)));
        first.commitSync();
        first.close();
        KafkaConsumer<String, String> second = member(probe, flavour, Map.of());
        second.subscribe(List.of(probe.topic()));
        probe.saw("second", values(Probe.poll(second, 12)));
        second.commitSync(Map.of(probe.partition(0), new OffsetAndMetadata(19, "by hand")));
        probe.saw(
                "committed",
                second.committed(Set.of(probe.partition(0)))
                        .get(probe.partition(0))
                        .offset());
    }

    private static void partitionsAdded(Probe probe, Flavour flavour) throws Exception {
        fill(probe, 1, 0);
        KafkaConsumer<String, String> consumer = member(probe, flavour, Map.of());
        consumer.subscribe(List.of(probe.topic()));
        probe.saw("before", settle(List.of(consumer), 1));
        Probe.get(probe.admin()
                .createPartitions(Map.of(probe.topic(), NewPartitions.increaseTo(3)))
                .all());
        probe.saw("after", settle(List.of(consumer), 3));
    }

    private static void byPattern(Probe probe, Flavour flavour) throws Exception {
        probe.createTopic(probe.name("alpha"), 1, Map.of());
        probe.createTopic(probe.name("beta"), 1, Map.of());
        KafkaConsumer<String, String> consumer = member(probe, flavour, Map.of());
        consumer.subscribe(Pattern.compile(Pattern.quote(probe.name("")) + "(alpha|gamma)"));
        probe.saw("before", settle(List.of(consumer), 1));
        probe.createTopic(probe.name("gamma"), 2, Map.of());
        probe.saw("after", settle(List.of(consumer), 3));
    }

    private static void listenerCalls(Probe probe, Flavour flavour) throws Exception {
        fill(probe, 2, 0);
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        KafkaConsumer<String, String> consumer = member(probe, flavour, Map.of());
        consumer.subscribe(List.of(probe.topic()), new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                calls.add("revoked " + partitions(partitions));
            }

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                calls.add("assigned " + partitions(partitions));
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                calls.add("lost " + partitions(partitions));
            }
        });
        settle(List.of(consumer), 2);
        consumer.close();
        calls.removeIf(call -> call.endsWith("[]"));
        probe.saw("calls", calls);
    }

    private static void staticMember(Probe probe, Flavour flavour) throws Exception {
        fill(probe, 2, 0);
        KafkaConsumer<String, String> first = member(probe, flavour, Map.of("group.instance.id", "one"));
        first.subscribe(List.of(probe.topic()));
        probe.saw("first", settle(List.of(first), 2));
        probe.saw("instance", first.groupMetadata().groupInstanceId());
        first.close();
        KafkaConsumer<String, String> again = member(probe, flavour, Map.of("group.instance.id", "one"));
        again.subscribe(List.of(probe.topic()));
        probe.saw("again", settle(List.of(again), 2));
        KafkaConsumer<String, String> rival = member(probe, flavour, Map.of("group.instance.id", "one"));
        rival.subscribe(List.of(probe.topic()));
        probe.saw("one of them is fenced", fenced(again, rival));
    }

    private static String fenced(KafkaConsumer<String, String> first, KafkaConsumer<String, String> second)
            throws InterruptedException {
        List<String> errors = new ArrayList<>();
        Probe.eventually(() -> {
            for (Map.Entry<String, KafkaConsumer<String, String>> named :
                    List.of(Map.entry("first ", first), Map.entry("second ", second))) {
                try {
                    named.getValue().poll(Duration.ofMillis(100));
                } catch (RuntimeException e) {
                    errors.add(named.getKey() + Probe.unwrap(e).getClass().getSimpleName());
                }
            }
            return !errors.isEmpty();
        });
        return errors.isEmpty() ? "nobody" : errors.getFirst();
    }

    private static void unsubscribe(Probe probe, Flavour flavour) throws Exception {
        fill(probe, 2, 0);
        KafkaConsumer<String, String> consumer = member(probe, flavour, Map.of());
        consumer.subscribe(List.of(probe.topic()));
        probe.saw("assigned", settle(List.of(consumer), 2));
        consumer.unsubscribe();
        probe.saw("left", partitions(consumer.assignment()));
        probe.saw("empty", Probe.eventually(() -> describe(probe).members().isEmpty()));
        probe.saw("state", describe(probe).groupState());
    }

    private static void autoCommit(Probe probe, Flavour flavour) throws Exception {
        fill(probe, 1, 10);
        KafkaConsumer<String, String> consumer = member(probe, flavour, Map.of("enable.auto.commit", true));
        consumer.subscribe(List.of(probe.topic()));
        probe.saw("read", Probe.poll(consumer, 10).size());
        consumer.close();
        probe.saw(
                "committed",
                Probe.get(probe.admin()
                                .listConsumerGroupOffsets(probe.name("group"))
                                .partitionsToOffsetAndMetadata())
                        .get(probe.partition(0))
                        .offset());
    }

    private static void described(Probe probe, Flavour flavour) throws Exception {
        fill(probe, 2, 0);
        KafkaConsumer<String, String> consumer = member(probe, flavour, Map.of("client.id", "the-client"));
        consumer.subscribe(List.of(probe.topic()));
        settle(List.of(consumer), 2);
        probe.saw(
                "stable",
                Probe.eventually(() -> describe(probe).groupState().toString().equals("Stable")));
        ConsumerGroupDescription description = describe(probe);
        probe.saw(
                "group",
                description.type() + " " + description.partitionAssignor() + " simple "
                        + description.isSimpleConsumerGroup());
        description
                .members()
                .forEach(member -> probe.saw(
                        "member",
                        member.clientId() + " " + member.groupInstanceId() + " "
                                + partitions(member.assignment().topicPartitions()) + " target "
                                + member.targetAssignment().map(target -> partitions(target.topicPartitions()))));
        probe.attempt(
                "delete",
                () -> Probe.get(probe.admin()
                        .deleteConsumerGroups(List.of(probe.name("group")))
                        .all()));
        consumer.close();
        probe.saw("empty", Probe.eventually(() -> describe(probe).members().isEmpty()));
        probe.attempt(
                "delete empty",
                () -> Probe.get(probe.admin()
                        .deleteConsumerGroups(List.of(probe.name("group")))
                        .all()));
        probe.attempt(
                "delete again",
                () -> Probe.get(probe.admin()
                        .deleteConsumerGroups(List.of(probe.name("group")))
                        .all()));
    }

    private static void missingTopic(Probe probe, Flavour flavour) throws Exception {
        KafkaConsumer<String, String> consumer = member(probe, flavour, Map.of("allow.auto.create.topics", false));
        consumer.subscribe(List.of(probe.topic()));
        probe.ask("poll", () -> consumer.poll(Duration.ofMillis(700)).count());
        fill(probe, 1, 3);
        probe.saw("once there", values(Probe.poll(consumer, 3)));
    }

    static ConsumerGroupDescription describe(Probe probe) {
        try {
            return Probe.get(probe.admin()
                            .describeConsumerGroups(List.of(probe.name("group")))
                            .all())
                    .get(probe.name("group"));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static List<String> values(List<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::value).sorted().toList();
    }

    static Set<String> partitions(Collection<TopicPartition> partitions) {
        Set<String> numbers = new TreeSet<>();
        partitions.forEach(partition -> numbers.add(
                partition.topic().substring(partition.topic().lastIndexOf('-') + 1) + partition.partition()));
        return numbers;
    }

    /** Polls all members until each has so many partitions; returns how many each has, which of them is not defined. */
    static Map<String, Integer> settle(List<KafkaConsumer<String, String>> members, int... sizes)
            throws InterruptedException {
        Probe.eventually(() -> {
            boolean settled = true;
            for (int i = 0; i < members.size(); i++) {
                members.get(i).poll(Duration.ofMillis(50));
                settled &= members.get(i).assignment().size() == sizes[i];
            }
            return settled;
        });
        Map<String, Integer> seen = new TreeMap<>();
        for (int i = 0; i < members.size(); i++) {
            seen.put("member " + i, members.get(i).assignment().size());
        }
        return seen;
    }
}
