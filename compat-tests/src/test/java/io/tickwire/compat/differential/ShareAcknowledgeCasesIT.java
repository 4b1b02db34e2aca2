package io.tickwire.compat.differential;

import static io.tickwire.compat.differential.ShareSteps.EXPLICIT;
import static io.tickwire.compat.differential.ShareSteps.commit;
import static io.tickwire.compat.differential.ShareSteps.member;
import static io.tickwire.compat.differential.ShareSteps.poll;
import static io.tickwire.compat.differential.ShareSteps.prepare;
import static io.tickwire.compat.differential.ShareSteps.sawAllAcknowledged;
import static io.tickwire.compat.differential.ShareSteps.sawNothing;
import static io.tickwire.compat.differential.ShareSteps.some;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Acknowledgements of share consumers, in both modes, in order and out of it. */
@Execution(ExecutionMode.CONCURRENT)
class ShareAcknowledgeCasesIT {

    @TestFactory
    Stream<DynamicTest> explicit() {
        return Differential.tests(
                "share acknowledgements",
                List.of(
                        Case.of("each its own", ShareAcknowledgeCasesIT::eachItsOwn),
                        Case.of("poll before all are acknowledged", ShareAcknowledgeCasesIT::pollTooEarly),
                        Case.of("twice, the last counts", ShareAcknowledgeCasesIT::twice),
                        Case.of("by offset", ShareAcknowledgeCasesIT::byOffset),
                        Case.of("after it was committed", ShareAcknowledgeCasesIT::afterCommit),
                        Case.of("gaps", ShareAcknowledgeCasesIT::gaps),
                        Case.of("three deliveries and no more", ShareAcknowledgeCasesIT::threeDeliveries),
                        Case.of("rejected for good", ShareAcknowledgeCasesIT::rejected),
                        Case.of("after the lock ran out", ShareAcknowledgeCasesIT::late),
                        Case.of("lock's duration", probe -> lockDuration(probe, "1000")),
                        Case.of("lock's duration by default", probe -> lockDuration(probe, "30000"))));
    }

    @TestFactory
    Stream<DynamicTest> commits() {
        return Differential.tests(
                "share commits",
                List.of(
                        Case.of("nothing", probe -> {
                            prepare(probe, Map.of(), 0);
                            probe.saw("commit", commit(member(probe, Map.of())));
                        }),
                        Case.of("by the next poll", ShareAcknowledgeCasesIT::byNextPoll),
                        Case.of("told to a callback", ShareAcknowledgeCasesIT::callback),
                        Case.of("acknowledged where that is implicit", probe -> {
                            prepare(probe, Map.of(), 1);
                            KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
                            ConsumerRecord<String, String> record =
                                    some(consumer).getFirst();
                            probe.attempt("acknowledge", () -> consumer.acknowledge(record));
                            probe.attempt("poll", () -> consumer.poll(Duration.ofMillis(500)));
                        }),
                        Case.of("closed with records", ShareAcknowledgeCasesIT::closedWithRecords)));
    }

    @TestFactory
    Stream<DynamicTest> renewals() {
        return Differential.tests(
                "share renewals",
                List.of(
                        Case.of("renewed, then accepted", probe -> {
                            prepare(probe, Map.of(), 2);
                            KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
                            probe.saw("read", poll(consumer, 2, AcknowledgeType.RENEW));
                            probe.saw("renewed", commit(consumer));
                            for (long offset : new long[] {0, 1}) {
                                probe.attempt(
                                        "accept " + offset,
                                        () -> consumer.acknowledge(probe.topic(), 0, offset, AcknowledgeType.ACCEPT));
                            }
                            probe.saw("accepted", commit(consumer));
                        }),
                        Case.of("renewed, then released", probe -> {
                            prepare(probe, Map.of(), 1);
                            KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
                            ConsumerRecord<String, String> record =
                                    some(consumer).getFirst();
                            consumer.acknowledge(record, AcknowledgeType.RENEW);
                            probe.saw("renewed", commit(consumer));
                            probe.attempt("release", () -> consumer.acknowledge(record, AcknowledgeType.RELEASE));
                            probe.saw("released", commit(consumer));
                            probe.saw("again", poll(consumer, 1, AcknowledgeType.ACCEPT));
                        }),
                        Case.of("where that is not allowed", probe -> {
                            prepare(probe, Map.of("share.renew.acknowledge.enable", "false"), 1);
                            KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
                            probe.saw("read", poll(consumer, 1, AcknowledgeType.RENEW));
                            probe.ask("renewed", () -> commit(consumer));
                        })));
    }

