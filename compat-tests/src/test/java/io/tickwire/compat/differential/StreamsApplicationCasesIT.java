package io.tickwire.compat.differential;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.KStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Kafka Streams applications whose groups the broker assigns (KIP-1071), and what an administrator can do with those. */
@Execution(ExecutionMode.CONCURRENT)
class StreamsApplicationCasesIT {

    private static final int RECORDS = 12;
    private static final Duration CLOSE = Duration.ofSeconds(60);

    @TempDir
    static Path files;

    @TestFactory
    Stream<DynamicTest> applications() {
        List<Case> cases = new ArrayList<>();
        for (String guarantee : List.of("at_least_once", "exactly_once_v2")) {
            cases.add(Case.of("each record by itself, " + guarantee, probe -> {
                fill(probe, 2);
                KafkaStreams streams = start(probe, "a", guarantee, in -> in.mapValues(value -> value + "!"));
                read(probe);
                administer(probe, streams);
            }));
            cases.add(Case.of("counts, " + guarantee, probe -> {
                fill(probe, 2);
                start(
                        probe,
                        "a",
                        guarantee,
                        in -> in.groupByKey().count().toStream().mapValues(String::valueOf));
                read(probe);
                internalTopics(probe);
            }));
        }
        cases.add(Case.of("counts by another key", probe -> {
            fill(probe, 1);
            start(
                    probe,
                    "a",
                    "at_least_once",
                    in -> in.map((key, value) -> KeyValue.pair("of " + value.length(), value))
                            .groupByKey()
                            .count()
                            .toStream()
                            .mapValues(String::valueOf));
            read(probe);
            internalTopics(probe);
            described(probe, 2);
        }));
        cases.add(Case.of("two instances share", probe -> {
            fill(probe, 4);
            start(probe, "a", "at_least_once", in -> in.mapValues(value -> value + "!"));
            KafkaStreams second = start(probe, "b", "at_least_once", in -> in.mapValues(value -> value + "!"));
            read(probe);
            probe.saw("both", Probe.eventually(() -> taskCounts(probe).equals(List.of(2, 2))));
            described(probe, 4);
            second.close(CLOSE);
            probe.saw("one", Probe.eventually(() -> taskCounts(probe).equals(List.of(4))));
        }));
        cases.add(Case.of("goes on where it was", probe -> {
            fill(probe, 1);
            KafkaStreams first = start(probe, "a", "exactly_once_v2", in -> in.mapValues(value -> value + "!"));
            read(probe);
            first.close(CLOSE);
            write(probe, 1);
            start(probe, "b", "exactly_once_v2", in -> in.mapValues(value -> value + "?"));
            probe.saw("later", results(probe, 2 * RECORDS));
        }));
        cases.add(Case.of("input is not there", probe -> {
            List<String> failures = new ArrayList<>();
            KafkaStreams streams = build(probe, "a", "at_least_once", in -> in);
            streams.setUncaughtExceptionHandler(failure -> {
                failures.add(failure.getClass().getSimpleName());
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
            probe.createTopic(probe.name("out"), 1, Map.of());
            streams.start();
            probe.saw("ends", Probe.eventually(() -> streams.state() == KafkaStreams.State.ERROR));
            probe.saw("by", new TreeSet<>(failures));
        }));
        return Differential.tests("streams applications", cases);
    }

    private static Map<String, Object> committed() {
        return Map.of("isolation.level", "read_committed");
    }

    private static TopicPartition out(Probe probe) {
        return new TopicPartition(probe.name("out"), 0);
    }

    private static void fill(Probe probe, int partitions) throws Exception {
        probe.createTopic(partitions, Map.of());
        probe.createTopic(probe.name("out"), 1, Map.of());
        write(probe, partitions);
    }

    private static void write(Probe probe, int partitions) throws Exception {
        KafkaProducer<String, String> producer = probe.producer(Map.of());
        Probe.sendAll(
                producer,
                IntStream.range(0, RECORDS)
                        .mapToObj(i -> new ProducerRecord<>(
                                probe.topic(), i % partitions, 1L + i, "key " + i % 4, "value " + i)));
    }

    private static KafkaStreams start(
            Probe probe, String instance, String guarantee, UnaryOperator<KStream<String, String>> work)
            throws InterruptedException {
        KafkaStreams streams = build(probe, instance, guarantee, work);
        streams.start();
        probe.saw("runs", Probe.eventually(() -> streams.state() == KafkaStreams.State.RUNNING));
        return streams;
    }

    private static KafkaStreams build(
            Probe probe, String instance, String guarantee, UnaryOperator<KStream<String, String>> work) {
        StreamsBuilder builder = new StreamsBuilder();
        work.apply(builder.stream(probe.topic())).to(probe.name("out"));
        Map<String, Object> settings = new HashMap<>();
        settings.put("application.id", probe.name("app"));
        settings.put("client.id", instance);
        settings.put("bootstrap.servers", probe.target().bootstrap());
        settings.put("group.protocol", "streams");
        settings.put("processing.guarantee", guarantee);
        settings.put("commit.interval.ms", 100);
        settings.put("auto.offset.reset", "earliest");
        settings.put("default.key.serde", Serdes.StringSerde.class);
        settings.put("default.value.serde", Serdes.StringSerde.class);
        // Each record gives a result of its own.
        settings.put("statestore.cache.max.bytes", 0);
        settings.put(
                "state.dir",
                files.resolve(probe.target().name()
                                + Integer.toHexString(probe.name(instance).hashCode()))
                        .toString());
        KafkaStreams streams = new KafkaStreams(builder.build(), new StreamsConfig(settings));
        probe.track(() -> streams.close(CLOSE));
        return streams;
    }

    /** Notes the results, sorted: tasks run side by side. */
    private static void read(Probe probe) {
        probe.saw("results", results(probe, RECORDS));
    }

    private static List<String> results(Probe probe, int count) {
        return probe.readAll(count, committed(), out(probe)).stream()
                .map(record -> record.key() + "=" + record.value() + " at " + record.timestamp())
                .sorted()
                .toList();
    }

    private static StreamsGroupDescription describe(Probe probe) throws Exception {
        return Probe.get(probe.admin()
                        .describeStreamsGroups(List.of(probe.name("app")))
                        .all())
                .get(probe.name("app"));
    }

    private static List<Integer> taskCounts(Probe probe) {
        try {
            return describe(probe).members().stream()
                    .map(StreamsApplicationCasesIT::taskCount)
                    .toList();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static int taskCount(StreamsGroupMemberDescription member) {
        return member.assignment().activeTasks().stream()
                .mapToInt(tasks -> tasks.partitions().size())
                .sum();
    }

    private static void described(Probe probe, int tasks) throws Exception {
        Probe.eventually(
                () -> taskCounts(probe).stream().mapToInt(Integer::intValue).sum() >= tasks);
        StreamsGroupDescription group = describe(probe);
        probe.saw("group", group.groupState() + " topology " + group.topologyEpoch());
        group.subtopologies()
                .forEach(part -> probe.saw(
                        "subtopology",
                        part.subtopologyId() + " " + part.sourceTopics() + " " + part.repartitionSinkTopics() + " "
                                + part.repartitionSourceTopics().keySet() + " "
                                + part.stateChangelogTopics().keySet()));
        probe.saw(
                "members",
                group.members().stream()
                        .map(member -> member.clientId().replaceAll("-StreamThread.*", "") + " " + member.instanceId()
                                + " tasks " + taskCount(member) + " classic " + member.isClassic())
                        .sorted()
                        .toList());
    }

    private static void internalTopics(Probe probe) throws Exception {
        TreeSet<String> names =
                new TreeSet<>(Probe.get(probe.admin().listTopics().names()));
        names.removeIf(name -> !name.startsWith(probe.name("app") + "-"));
        for (String name : names) {
            probe.ask(name, () -> shape(probe, name));
        }
    }

    /** Returns how many partitions a topic has, and what it sets differently from the broker. */
    static String shape(Probe probe, String topic) throws Exception {
        int partitions = Probe.get(probe.admin().describeTopics(List.of(topic)).allTopicNames())
                .get(topic)
                .partitions()
                .size();
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        TreeMap<String, String> set = new TreeMap<>();
        Probe.get(probe.admin().describeConfigs(List.of(resource)).all()).get(resource).entries().stream()
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .forEach(entry -> set.put(entry.name(), entry.value()));
        return partitions + " partitions " + set;
    }

    /** What an administrator may do while the application runs, and after it. */
    private static void administer(Probe probe, KafkaStreams streams) throws Exception {
        described(probe, 2);
        probe.saw("committed", Probe.eventually(() -> committedTotal(probe) == RECORDS));
        change(probe, "while it runs");
        streams.close(CLOSE);
        probe.saw("empty", Probe.eventually(() -> taskCounts(probe).isEmpty()));
        probe.saw("state", describe(probe).groupState());
        change(probe, "after it");
        probe.attempt("deleted again", () -> Probe.get(deleted(probe)));
        probe.attempt("described", () -> describe(probe));
    }

    private static KafkaFuture<Void> deleted(Probe probe) {
        return probe.admin().deleteStreamsGroups(List.of(probe.name("app"))).all();
    }

    private static void change(Probe probe, String when) {
        String group = probe.name("app");
        probe.attempt(
                "reset " + when,
                () -> Probe.get(probe.admin()
                        .alterStreamsGroupOffsets(
                                group, Map.of(probe.partition(0), new OffsetAndMetadata(2, "by hand")))
                        .all()));
        probe.attempt(
                "offset forgotten " + when,
                () -> Probe.get(probe.admin()
                        .deleteStreamsGroupOffsets(group, Set.of(probe.partition(1)))
                        .all()));
        probe.saw("offsets " + when, offsets(probe));
        probe.attempt("deleted " + when, () -> Probe.get(deleted(probe)));
    }

    private static long committedTotal(Probe probe) {
        return offsets(probe).values().stream().mapToLong(Long::longValue).sum();
    }

    private static Map<String, Long> offsets(Probe probe) {
        try {
            TreeMap<String, Long> offsets = new TreeMap<>();
            Probe.get(probe.admin()
                            .listStreamsGroupOffsets(Map.of(probe.name("app"), new ListStreamsGroupOffsetsSpec()))
                            .partitionsToOffsetAndMetadata(probe.name("app")))
                    .forEach((partition, offset) -> {
                        if (offset != null) {
                            offsets.put(partition.toString(), offset.offset());
                        }
                    });
            return offsets;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
