package io.tickwire.edge.launch;

import io.tickwire.edge.agent.Conductor;
import io.tickwire.edge.agent.ControlContext;
import io.tickwire.edge.agent.ControlPlane;
import io.tickwire.edge.config.TickwireConfig;
import io.tickwire.edge.control.KafkaControlPlane;
import io.tickwire.edge.feed.FeedTask;
import io.tickwire.edge.feed.FeedWiring;
import java.util.Map;

/** Puts the whole broker together: Kafka's control plane, feeds and shared memory. */
public final class Assembly {
    private static final long FEED_EVENTS_INTERVAL_MS = 100;

    private Assembly() {}

    /**
     * Starts a broker and returns when it serves, feeds included.
     *
     * @throws RuntimeException saying what stands in the way; nothing is left running then
     */
    public static Broker start(TickwireConfig config) {
        long epochOffsetNs = System.currentTimeMillis() * 1_000_000 - System.nanoTime();
        FeedWiring feeds = FeedWiring.open(config, epochOffsetNs);
        Broker broker;
        try {
            broker = Broker.start(
                    config, epochOffsetNs, context -> plane(context, feeds), feeds.observers(), feeds::tasks);
        } catch (RuntimeException e) {
            feeds.close();
            throw e;
        }
        try {
            for (String topic : feeds.topics()) {
                broker.control()
                        .ensureTopic(topic, 1, Map.of())
                        .toCompletableFuture()
                        .join();
            }
            // Only then: whoever is told that the broker is ready may send at once.
            for (FeedTask feed : feeds.feeds()) {
                feed.joined().toCompletableFuture().join();
            }
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
        return broker;
    }

    /** The conductor looks after the feeds' events, and closes their shared memory after the shard and the control plane. */
    private static ControlPlane plane(ControlContext context, FeedWiring feeds) {
        Conductor conductor = context.conductor();
        conductor.execute(() -> {
            conductor.closeLater(feeds);
            scheduleEvents(conductor, feeds);
        });
        return new KafkaControlPlane(context);
    }

    private static void scheduleEvents(Conductor conductor, FeedWiring feeds) {
        conductor.schedule(FEED_EVENTS_INTERVAL_MS, () -> {
            feeds.controlWork();
            scheduleEvents(conductor, feeds);
        });
    }
}
