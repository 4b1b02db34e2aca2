package io.tickwire.compat.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;

/** Producers and their transactions over a broker that is killed: what was open stays open, what was decided is carried out. */
final class TransactionRestarts {

    private static final int COMMITS_AT_THE_KILL = 12;

    /** Longer than a broker takes to come back: of a transaction that is over by then Kafka may skip the marker. */
    private static final int ABANDONED_MS = 30_000;

    private TransactionRestarts() {}

    static List<RestartCase> cases() {
        return List.of(
                new RestartCase("idempotent producer goes on", TransactionRestarts::idempotent),
                new RestartCase("open transaction commits", (probe, broker) -> openTransaction(probe, broker, true)),
                new RestartCase("open transaction aborts", (probe, broker) -> openTransaction(probe, broker, false)),
                new RestartCase("abandoned transaction times out", TransactionRestarts::abandoned),
                new RestartCase("abandoned transaction is aborted by admin", TransactionRestarts::abortedByAdmin),
                new RestartCase("commits under way at the kill", TransactionRestarts::commitsAtTheKill),
                new RestartCase("producer epochs", TransactionRestarts::epochs),
                new RestartCase("aborted records stay aborted", TransactionRestarts::abortedBefore));
    }

    /** Patient enough for a broker that takes its time to come back. */
    private static KafkaProducer<String, String> producer(Probe probe, Map<String, ?> more) {
        Map<String, Object> settings = new HashMap<>(
                Map.of("max.block.ms", 120_000, "request.timeout.ms", 30_000, "delivery.timeout.ms", 120_000));
        settings.putAll(more);
        return probe.producer(settings);
    }

    /** With transactions that no slow machine lets time out. */
    private static KafkaProducer<String, String> transactional(Probe probe, String id) {
        return producer(probe, Map.of("transactional.id", probe.name(id), "transaction.timeout.ms", 600_000));
    }

