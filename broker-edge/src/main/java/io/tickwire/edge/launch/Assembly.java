package io.tickwire.edge.launch;

import io.tickwire.edge.config.TickwireConfig;
import io.tickwire.edge.control.KafkaControlPlane;
import java.util.List;

/** Puts the whole broker together: Kafka's control plane, feeds and shared memory. */
public final class Assembly {
    private Assembly() {}

    /**
     * Starts a broker and returns when it serves.
     *
     * @throws RuntimeException saying what stands in the way; nothing is left running then
     */
    public static Broker start(TickwireConfig config) {
        long epochOffsetNs = System.currentTimeMillis() * 1_000_000 - System.nanoTime();
        return Broker.start(config, epochOffsetNs, KafkaControlPlane::new, List.of(), List.of());
    }
}