    private static void eachItsOwn(Probe probe) throws Exception {
        prepare(probe, Map.of(), 0);
        ShareSteps.produceBatch(probe, 3, Map.of());
        KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
        List<ConsumerRecord<String, String>> records = some(consumer);
        probe.saw("read", records.size());
        consumer.acknowledge(records.get(0), AcknowledgeType.ACCEPT);
        consumer.acknowledge(records.get(1), AcknowledgeType.RELEASE);
        consumer.acknowledge(records.get(2), AcknowledgeType.REJECT);
        probe.saw("commit", commit(consumer));
        probe.saw("again", poll(consumer, 1, AcknowledgeType.ACCEPT));
        probe.saw("commit", commit(consumer));
        sawAllAcknowledged(probe);
    }

    private static void pollTooEarly(Probe probe) throws Exception {
        prepare(probe, Map.of(), 0);
        ShareSteps.produceBatch(probe, 2, Map.of());
        KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
        List<ConsumerRecord<String, String>> records = some(consumer);
        consumer.acknowledge(records.getFirst());
        probe.attempt("poll", () -> consumer.poll(Duration.ofMillis(500)));
        probe.attempt("commit", () -> probe.saw("commit", commit(consumer)));
        consumer.acknowledge(records.get(1));
        probe.saw("rest", commit(consumer));
    }

    private static void twice(Probe probe) throws Exception {
        prepare(probe, Map.of(), 1);
        KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
        ConsumerRecord<String, String> record = some(consumer).getFirst();
        consumer.acknowledge(record, AcknowledgeType.ACCEPT);
        probe.attempt("again", () -> consumer.acknowledge(record, AcknowledgeType.RELEASE));
        probe.saw("commit", commit(consumer));
        probe.saw("redelivered", poll(consumer, 1, AcknowledgeType.ACCEPT));
    }

    private static void byOffset(Probe probe) throws Exception {
        prepare(probe, Map.of(), 1);
        KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
        probe.saw("read", some(consumer).size());
        for (long offset : new long[] {1, -1}) {
            probe.attempt(
                    "offset " + offset, () -> consumer.acknowledge(probe.topic(), 0, offset, AcknowledgeType.ACCEPT));
        }
        probe.attempt("partition 1", () -> consumer.acknowledge(probe.topic(), 1, 0, AcknowledgeType.ACCEPT));
        probe.attempt("other topic", () -> consumer.acknowledge("none", 0, 0, AcknowledgeType.ACCEPT));
        probe.attempt("its offset", () -> consumer.acknowledge(probe.topic(), 0, 0, AcknowledgeType.ACCEPT));
        probe.saw("commit", commit(consumer));
    }

    private static void afterCommit(Probe probe) throws Exception {
        prepare(probe, Map.of(), 1);
        KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
        ConsumerRecord<String, String> record = some(consumer).getFirst();
        consumer.acknowledge(record);
        probe.saw("commit", commit(consumer));
        probe.attempt("again", () -> consumer.acknowledge(record));
        probe.saw("nothing to commit", commit(consumer));
    }

