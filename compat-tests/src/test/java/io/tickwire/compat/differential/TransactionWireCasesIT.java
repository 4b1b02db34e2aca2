package io.tickwire.compat.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Both transaction protocols request by request: what is allowed in which state, and which error each version is told. */
@Execution(ExecutionMode.CONCURRENT)
class TransactionWireCasesIT {

    private interface Script {
        void run(Probe probe, TransactionWire wire) throws Exception;
    }

    private static Case of(String name, Script script) {
        return Case.of(name, probe -> {
            probe.createTopic(2, Map.of());
            TransactionWire wire = new TransactionWire(probe);
            wire.init();
            script.run(probe, wire);
        });
    }

    @TestFactory
    Stream<DynamicTest> requests() {
        List<Case> cases = new ArrayList<>(ends());
        cases.addAll(writes());
        cases.addAll(offsets());
        cases.addAll(markers());
        cases.addAll(others());
        return Differential.tests("transaction requests", cases);
    }

    private static List<Case> ends() {
        return List.of(
                of("produce adds, commit bumps", (probe, wire) -> {
                    wire.produce(12, 0, 0);
                    wire.settled();
                    wire.end(5, 0, true);
                    wire.settled();
                    wire.end(5, 0, true);
                    wire.end(5, 0, false);
                    wire.end(5, 1, true);
                    wire.produce(12, 0, 1);
                    wire.produce(12, 1, 1);
                    wire.produce(12, 1, 0);
                    wire.end(5, 1, false);
                    wire.settled();
                    wire.end(5, 1, false);
                    wire.end(5, 1, true);
                }),
                of("end without a write", (probe, wire) -> {
                    wire.end(5, 0, true);
                    wire.end(5, 0, false);
                    wire.settled();
                    wire.end(5, 0, false);
                    wire.end(5, 1, false);
                    wire.settled();
                    wire.end(5, 7, false);
                    wire.end(5, 0, true);
                }),
                of("end of the older protocol", (probe, wire) -> {
                    wire.end(4, 0, true);
                    wire.add(0, 0);
                    wire.produce(11, 0, 0);
                    wire.end(4, 1, true);
                    wire.end(1, 1, true);
                    wire.end(4, 0, true);
                    wire.settled();
                    wire.end(4, 0, true);
                    wire.end(4, 0, false);
                    wire.add(0, 1);
                    wire.settled();
                    wire.end(3, 0, false);
                    wire.settled();
                    wire.end(3, 0, false);
                    wire.end(3, 0, true);
                }),
                of("protocols in turn", (probe, wire) -> {
                    wire.add(0, 0);
                    wire.produce(10, 0, 0);
                    wire.end(4, 0, true);
                    wire.settled();
                    wire.produce(12, 0, 1);
                    wire.settled();
                    wire.end(5, 0, true);
                    wire.settled();
                    wire.add(1, 0);
                    wire.produce(9, 1, 0);
                    wire.end(4, 1, false);
                    wire.settled();
                }));
    }

    private static List<Case> writes() {
        return List.of(
                of("unannounced", (probe, wire) -> {
                    // Kafka answers what several producers ask at once in the words of one version: none older than 11
                    // here.
                    wire.produce(11, 0, 0);
                    wire.add(0, 1);
                    wire.produce(11, 0, 0);
                    wire.add(0, 0);
                    wire.produce(11, 0, 0);
                    wire.settled();
                }),
                of("of another epoch", (probe, wire) -> {
                    wire.produce(12, 1, 0);
                    wire.produce(11, 1, 0);
                    wire.produce(12, 0, 0);
                    wire.produce(12, 1, 0);
                    wire.settled();
                }),
                of("not the first sequence", (probe, wire) -> {
                    wire.produce(12, 0, 3);
                    wire.settled();
                    wire.produce(12, 0, 0);
                    wire.produce(12, 0, 2);
                    wire.produce(12, 0, 1);
                    wire.produce(12, 0, 1);
                    wire.settled();
                }),
                of("without a transactional id", (probe, wire) -> {
                    wire.produce("no id", 12, null, wire.batch(0, 0));
                    wire.produce("no id, older", 9, null, wire.batch(0, 0));
                    wire.settled();
                }),
                of("of an unknown transactional id", (probe, wire) -> {
                    wire.produce("unknown id", 12, probe.name("nobody"), wire.batch(0, 0));
                    wire.produce("unknown id, older", 11, probe.name("nobody"), wire.batch(0, 0));
                    wire.produce("empty id", 12, "", wire.batch(0, 0));
                }),
                of("of two epochs at once", (probe, wire) -> {
                    MemoryRecords other = wire.batch(1, 0);
                    wire.produce("two", 12, probe.name("tx"), wire.batch(0, 0), other);
                    wire.settled();
                    wire.produce("one", 12, probe.name("tx"), wire.batch(0, 0), wire.batch(0, 0));
                    wire.settled();
                    wire.end(5, 0, true);
                    wire.settled();
                }),
                of("after a new producer took over", (probe, wire) -> {
                    wire.produce(12, 0, 0);
                    InitProducerIdResponseData answer = wire.init(wire.initRequest(), 4);
                    probe.saw("init", Errors.forCode(answer.errorCode()));
                    wire.settled();
                    wire.produce(12, 0, 1);
                    wire.produce(11, 0, 1);
                    wire.end(5, 0, true);
                    wire.end(4, 0, true);
                    wire.end(1, 0, true);
                    wire.add(0, 0);
                }));
    }

