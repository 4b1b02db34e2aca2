package io.tickwire.compat.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Transactions: what each isolation level reads, and how producers fence each other. */
@Execution(ExecutionMode.CONCURRENT)
class TransactionCasesIT {

    private static KafkaProducer<String, String> transactional(Probe probe, Map<String, ?> more) {
        Map<String, Object> settings = new HashMap<>(Map.of("transactional.id", probe.name("tx")));
        settings.putAll(more);
        return probe.producer(settings);
    }

    private static void send(Probe probe, KafkaProducer<String, String> producer, String... values) throws Exception {
        Probe.sendAll(
                producer,
                Stream.of(values).map(value -> new ProducerRecord<>(probe.topic(), 0, 1L, (String) null, value)));
    }

    static void sawBothLevels(Probe probe) throws Exception {
        for (IsolationLevel level : IsolationLevel.values()) {
            long end = end(probe, level);
            probe.saw(level + " end", end);
            KafkaConsumer<String, String> consumer =
                    probe.consumer(Map.of("isolation.level", level.toString().toLowerCase(Locale.ROOT)));
            consumer.assign(List.of(probe.partition(0)));
            consumer.seekToBeginning(List.of(probe.partition(0)));
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            Probe.eventually(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                return consumer.position(probe.partition(0)) >= end;
            });
            probe.saw(
                    level + " read",
                    records.stream()
                            .map(record -> record.offset() + ":" + record.value())
                            .toList());
        }
    }

    /** The end of partition 0 for a reader of this level: the high watermark, or the last stable offset. */
    static long end(Probe probe, IsolationLevel level) throws Exception {
        return Probe.get(probe.admin()
                        .listOffsets(Map.of(probe.partition(0), OffsetSpec.latest()), new ListOffsetsOptions(level))
                        .partitionResult(probe.partition(0)))
                .offset();
    }

    /** Markers are written after a commit has been answered: looks when the coordinator says that they all are. */
    static void sawSettled(Probe probe) throws Exception {
        probe.saw(
                "settled",
                Probe.eventually(() ->
                        Set.of("CompleteCommit", "CompleteAbort", "Empty").contains(state(probe, probe.name("tx")))));
        sawBothLevels(probe);
    }

    @TestFactory
    Stream<DynamicTest> transactions() {
        List<Case> cases = new ArrayList<>(List.of(
                Case.of("commit", probe -> {
                    probe.createTopic(1, Map.of());
                    KafkaProducer<String, String> producer = transactional(probe, Map.of());
                    producer.initTransactions();
                    producer.beginTransaction();
                    send(probe, producer, "a", "b");
                    producer.commitTransaction();
                    sawSettled(probe);
                }),
                Case.of("abort", probe -> {
                    probe.createTopic(1, Map.of());
                    KafkaProducer<String, String> producer = transactional(probe, Map.of());
                    producer.initTransactions();
                    producer.beginTransaction();
                    send(probe, producer, "a", "b");
                    producer.abortTransaction();
                    sawSettled(probe);
                }),
                Case.of("open transaction holds readers back", probe -> {
                    probe.createTopic(1, Map.of());
                    KafkaProducer<String, String> plain = probe.producer(Map.of());
                    send(probe, plain, "before");
                    KafkaProducer<String, String> producer = transactional(probe, Map.of());
                    producer.initTransactions();
                    producer.beginTransaction();
                    send(probe, producer, "inside");
                    send(probe, plain, "after");
                    sawBothLevels(probe);
                    producer.commitTransaction();
                    sawSettled(probe);
                }),
                Case.of("many in turn", probe -> {
                    probe.createTopic(1, Map.of());
                    KafkaProducer<String, String> producer = transactional(probe, Map.of());
                    producer.initTransactions();
                    for (int i = 0; i < 10; i++) {
                        producer.beginTransaction();
                        send(probe, producer, "x" + i, "y" + i);
                        if (i % 3 == 0) {
                            producer.abortTransaction();
                        } else {
                            producer.commitTransaction();
                        }
                    }
                    sawSettled(probe);
                }),
                Case.of("empty transactions", probe -> {
                    probe.createTopic(1, Map.of());
                    KafkaProducer<String, String> producer = transactional(probe, Map.of());
                    producer.initTransactions();
                    producer.beginTransaction();
                    producer.commitTransaction();
                    producer.beginTransaction();
                    producer.abortTransaction();
                    sawSettled(probe);
                }),
                Case.of("second producer fences the first", probe -> {
                    probe.createTopic(1, Map.of());
                    KafkaProducer<String, String> first = transactional(probe, Map.of());
                    first.initTransactions();
                    first.beginTransaction();
                    send(probe, first, "lost");
                    KafkaProducer<String, String> second = transactional(probe, Map.of());
                    second.initTransactions();
                    second.beginTransaction();
                    send(probe, second, "kept");
                    second.commitTransaction();
                    probe.attempt(
                            "first sends",
                            () -> Probe.get(first.send(new ProducerRecord<>(probe.topic(), 0, 1L, null, "late"))));
                    probe.attempt("first commits", first::commitTransaction);
                    sawSettled(probe);
                }),
                Case.of("several partitions", probe -> {
                    probe.createTopic(3, Map.of());
                    KafkaProducer<String, String> producer = transactional(probe, Map.of());
                    producer.initTransactions();
                    producer.beginTransaction();
                    Probe.sendAll(
                            producer,
                            IntStream.range(0, 3)
                                    .mapToObj(i -> new ProducerRecord<>(probe.topic(), i, 1L, (String) null, "v" + i)));
                    producer.commitTransaction();
                    for (int i = 0; i < 3; i++) {
                        probe.sawRecords(
                                "read",
                                probe.readAll(1, Map.of("isolation.level", "read_committed"), probe.partition(i)));
                    }
                }),
                Case.of("without init", probe -> {
                    KafkaProducer<String, String> producer = transactional(probe, Map.of());
                    probe.attempt("begin", producer::beginTransaction);
                }),
                Case.of("timeout above the broker's", probe -> {
                    KafkaProducer<String, String> producer =
                            transactional(probe, Map.of("transaction.timeout.ms", 1_000_000));
                    probe.attempt("init", producer::initTransactions);
                }),
                Case.of("timeout aborts", probe -> {
                    probe.createTopic(1, Map.of());
                    KafkaProducer<String, String> producer =
                            transactional(probe, Map.of("transaction.timeout.ms", 10_000));
                    producer.initTransactions();
                    producer.beginTransaction();
                    send(probe, producer, "a");
                    probe.saw("aborted", Probe.eventually(() -> lastStable(probe) == 2));
                    probe.attempt("commit", producer::commitTransaction);
                    sawSettled(probe);
                }),
                Case.of("too large a record inside", probe -> {
                    probe.createTopic(1, Map.of("max.message.bytes", "500"));
                    KafkaProducer<String, String> producer = transactional(probe, Map.of());
                    producer.initTransactions();
                    producer.beginTransaction();
                    probe.attempt(
                            "send",
                            () -> Probe.get(producer.send(
                                    new ProducerRecord<>(probe.topic(), 0, 1L, null, "v".repeat(1_000)))));
                    probe.attempt("abort", producer::abortTransaction);
                    sawSettled(probe);
                })));
        cases.addAll(offsetCases());
        cases.addAll(adminCases());
        return Differential.tests("transactions", cases);
    }

    private static long lastStable(Probe probe) {
        try {
            return Probe.get(probe.admin()
                            .listOffsets(
                                    Map.of(probe.partition(0), OffsetSpec.latest()),
                                    new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                            .partitionResult(probe.partition(0)))
                    .offset();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    // Group metadata made by hand: what a client that is in no group can send.
    @SuppressWarnings("removal")
    private static List<Case> offsetCases() {
        List<Case> cases = new ArrayList<>();
        for (boolean commit : new boolean[] {true, false}) {
            cases.add(Case.of("offsets by group name, commit " + commit, probe -> {
                probe.createTopic(1, Map.of());
                KafkaProducer<String, String> producer = transactional(probe, Map.of());
                producer.initTransactions();
                producer.beginTransaction();
                send(probe, producer, "a");
                producer.sendOffsetsToTransaction(
                        Map.of(probe.partition(0), new OffsetAndMetadata(7, "m")),
                        new ConsumerGroupMetadata(probe.name("g")));
                finish(producer, commit);
                sawSettled(probe);
                probe.saw(
                        "committed",
                        Probe.get(probe.admin()
                                        .listConsumerGroupOffsets(probe.name("g"))
                                        .partitionsToOffsetAndMetadata())
                                .get(probe.partition(0)));
            }));
            for (String protocol : List.of("classic", "consumer")) {
                cases.add(Case.of("read, process, write " + protocol + ", commit " + commit, probe -> {
                    probe.createTopic(1, Map.of());
                    send(probe, probe.producer(Map.of()), "1", "2", "3");
                    KafkaConsumer<String, String> consumer =
                            probe.consumer(Map.of("group.id", probe.name("g"), "group.protocol", protocol));
                    consumer.subscribe(List.of(probe.topic()));
                    probe.saw("read", Probe.poll(consumer, 3).size());
                    KafkaProducer<String, String> producer = transactional(probe, Map.of());
                    producer.initTransactions();
                    producer.beginTransaction();
                    send(probe, producer, "out");
                    producer.sendOffsetsToTransaction(
                            Map.of(probe.partition(0), new OffsetAndMetadata(3)), consumer.groupMetadata());
                    finish(producer, commit);
                    sawSettled(probe);
                    probe.saw(
                            "committed",
                            consumer.committed(Set.of(probe.partition(0))).get(probe.partition(0)));
                }));
            }
        }
        cases.add(Case.of("offsets of an unknown member", probe -> {
            probe.createTopic(1, Map.of());
            KafkaProducer<String, String> producer = transactional(probe, Map.of());
            producer.initTransactions();
            producer.beginTransaction();
            probe.attempt(
                    "offsets",
                    () -> producer.sendOffsetsToTransaction(
                            Map.of(probe.partition(0), new OffsetAndMetadata(7)),
                            new ConsumerGroupMetadata(probe.name("g"), 5, "nobody", Optional.empty())));
            probe.attempt("commit", producer::commitTransaction);
        }));
        return cases;
    }

    private static void finish(KafkaProducer<String, String> producer, boolean commit) {
        if (commit) {
            producer.commitTransaction();
        } else {
            producer.abortTransaction();
        }
    }

    private static List<Case> adminCases() {
        return List.of(
                Case.of("described while open", probe -> {
                    probe.createTopic(1, Map.of());
                    KafkaProducer<String, String> producer =
                            transactional(probe, Map.of("transaction.timeout.ms", 50_000));
                    producer.initTransactions();
                    producer.beginTransaction();
                    send(probe, producer, "a");
                    String id = probe.name("tx");
                    var description = Probe.get(
                            probe.admin().describeTransactions(List.of(id)).description(id));
                    probe.saw(
                            "state",
                            description.state() + " epoch " + description.producerEpoch() + " timeout "
                                    + description.transactionTimeoutMs() + " on " + description.topicPartitions());
                    var listed = Probe.get(probe.admin()
                            .listTransactions(new ListTransactionsOptions().filterOnTransactionalIdPattern(id))
                            .all());
                    listed.forEach(one -> probe.saw("listed", one.transactionalId() + " " + one.state()));
                    var producers = Probe.get(probe.admin()
                            .describeProducers(List.of(probe.partition(0)))
                            .partitionResult(probe.partition(0)));
                    producers
                            .activeProducers()
                            .forEach(active -> probe.saw(
                                    "producer",
                                    active.producerEpoch() + " last sequence " + active.lastSequence() + " from "
                                            + active.currentTransactionStartOffset()));
                    producer.commitTransaction();
                    probe.saw(
                            "completed", Probe.eventually(() -> state(probe, id).equals("CompleteCommit")));
                }),
                Case.of("aborted by admin", probe -> {
                    probe.createTopic(1, Map.of());
                    KafkaProducer<String, String> producer = transactional(probe, Map.of());
                    producer.initTransactions();
                    producer.beginTransaction();
                    send(probe, producer, "a");
                    var active = Probe.get(probe.admin()
                                    .describeProducers(List.of(probe.partition(0)))
                                    .partitionResult(probe.partition(0)))
                            .activeProducers()
                            .getFirst();
                    Probe.get(probe.admin()
                            .abortTransaction(new AbortTransactionSpec(
                                    probe.partition(0),
                                    active.producerId(),
                                    (short) active.producerEpoch(),
                                    active.coordinatorEpoch().orElse(-1)))
                            .all());
                    // The coordinator, which is not asked, goes on with the transaction until it times out.
                    probe.saw("state", state(probe, probe.name("tx")));
                    sawBothLevels(probe);
                }),
                Case.of("fenced by admin", probe -> {
                    probe.createTopic(1, Map.of());
                    KafkaProducer<String, String> producer = transactional(probe, Map.of());
                    producer.initTransactions();
                    producer.beginTransaction();
                    send(probe, producer, "a");
                    Probe.get(probe.admin()
                            .fenceProducers(List.of(probe.name("tx")))
                            .all());
                    probe.attempt("commit", producer::commitTransaction);
                    sawSettled(probe);
                }),
                Case.of(
                        "unknown transactional id",
                        probe -> probe.ask(
                                "describe",
                                () -> Probe.get(probe.admin()
                                        .describeTransactions(List.of("nobody"))
                                        .description("nobody")))),
                Case.of("forced terminate", probe -> {
                    probe.createTopic(1, Map.of());
                    KafkaProducer<String, String> producer = transactional(probe, Map.of());
                    producer.initTransactions();
                    producer.beginTransaction();
                    send(probe, producer, "a");
                    Probe.get(probe.admin()
                            .forceTerminateTransaction(probe.name("tx"))
                            .result());
                    probe.attempt("commit", producer::commitTransaction);
                    sawSettled(probe);
                }));
    }

    static String state(Probe probe, String id) {
        try {
            return Probe.get(probe.admin().describeTransactions(List.of(id)).description(id))
                    .state()
                    .toString();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
