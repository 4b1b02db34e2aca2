package io.tickwire.compat.differential;

import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.FaultyTarget;
import io.tickwire.compat.target.KafkaProcess;
import io.tickwire.compat.target.TickwireProcess;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Groups, share groups and transactions over a broker that is killed and started: as on Kafka. */
class RestartIT {

    @TestFactory
    Stream<DynamicTest> restarts() {
        List<RestartCase> cases = Stream.of(GroupRestarts.cases(), ShareRestarts.cases(), TransactionRestarts.cases())
                .flatMap(List::stream)
                .toList();
        CompletableFuture<Map<String, Differential.Seen>> kafka =
                seen(() -> KafkaProcess.start(BrokerSettings.small()), cases);
        CompletableFuture<Map<String, Differential.Seen>> tickwire =
                seen(() -> TickwireProcess.start(BrokerSettings.small(), Map.of()), cases);
        return Stream.concat(cases.stream().map(RestartCase::name), Stream.of(Unregistration.NAME))
                .map(name -> DynamicTest.dynamicTest(
                        name,
                        () -> Differential.compare(
                                "restart",
                                name,
                                "kafka-process",
                                kafka.join().get(name),
                                "tickwire",
                                tickwire.join().get(name))));
    }

    private static CompletableFuture<Map<String, Differential.Seen>> seen(
            Supplier<FaultyTarget> start, List<RestartCase> cases) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (FaultyTarget target = start.get()) {
                        Map<String, Differential.Seen> seen = Restarts.run(target, cases);
                        seen.put(Unregistration.NAME, Unregistration.observe(target));
                        return seen;
                    }
                },
                Thread::startVirtualThread);
    }
}
