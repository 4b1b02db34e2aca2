package io.tickwire.compat.differential;

import io.tickwire.compat.faults.SkippedMarkers;
import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.FaultyTarget;
import io.tickwire.compat.target.KafkaProcess;
import io.tickwire.compat.target.TickwireProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
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

    private static final int KAFKA_ATTEMPTS = 5;

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
        CompletableFuture<Map<String, Differential.Seen>> kafka =
                inBackground(() -> seenOfKafka(() -> KafkaProcess.start(forgetsSoon(settings)), observe));
        CompletableFuture<Map<String, Differential.Seen>> tickwire =
                inBackground(() -> seen(() -> TickwireProcess.start(settings, Map.of()), observe));
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

    /**
     * Has Kafka's controller forget the broker from before the kill before the one that is started leads a partition. Where it does so
     * later, partitions lose their leader for a moment, which is what most broken promises come from.
     */
    private static BrokerSettings forgetsSoon(BrokerSettings settings) {
        return settings.with("broker.session.timeout.ms", "1000").with("broker.heartbeat.interval.ms", "200");
    }

    private static <T> CompletableFuture<T> inBackground(Supplier<T> action) {
        return CompletableFuture.supplyAsync(action, Thread::startVirtualThread);
    }

    private static Map<String, Differential.Seen> seen(
            Supplier<FaultyTarget> start, Function<FaultyTarget, Map<String, Differential.Seen>> observe) {
        try (FaultyTarget target = start.get()) {
            return observe.apply(target);
        }
    }

    /** Observes a Kafka that breaks no promise over its restart: one that does is no reference, and another one is asked. */
    private static Map<String, Differential.Seen> seenOfKafka(
            Supplier<FaultyTarget> start, Function<FaultyTarget, Map<String, Differential.Seen>> observe) {
        List<String> broken = List.of();
        for (int i = 0; i < KAFKA_ATTEMPTS; i++) {
            try (FaultyTarget target = start.get()) {
                Map<String, Differential.Seen> seen = observe.apply(target);
                broken = brokenPromises(target, seen);
                if (broken.isEmpty()) {
                    return seen;
                }
                System.out.println("Kafka " + broken + ": another one is asked.");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw new IllegalStateException(
                "Kafka " + broken + ", and broke such promises in each of " + KAFKA_ATTEMPTS + " runs");
    }

    /**
     * Markers that were skipped, as docs/faults.md tells, and groups whose members joined again: for a moment after its start Kafka
     * tells of their topic without its partitions, which a leader of a classic group takes for a change.
     */
    private static List<String> brokenPromises(FaultyTarget kafka, Map<String, Differential.Seen> seen)
            throws IOException {
        List<String> broken = new ArrayList<>();
        SkippedMarkers.in(kafka.directory().resolve("output.log"))
                .transactionalIds()
                .forEach(id -> broken.add("skipped the markers of " + id));
        seen.forEach((name, of) -> {
            if (of.lines().contains(GroupRestarts.MEMBERS_JOINED_AGAIN)) {
                broken.add("had the members of the " + name + " join again");
            }
        });
        return broken;
    }
}
