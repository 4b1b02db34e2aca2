package io.tickwire.compat.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.RecordsToDelete;
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

/** What a consumer sees of partitions it was given by hand. */
@Execution(ExecutionMode.CONCURRENT)
class ConsumerCasesIT {

    private static final int RECORDS = 30;

    /** Characters that a broker takes with a committed offset. */
    private static final int LONGEST_METADATA = 4_096;

    private static void fill(Probe probe, int partitions, Map<String, String> configs) throws Exception {
        probe.createTopic(partitions, configs);
        KafkaProducer<String, String> producer = probe.producer(Map.of("batch.size", 300, "linger.ms", 20));
        Probe.sendAll(
                producer,
                IntStream.range(0, RECORDS)
                        .mapToObj(i -> new ProducerRecord<>(
                                probe.topic(), i % partitions, 1_000L + i * 10L, "k" + i, "value " + i)));
    }

    private static KafkaConsumer<String, String> assigned(Probe probe, Map<String, ?> settings) {
        KafkaConsumer<String, String> consumer = probe.consumer(settings);
        consumer.assign(List.of(probe.partition(0)));
        return consumer;
    }

    @TestFactory
    Stream<DynamicTest> positions() {
        List<Case> cases = new ArrayList<>();
        for (long offset : new long[] {0, 1, 15, 29, 30}) {
            cases.add(Case.of("seek to " + offset, probe -> {
                fill(probe, 1, Map.of());
                KafkaConsumer<String, String> consumer = assigned(probe, Map.of());
                consumer.seek(probe.partition(0), offset);
                probe.saw("position", consumer.position(probe.partition(0)));
                probe.sawRecords("read", Probe.poll(consumer, (int) (RECORDS - offset)));
                probe.saw("position after", consumer.position(probe.partition(0)));
                probe.saw("lag", consumer.currentLag(probe.partition(0)));
            }));
        }
        for (String reset : List.of("earliest", "latest", "none", "by_duration:PT1H")) {
            // No record is that young: the position is looked for until time is over.
            int timeoutMs = reset.startsWith("by_duration") ? 2_000 : 60_000;
            for (long offset : new long[] {31, 1_000_000}) {
                cases.add(Case.of("seek beyond the end to " + offset + " reset " + reset, probe -> {
                    fill(probe, 1, Map.of());
                    KafkaConsumer<String, String> consumer =
                            assigned(probe, Map.of("default.api.timeout.ms", timeoutMs, "auto.offset.reset", reset));
                    consumer.seek(probe.partition(0), offset);
                    sawReset(probe, consumer, offset, reset.equals("earliest") ? RECORDS : 0);
                }));
            }
            cases.add(Case.of("no position reset " + reset, probe -> {
                fill(probe, 1, Map.of());
                KafkaConsumer<String, String> consumer = assigned(
                        probe,
                        Map.of(
                                "default.api.timeout.ms",
                                timeoutMs,
                                "auto.offset.reset",
                                reset,
                                "group.id",
                                probe.name("g")));
                probe.ask("position", () -> consumer.position(probe.partition(0)));
            }));
            cases.add(Case.of("before the log start reset " + reset, probe -> {
                fill(probe, 1, Map.of());
                Probe.get(probe.admin()
                        .deleteRecords(Map.of(probe.partition(0), RecordsToDelete.beforeOffset(10)))
                        .all());
                KafkaConsumer<String, String> consumer =
                        assigned(probe, Map.of("default.api.timeout.ms", timeoutMs, "auto.offset.reset", reset));
                consumer.seek(probe.partition(0), 3);
                sawReset(probe, consumer, 3, reset.equals("earliest") ? 20 : 0);
            }));
        }
        return Differential.tests("consumer positions", cases);
    }