    private static void gaps(Probe probe) throws Exception {
        prepare(probe, Map.of(), 0);
        ShareSteps.produceBatch(probe, 6, Map.of());
        KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
        List<ConsumerRecord<String, String>> records = some(consumer);
        for (ConsumerRecord<String, String> record : records) {
            consumer.acknowledge(record, record.offset() % 2 == 0 ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
        }
        probe.saw("commit", commit(consumer));
        probe.saw("again", poll(consumer, 3, AcknowledgeType.ACCEPT));
        probe.saw("commit", commit(consumer));
        sawAllAcknowledged(probe);
        sawNothing(probe, "nothing left", consumer);
    }

    private static void threeDeliveries(Probe probe) throws Exception {
        prepare(probe, Map.of("share.delivery.count.limit", "3"), 1);
        KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
        for (int i = 1; i <= 3; i++) {
            probe.saw("delivery " + i, poll(consumer, 1, AcknowledgeType.RELEASE));
            probe.saw("commit", commit(consumer));
        }
        sawAllAcknowledged(probe);
        sawNothing(probe, "a fourth", consumer);
    }

    private static void rejected(Probe probe) throws Exception {
        prepare(probe, Map.of(), 2);
        KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
        probe.saw("read", poll(consumer, 2, AcknowledgeType.REJECT));
        probe.saw("commit", commit(consumer));
        sawAllAcknowledged(probe);
        consumer.close();
        sawNothing(probe, "for another member", member(probe, EXPLICIT));
    }

    private static void late(Probe probe) throws Exception {
        prepare(probe, Map.of("share.record.lock.duration.ms", "5000"), 1);
        KafkaShareConsumer<String, String> first = member(probe, EXPLICIT);
        ConsumerRecord<String, String> record = some(first).getFirst();
        KafkaShareConsumer<String, String> second = member(probe, EXPLICIT);
        probe.saw("redelivered", poll(second, 1, AcknowledgeType.ACCEPT));
        probe.saw("commit of the second", commit(second));
        first.acknowledge(record);
        probe.saw("commit of the first", commit(first));
    }

    private static void lockDuration(Probe probe, String durationMs) throws Exception {
        prepare(probe, Map.of("share.record.lock.duration.ms", durationMs), 1);
        KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
        probe.saw("before", consumer.acquisitionLockTimeoutMs());
        probe.saw("read", some(consumer).size());
        probe.saw("after", consumer.acquisitionLockTimeoutMs());
    }

    private static void byNextPoll(Probe probe) throws Exception {
        prepare(probe, Map.of(), 2);
        KafkaShareConsumer<String, String> consumer = member(probe, Map.of());
        probe.saw("read", poll(consumer, 2, null));
        sawNothing(probe, "next", consumer);
        sawAllAcknowledged(probe);
    }

    private static void callback(Probe probe) throws Exception {
        prepare(probe, Map.of(), 0);
        ShareSteps.produceBatch(probe, 3, Map.of());
        KafkaShareConsumer<String, String> consumer = member(probe, EXPLICIT);
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        consumer.setAcknowledgementCommitCallback((offsets, error) -> told.add(offsets.values() + " "
                + (error == null ? "done" : error.getClass().getSimpleName())));
        some(consumer).forEach(consumer::acknowledge);
        consumer.commitAsync();
        probe.saw("told", Probe.eventually(() -> {
            consumer.poll(Duration.ofMillis(100));
            return !told.isEmpty();
        }));
        probe.saw("told", told);
    }

    /** Without acknowledgement; what comes of records that are implicitly acknowledged by closing, Kafka leaves open. */
    private static void closedWithRecords(Probe probe) throws Exception {
        prepare(probe, Map.of(), 0);
        ShareSteps.produceBatch(probe, 2, Map.of());
        KafkaShareConsumer<String, String> first = member(probe, EXPLICIT);
        probe.saw("read", some(first).size());
        first.close();
        probe.saw("for another member", poll(member(probe, EXPLICIT), 2, AcknowledgeType.ACCEPT));
    }
}