    private static List<Case> offsets() {
        return List.of(
                of("offsets added by the commit", (probe, wire) -> {
                    wire.commitOffset(5, 0);
                    wire.settled();
                    wire.end(5, 0, true);
                    wire.settled();
                    wire.commitOffset(5, 0);
                    wire.commitOffset(4, 0);
                }),
                of("offsets unannounced", (probe, wire) -> {
                    wire.commitOffset(4, 0);
                    wire.commitOffset(4, 1);
                    wire.commitOffset(5, 1);
                    wire.settled();
                }));
    }

    private static List<Case> markers() {
        return List.of(
                of("markers by hand, version 2", (probe, wire) -> {
                    wire.produce(12, 0, 0);
                    wire.mark(2, 2, 0, 0, false);
                    wire.mark(2, 2, 1, 0, false);
                    wire.mark(2, 2, 1, 0, false);
                    wire.produce(12, 0, 1);
                }),
                of("markers by hand, older", (probe, wire) -> {
                    wire.produce(12, 0, 0);
                    wire.mark(1, 0, 0, 5, false);
                    wire.mark(1, 0, 0, 4, false);
                    wire.mark(2, 1, 0, 5, true);
                    wire.produce(12, 0, 1);
                }));
    }

    private static List<Case> others() {
        return List.of(
                of("init with an id", (probe, wire) -> {
                    for (int version : new int[] {3, 4, 5}) {
                        for (int epoch = -1; epoch < 2; epoch++) {
                            var request = wire.initRequest()
                                    .setProducerId(wire.producerId())
                                    .setProducerEpoch(epoch < 0 ? -1 : wire.epoch(epoch));
                            InitProducerIdResponseData answer = wire.init(request, version);
                            probe.saw(
                                    "init v" + version + " epoch " + epoch,
                                    Errors.forCode(answer.errorCode()) + " epoch "
                                            + (answer.producerEpoch() < 0
                                                    ? "none"
                                                    : answer.producerEpoch() - wire.epoch(0)));
                        }
                    }
                }),
                of("listed through filters", (probe, wire) -> {
                    wire.produce(12, 0, 0);
                    String id = probe.name("tx");
                    list(probe, wire, 2, "pattern", request -> request.setTransactionalIdPattern(id));
                    list(
                            probe,
                            wire,
                            2,
                            "part of the id",
                            request -> request.setTransactionalIdPattern(id.substring(3)));
                    list(probe, wire, 2, "no pattern", request -> request.setTransactionalIdPattern("["));
                    list(
                            probe,
                            wire,
                            2,
                            "long ago",
                            request -> request.setTransactionalIdPattern(id).setDurationFilter(3_600_000));
                    list(
                            probe,
                            wire,
                            2,
                            "just now",
                            request -> request.setTransactionalIdPattern(id).setDurationFilter(0));
                    list(
                            probe,
                            wire,
                            1,
                            "producer",
                            request -> request.setProducerIdFilters(List.of(wire.producerId())));
                    list(
                            probe,
                            wire,
                            1,
                            "producer, ongoing",
                            request -> request.setProducerIdFilters(List.of(wire.producerId()))
                                    .setStateFilters(List.of("Ongoing")));
                    list(
                            probe,
                            wire,
                            0,
                            "producer, empty",
                            request -> request.setProducerIdFilters(List.of(wire.producerId()))
                                    .setStateFilters(List.of("Empty", "Nonsense")));
                }));
    }

    private interface Filter {
        void set(ListTransactionsRequestData request);
    }

    private static void list(Probe probe, TransactionWire wire, int version, String what, Filter filter)
            throws Exception {
        ListTransactionsRequestData request = new ListTransactionsRequestData();
        filter.set(request);
        ListTransactionsResponseData answer =
                wire.client().ask(ApiKeys.LIST_TRANSACTIONS, request, version, ListTransactionsResponseData.class);
        probe.saw(
                what,
                Errors.forCode(answer.errorCode()) + " " + answer.unknownStateFilters() + " "
                        + answer.transactionStates().stream()
                                .map(state -> state.transactionalId() + " " + state.transactionState())
                                .toList());
    }
}
