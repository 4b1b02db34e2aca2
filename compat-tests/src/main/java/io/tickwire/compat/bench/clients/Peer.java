package io.tickwire.compat.bench.clients;

import io.tickwire.compat.bench.floor.FloorProcess;
import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.KafkaProcess;
import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.TickwireProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A broker in a process of its own, how it was started, and what it uses.
 *
 * @param statistics directory of the broker's own statistics, or null
 */
record Peer(String name, Target target, List<String> flags, JvmUsage usage, Path statistics) implements AutoCloseable {
    static final String TICKWIRE = "Tickwire";
    static final String KAFKA = "Kafka";
    static final String FLOOR = "floor";

    private static final List<String> TICKWIRE_FLAGS = List.of("-Xms1g", "-Xmx1g");
    private static final List<String> FLOOR_FLAGS = List.of(
            "-Xms1g",
            "-Xmx1g",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");

    /** As in Kafka's own start script (kafka-run-class.sh), with what Java 25 asks for. */
    private static final List<String> KAFKA_FLAGS = List.of(
            "-Xms1g",
            "-Xmx1g",
            "-server",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    /** Starts Tickwire; {@code keys} are its own configuration keys. */
    static Peer tickwire(Map<String, String> keys) {
        TickwireProcess target =
                TickwireProcess.start(BrokerSettings.small(), keys, TICKWIRE_FLAGS.toArray(String[]::new));
        return new Peer(TICKWIRE, target, TICKWIRE_FLAGS, JvmUsage.of(target.pid()), target.sharedMemoryDirectory());
    }

    static Peer kafka() {
        KafkaProcess target = KafkaProcess.start(BrokerSettings.small(), KAFKA_FLAGS.toArray(String[]::new));
        return new Peer(KAFKA, target, KAFKA_FLAGS, JvmUsage.of(target.pid()), null);
    }

    /** Starts the broker that does nothing. */
    static Peer floor() {
        FloorProcess target = FloorProcess.start(FLOOR_FLAGS);
        return new Peer(FLOOR, target, FLOOR_FLAGS, JvmUsage.of(target.pid()), null);
    }

    /** Returns what the broker's own clocks have counted; nothing where it has none. */
    BrokerStages stages() {
        return statistics == null ? BrokerStages.none() : BrokerStages.read(statistics);
    }

    @Override
    public void close() {
        usage.close();
        target.close();
    }
}
