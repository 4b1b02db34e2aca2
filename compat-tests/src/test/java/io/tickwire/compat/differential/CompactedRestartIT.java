package io.tickwire.compat.differential;

import io.tickwire.compat.target.BrokerSettings;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Compacted topics, the internal ones among them, on a broker that is killed and started: as on Kafka. Segments end soon and the
 * cleaner looks often. The brokers are their own: what compaction waits for must not hold up the cases of {@code RestartIT}.
 */
class CompactedRestartIT {

    private static final BrokerSettings SETTINGS = BrokerSettings.small()
            .with("log.roll.ms", "1000")
            .with("log.cleaner.backoff.ms", "200")
            .with("log.cleaner.min.cleanable.ratio", "0.01")
            .with("log.retention.check.interval.ms", "500");

    @TestFactory
    Stream<DynamicTest> restarts() {
        List<RestartCase> cases = Stream.of(CompactionRestarts.cases(), InternalTopicRestarts.cases())
                .flatMap(List::stream)
                .toList();
        return RestartIT.compared(
                "compacted restart",
                SETTINGS,
                cases.stream().map(RestartCase::name),
                target -> Restarts.run(target, cases));
    }
}