    private static void send(Probe probe, KafkaProducer<String, String> producer, String... values) throws Exception {
        for (String value : values) {
            Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, null, value)));
        }
    }

    private static void idempotent(Probe probe, Restarts broker) throws Exception {
        probe.createTopic(1, Map.of());
        KafkaProducer<String, String> producer = producer(probe, Map.of());
        send(probe, producer, "a", "b");
        sawProducers(probe);

        broker.killed();
        sawProducers(probe);
        send(probe, producer, "c", "d");
        sawProducers(probe);
        probe.sawRecords("read", probe.readAll(4, Map.of(), probe.partition(0)));
    }

    /** A transaction with records and offsets in it goes over the kill, and ends after it. */
    // Group metadata made by hand: the producer is in no group.
    @SuppressWarnings("removal")
    private static void openTransaction(Probe probe, Restarts broker, boolean commit) throws Exception {
        probe.createTopic(1, Map.of());
        KafkaProducer<String, String> producer = transactional(probe, "tx");
        producer.initTransactions();
        producer.beginTransaction();
        send(probe, producer, "before");
        producer.sendOffsetsToTransaction(
                Map.of(probe.partition(0), new OffsetAndMetadata(7, "seven")),
                new ConsumerGroupMetadata(probe.name("g")));
        sawTransaction(probe);
        TransactionDescription before = described(probe);

        broker.killed();
        TransactionDescription after = described(probe);
        probe.saw("same producer", before.producerId() == after.producerId());
        probe.saw("same start", before.transactionStartTimeMs().equals(after.transactionStartTimeMs()));
        sawTransaction(probe);
        sawProducers(probe);
        probe.saw("stable offset before its end", offsetsOf(probe));
        send(probe, producer, "after");
        if (commit) {
            producer.commitTransaction();
        } else {
            producer.abortTransaction();
        }
        TransactionCasesIT.sawSettled(probe);
        probe.saw("offsets", offsetsOf(probe));
        producer.beginTransaction();
        send(probe, producer, "next");
        producer.commitTransaction();
        TransactionCasesIT.sawSettled(probe);
    }

    /** Nobody ends the transaction, so the coordinator does, and fences its producer. */
    private static void abandoned(Probe probe, Restarts broker) throws Exception {
        probe.createTopic(1, Map.of());
        KafkaProducer<String, String> producer =
                producer(probe, Map.of("transactional.id", probe.name("tx"), "transaction.timeout.ms", ABANDONED_MS));
        producer.initTransactions();
        int epoch = described(probe).producerEpoch();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        broker.beforeKill(() -> {
            try {
                producer.beginTransaction();
                send(probe, producer, "lost");
                begun.complete(null);
            } catch (Exception e) {
                begun.completeExceptionally(e);
            }
        });

        broker.killed();
        Probe.get(begun);
        probe.saw("nothing open", Probe.eventually(() -> nothingOpen(probe)));
        TransactionCasesIT.sawSettled(probe);
        probe.saw("epoch went up", described(probe).producerEpoch() > epoch);
        probe.attempt("its producer commits", producer::commitTransaction);
    }

    private static void abortedByAdmin(Probe probe, Restarts broker) throws Exception {
        probe.createTopic(1, Map.of());
        KafkaProducer<String, String> producer = transactional(probe, "tx");
        producer.initTransactions();
        producer.beginTransaction();
        send(probe, producer, "lost");
        producer.close(Duration.ZERO);

        broker.killed();
        // A list holds nothing as long as the coordinator loads.
        described(probe);
        var listed = Probe.get(probe.admin()
                .listTransactions(new ListTransactionsOptions().filterOnTransactionalIdPattern(probe.name("tx")))
                .all());
        listed.forEach(one -> probe.saw("listed", one.transactionalId() + " " + one.state()));
        ProducerState active = producers(probe).getFirst();
        Probe.get(probe.admin()
                .abortTransaction(new AbortTransactionSpec(
                        probe.partition(0),
                        active.producerId(),
                        (short) active.producerEpoch(),
                        active.coordinatorEpoch().orElse(-1)))
                .all());
        // The marker is written without the coordinator, for which the transaction goes on.
        probe.saw("nothing open", Probe.eventually(() -> nothingOpen(probe)));
        TransactionCasesIT.sawBothLevels(probe);
        Probe.get(probe.admin().forceTerminateTransaction(probe.name("tx")).result());
        TransactionCasesIT.sawSettled(probe);
    }

    /**
     * The kill finds commits at every stage: not yet with the coordinator, prepared, marked in some partitions, complete but not
     * answered. Each of them succeeds in the end.
     */
    private static void commitsAtTheKill(Probe probe, Restarts broker) throws Exception {
        probe.createTopic(3, Map.of());
        List<KafkaProducer<String, String>> producers = new ArrayList<>();
        for (int i = 0; i < COMMITS_AT_THE_KILL; i++) {
            KafkaProducer<String, String> producer = transactional(probe, "tx" + i);
            producer.initTransactions();
            producer.beginTransaction();
            for (int partition = 0; partition < 3; partition++) {
                Probe.get(producer.send(
                        new ProducerRecord<>(probe.topic(), partition, null, "value " + i + " of " + partition)));
            }
            producers.add(producer);
        }
        List<CompletableFuture<Void>> commits = new ArrayList<>();
        broker.atKill(() -> producers.forEach(producer ->
                commits.add(CompletableFuture.runAsync(producer::commitTransaction, Thread::startVirtualThread))));

        broker.killed();
        for (CompletableFuture<Void> commit : commits) {
            probe.attempt("commit", commit::get);
        }
        TreeSet<String> values = new TreeSet<>();
        var read = probe.readAll(
                3 * COMMITS_AT_THE_KILL,
                Map.of("isolation.level", "read_committed"),
                probe.partition(0),
                probe.partition(1),
                probe.partition(2));
        read.forEach(record -> values.add(record.value()));
        probe.saw("read", read.size() + " records: " + values);
        for (int i = 0; i < COMMITS_AT_THE_KILL; i++) {
            String id = probe.name("tx" + i);
            probe.saw(
                    "complete",
                    Probe.eventually(() -> TransactionCasesIT.state(probe, id).equals("CompleteCommit")));
            KafkaProducer<String, String> producer = producers.get(i);
            producer.beginTransaction();
            send(probe, producer, "next");
            producer.commitTransaction();
        }
    }

    private static void epochs(Probe probe, Restarts broker) throws Exception {
        probe.createTopic(1, Map.of());
        KafkaProducer<String, String> first = transactional(probe, "tx");
        first.initTransactions();
        first.beginTransaction();
        send(probe, first, "first");
        first.commitTransaction();
        probe.saw("settled", Probe.eventually(() -> isComplete(probe)));
        KafkaProducer<String, String> second = transactional(probe, "tx");
        second.initTransactions();
        TransactionDescription before = described(probe);
        probe.saw("epoch before", before.producerEpoch());

        broker.killed();
        TransactionDescription after = described(probe);
        probe.saw("epoch after", after.producerEpoch());
        probe.saw("same producer", before.producerId() == after.producerId());
        probe.attempt("fenced before the kill", () -> {
            first.beginTransaction();
            send(probe, first, "fenced");
            first.commitTransaction();
        });
        second.beginTransaction();
        send(probe, second, "second");
        second.commitTransaction();
        TransactionCasesIT.sawSettled(probe);
        KafkaProducer<String, String> third = transactional(probe, "tx");
        third.initTransactions();
        probe.saw("epoch of another", described(probe).producerEpoch());
        probe.saw("its producer", before.producerId() == described(probe).producerId());
        probe.attempt("fenced after the kill", () -> {
            second.beginTransaction();
            send(probe, second, "fenced");
            second.commitTransaction();
        });
        TransactionCasesIT.sawSettled(probe);
    }

    private static void abortedBefore(Probe probe, Restarts broker) throws Exception {
        probe.createTopic(1, Map.of());
        KafkaProducer<String, String> producer = transactional(probe, "tx");
        producer.initTransactions();
        for (String value : List.of("kept", "lost", "kept too")) {
            producer.beginTransaction();
            send(probe, producer, value);
            if (value.equals("lost")) {
                producer.abortTransaction();
            } else {
                producer.commitTransaction();
            }
        }
        TransactionCasesIT.sawSettled(probe);

        broker.killed();
        TransactionCasesIT.sawSettled(probe);
        sawProducers(probe);
    }

    // --- what is told about transactions ---

    private static TransactionDescription described(Probe probe) throws Exception {
        String id = probe.name("tx");
        return Probe.get(probe.admin().describeTransactions(List.of(id)).description(id));
    }

    /** Whether the end of partition 0 is stable: a marker may become visible after its request, or its state, is answered. */
    private static boolean nothingOpen(Probe probe) {
        try {
            return TransactionCasesIT.end(probe, IsolationLevel.READ_COMMITTED)
                    == TransactionCasesIT.end(probe, IsolationLevel.READ_UNCOMMITTED);
        } catch (Exception e) {
            return false;
        }
    }

    private static boolean isComplete(Probe probe) {
        return Set.of("CompleteCommit", "CompleteAbort").contains(TransactionCasesIT.state(probe, probe.name("tx")));
    }

    private static void sawTransaction(Probe probe) throws Exception {
        TransactionDescription transaction = described(probe);
        probe.saw(
                "transaction",
                transaction.state() + " epoch " + transaction.producerEpoch() + " timeout "
                        + transaction.transactionTimeoutMs() + " on "
                        + transaction.topicPartitions().stream()
                                .map(Object::toString)
                                .sorted()
                                .toList());
    }

    private static List<ProducerState> producers(Probe probe) throws Exception {
        return Probe.get(probe.admin()
                        .describeProducers(List.of(probe.partition(0)))
                        .partitionResult(probe.partition(0)))
                .activeProducers();
    }

    private static void sawProducers(Probe probe) throws Exception {
        producers(probe)
                .forEach(state -> probe.saw(
                        "producer",
                        "epoch " + state.producerEpoch() + " last sequence " + state.lastSequence() + " open from "
                                + state.currentTransactionStartOffset() + " coordinator " + state.coordinatorEpoch()));
    }

    private static Map<?, ?> offsetsOf(Probe probe) throws Exception {
        return Probe.get(probe.admin().listConsumerGroupOffsets(probe.name("g")).partitionsToOffsetAndMetadata());
    }
}