    /** Polls until the position is another than the one sought, or the consumer refuses to find one, and so many records came. */
    private static void sawReset(Probe probe, KafkaConsumer<String, String> consumer, long sought, int count) {
        probe.ask("poll", () -> {
            List<Long> offsets = new ArrayList<>();
            Probe.eventually(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> offsets.add(record.offset()));
                return offsets.size() >= count && consumer.position(probe.partition(0)) != sought;
            });
            return offsets;
        });
        probe.ask("position", () -> consumer.position(probe.partition(0)));
    }

    @TestFactory
    Stream<DynamicTest> times() {
        List<Case> cases = new ArrayList<>();
        for (long time : new long[] {0, 999, 1_000, 1_001, 1_145, 1_290, 1_291, 10_000}) {
            for (String type : List.of("CreateTime", "LogAppendTime")) {
                cases.add(Case.of("offset for time " + time + " " + type, probe -> {
                    fill(probe, 1, Map.of("message.timestamp.type", type));
                    KafkaConsumer<String, String> consumer = assigned(probe, Map.of());
                    var found = consumer.offsetsForTimes(Map.of(probe.partition(0), time))
                            .get(probe.partition(0));
                    probe.saw(
                            "found",
                            found == null
                                    ? "none"
                                    : found.offset() + " epoch " + found.leaderEpoch()
                                            + (type.equals("CreateTime") ? " at " + found.timestamp() : ""));
                }));
            }
        }
        return Differential.tests("consumer times", cases);
    }

    @TestFactory
    Stream<DynamicTest> limits() {
        List<Case> cases = new ArrayList<>();
        for (Map<String, ?> settings : List.<Map<String, ?>>of(
                Map.of("max.poll.records", 1),
                Map.of("max.poll.records", 7),
                Map.of("max.partition.fetch.bytes", 1),
                Map.of("max.partition.fetch.bytes", 200),
                Map.of("max.partition.fetch.bytes", 700),
                Map.of("fetch.max.bytes", 1),
                Map.of("fetch.max.bytes", 500),
                Map.of("fetch.min.bytes", 1_000_000, "fetch.max.wait.ms", 50),
                Map.of("fetch.min.bytes", 0),
                Map.of("check.crcs", false),
                Map.of("isolation.level", "read_committed"),
                Map.of("client.rack", "a rack"),
                Map.of("receive.buffer.bytes", 4_096),
                Map.of("client.id", "a client / with odd ; name"))) {
            for (int partitions : new int[] {1, 3}) {
                cases.add(Case.of(settings + " partitions " + partitions, probe -> {
                    fill(probe, partitions, Map.of());
                    List<TopicPartition> all = Stream.iterate(0, i -> i + 1)
                            .limit(partitions)
                            .map(probe::partition)
                            .toList();
                    List<ConsumerRecord<String, String>> read =
                            probe.readAll(RECORDS, settings, all.toArray(TopicPartition[]::new));
                    read.sort(Comparator.<ConsumerRecord<String, String>>comparingInt(ConsumerRecord::partition)
                            .thenComparingLong(ConsumerRecord::offset));
                    probe.sawRecords("read", read);
                }));
            }
        }
        return Differential.tests("consumer limits", cases);
    }

    @TestFactory
    Stream<DynamicTest> questions() {
        return Differential.tests(
                "consumer questions",
                List.of(
                        Case.of("lag behind an open transaction", ConsumerCasesIT::lagBehindOpenTransaction),
                        Case.of("beginning and end", probe -> {
                            fill(probe, 2, Map.of());
                            KafkaConsumer<String, String> consumer = assigned(probe, Map.of());
                            List<TopicPartition> both = List.of(probe.partition(0), probe.partition(1));
                            probe.saw("beginning", new TreeMap<>(named(consumer.beginningOffsets(both))));
                            probe.saw("end", new TreeMap<>(named(consumer.endOffsets(both))));
                        }),
                        Case.of("end of an unknown partition", probe -> {
                            fill(probe, 1, Map.of());
                            KafkaConsumer<String, String> consumer =
                                    assigned(probe, Map.of("default.api.timeout.ms", 1_500));
                            probe.ask("end", () -> consumer.endOffsets(List.of(probe.partition(9))));
                        }),
                        Case.of("partitions for", probe -> {
                            fill(probe, 3, Map.of());
                            KafkaConsumer<String, String> consumer = probe.consumer(Map.of());
                            probe.saw(
                                    "partitions",
                                    consumer.partitionsFor(probe.topic()).size());
                        }),
                        Case.of("partitions for an unknown topic", probe -> {
                            KafkaConsumer<String, String> consumer =
                                    probe.consumer(Map.of("allow.auto.create.topics", false));
                            probe.ask("partitions", () -> consumer.partitionsFor(probe.topic()));
                        }),
                        Case.of("list topics holds it", probe -> {
                            fill(probe, 2, Map.of());
                            probe.saw(
                                    "partitions",
                                    probe.consumer(Map.of())
                                            .listTopics()
                                            .get(probe.topic())
                                            .size());
                        }),
                        Case.of("pause and resume", probe -> {
                            fill(probe, 1, Map.of());
                            KafkaConsumer<String, String> consumer = assigned(probe, Map.of("max.poll.records", 5));
                            probe.saw("before", Probe.poll(consumer, 5).size());
                            consumer.pause(List.of(probe.partition(0)));
                            probe.saw(
                                    "paused",
                                    consumer.poll(Duration.ofMillis(300)).count());
                            consumer.resume(List.of(probe.partition(0)));
                            probe.saw("resumed", Probe.poll(consumer, 25).size());
                        }),
                        Case.of("unknown topic assigned", probe -> {
                            KafkaConsumer<String, String> consumer = assigned(
                                    probe, Map.of("allow.auto.create.topics", false, "default.api.timeout.ms", 1_500));
                            probe.ask(
                                    "poll",
                                    () -> consumer.poll(Duration.ofMillis(500)).count());
                            probe.ask("position", () -> consumer.position(probe.partition(0)));
                        }),
                        Case.of("invalid topic assigned", probe -> {
                            KafkaConsumer<String, String> consumer = probe.consumer(Map.of());
                            consumer.assign(List.of(new TopicPartition("not a topic", 0)));
                            probe.ask("poll", () -> Probe.poll(consumer, 1));
                        }),
                        Case.of("auto-created by reading", probe -> {
                            KafkaConsumer<String, String> consumer = assigned(probe, Map.of());
                            probe.saw("created", Probe.eventually(() -> {
                                consumer.poll(Duration.ofMillis(100));
                                return consumer.listTopics().containsKey(probe.topic());
                            }));
                        }),
                        Case.of("woken by a record", probe -> {
                            probe.createTopic(1, Map.of());
                            // A fetch that waits longer than the case: what is read was not read at its end.
                            KafkaConsumer<String, String> consumer = assigned(
                                    probe, Map.of("fetch.max.wait.ms", 280_000, "request.timeout.ms", 300_000));
                            probe.saw(
                                    "empty",
                                    consumer.poll(Duration.ofMillis(200)).count());
                            Probe.get(probe.producer(Map.of())
                                    .send(new ProducerRecord<>(probe.topic(), 0, 1L, "k", "v")));
                            probe.sawRecords("read", Probe.poll(consumer, 1));
                        })));
    }

    private static Map<String, Long> named(Map<TopicPartition, Long> offsets) {
        Map<String, Long> named = new HashMap<>();
        offsets.forEach((partition, offset) -> named.put("p" + partition.partition(), offset));
        return named;
    }

    @TestFactory
    Stream<DynamicTest> commits() {
        List<Case> cases = new ArrayList<>();
        for (String protocol : List.of("classic", "consumer")) {
            for (OffsetAndMetadata commit : List.of(
                    new OffsetAndMetadata(0),
                    new OffsetAndMetadata(12, "some metadata"),
                    new OffsetAndMetadata(12, Optional.of(0), "epoch 0"),
                    new OffsetAndMetadata(12, Optional.of(7), "epoch of the future"),
                    new OffsetAndMetadata(1_000_000, "beyond the end"),
                    new OffsetAndMetadata(1, "m".repeat(LONGEST_METADATA)),
                    new OffsetAndMetadata(1, "m".repeat(LONGEST_METADATA + 1)))) {
                String name = protocol + " commit " + commit.offset() + " "
                        + commit.leaderEpoch().orElse(-1) + " metadata "
                        + commit.metadata().length();
                cases.add(Case.of(name, probe -> commit(probe, protocol, commit)));
            }
        }
        cases.add(Case.of("committed of an unknown group", probe -> {
            fill(probe, 1, Map.of());
            KafkaConsumer<String, String> consumer = assigned(probe, Map.of("group.id", probe.name("g")));
            probe.saw(
                    "committed", consumer.committed(Set.of(probe.partition(0))).get(probe.partition(0)));
        }));
        cases.add(Case.of("commit to an unknown topic", probe -> {
            KafkaConsumer<String, String> consumer =
                    assigned(probe, Map.of("group.id", probe.name("g"), "default.api.timeout.ms", 2_000));
            probe.attempt("commit", () -> consumer.commitSync(Map.of(probe.partition(0), new OffsetAndMetadata(1))));
        }));
        return Differential.tests("consumer commits", cases);
    }

    private static void commit(Probe probe, String protocol, OffsetAndMetadata commit) throws Exception {
        fill(probe, 1, Map.of());
        String group = probe.name("g");
        KafkaConsumer<String, String> consumer = assigned(probe, Map.of("group.id", group, "group.protocol", protocol));
        probe.attempt("commit", () -> consumer.commitSync(Map.of(probe.partition(0), commit)));
        // A position of a future epoch is validated until time is over.
        int timeoutMs = commit.leaderEpoch().orElse(0) > 0 ? 2_000 : 60_000;
        KafkaConsumer<String, String> later = assigned(
                probe, Map.of("group.id", group, "group.protocol", protocol, "default.api.timeout.ms", timeoutMs));
        probe.ask("committed", () -> later.committed(Set.of(probe.partition(0))).get(probe.partition(0)));
        probe.ask("position", () -> later.position(probe.partition(0)));
        probe.ask(
                "admin",
                () -> Probe.get(probe.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                        .get(probe.partition(0)));
        if (commit.metadata().length() > LONGEST_METADATA) {
            // The coordinator keeps the group of a refused commit only where others write to its partition meanwhile.
            return;
        }
        probe.ask("group", () -> {
            var description = Probe.get(probe.admin()
                    .describeConsumerGroups(List.of(group))
                    .describedGroups()
                    .get(group));
            return description.groupState() + " " + description.type() + " "
                    + description.members().size();
        });
    }

    /** A reader of committed records has no more to come than up to the last stable offset. */
    private static void lagBehindOpenTransaction(Probe probe) throws Exception {
        probe.createTopic(1, Map.of());
        KafkaProducer<String, String> producer =
                probe.producer(Map.of("transactional.id", probe.name("open"), "enable.idempotence", true));
        producer.initTransactions();
        producer.beginTransaction();
        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 1L, "k", "committed")));
        producer.commitTransaction();
        producer.beginTransaction();
        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 2L, "k", "open")));
        for (String isolation : List.of("read_committed", "read_uncommitted")) {
            KafkaConsumer<String, String> consumer =
                    probe.consumer(Map.of("isolation.level", isolation, "max.poll.records", 1));
            consumer.assign(List.of(probe.partition(0)));
            consumer.seekToBeginning(List.of(probe.partition(0)));
            probe.saw(isolation, Probe.poll(consumer, 1).getFirst().value());
            probe.saw(isolation + " lag", consumer.currentLag(probe.partition(0)));
        }
        producer.abortTransaction();
    }
}
