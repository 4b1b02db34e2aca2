package io.tickwire.compat.differential;

import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.FaultyTarget;
import io.tickwire.compat.target.KafkaProcess;
import io.tickwire.compat.target.TickwireProcess;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
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
        return compared(
                "restart",
                BrokerSettings.small(),
                Stream.concat(cases.stream().map(RestartCase::name), Stream.of(Unregistration.NAME)),
                target -> {
                    Map<String, Differential.Seen> seen = Restarts.run(target, cases);
                    seen.put(Unregistration.NAME, Unregistration.observe(target));
                    return seen;
                });
    }

    /** Starts a broker of each kind, has both observed, and compares what was seen under each name. */
    static Stream<DynamicTest> compared(
            String suite,
            BrokerSettings settings,
            Stream<String> names,
            Function<FaultyTarget, Map<String, Differential.Seen>> observe) {
        CompletableFuture<Map<String, Differential.Seen>> kafka = seen(() -> KafkaProcess.start(settings), observe);
        CompletableFuture<Map<String, Differential.Seen>> tickwire =
                seen(() -> TickwireProcess.start(settings, Map.of()), observe);
        return names.map(name -> DynamicTest.dynamicTest(
                name,
                () -> Differential.compare(
                        suite,
                        name,
                        "kafka-process",
                        kafka.join().get(name),
                        "tickwire",
                        tickwire.join().get(name))));
    }

    private static CompletableFuture<Map<String, Differential.Seen>> seen(
            Supplier<FaultyTarget> start, Function<FaultyTarget, Map<String, Differential.Seen>> observe) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (FaultyTarget target = start.get()) {
                        return observe.apply(target);
                    }
                },
                Thread::startVirtualThread);
    }
}
