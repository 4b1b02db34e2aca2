package io.tickwire.edge.feed;

import io.tickwire.edge.agent.PartitionObserver;
import io.tickwire.edge.agent.PartitionSpec;
import io.tickwire.edge.shm.ChannelPublisher;
import io.tickwire.edge.shm.ChannelRegistry;
import io.tickwire.edge.shm.ShmException;
import io.tickwire.storage.log.AppendListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.agrona.concurrent.EpochNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every partition that clients or feeds write to its shared-memory channel as it comes, and takes it away as it goes. A partition
 * beyond the limits is served without one, and counted. Thread safe: the directory calls from the conductor and the shard.
 */
final class FeedPartitions implements PartitionObserver {
    private static final Logger LOGGER = LoggerFactory.getLogger(FeedPartitions.class);

    /**
     * A partition being served.
     *
     * @param publisher its shared memory, or null when it has none.
     */
    record Served(PartitionSpec spec, AppendPublisher publisher) {}

    private final ChannelRegistry registry;
    private final EpochNanoClock clock;
    private final Map<String, Served> served = new ConcurrentHashMap<>();
    private long refusedCount;

    /** Observes; {@code registry} is null when shared memory is off. */
    FeedPartitions(final ChannelRegistry registry, final EpochNanoClock clock) {
        this.registry = registry;
        this.clock = clock;
    }

    @Override
    public synchronized AppendListener opening(final PartitionSpec spec) {
        if (!spec.owner().equals(PartitionSpec.Owner.SHARD)) {
            return null;
        }
        final ChannelPublisher channel = registry == null ? null : createChannel(spec);
        final AppendPublisher publisher = channel == null ? null : new AppendPublisher(channel, clock);
        served.put(key(spec.topic(), spec.partition()), new Served(spec, publisher));
        return publisher;
    }

    private ChannelPublisher createChannel(final PartitionSpec spec) {
        try {
            return registry.create(
                    spec.topic(),
                    spec.topicId().getMostSignificantBits(),
                    spec.topicId().getLeastSignificantBits(),
                    spec.partition(),
                    spec.log().logEndOffset());
        } catch (final ShmException e) {
            if (refusedCount++ == 0) {
                LOGGER.warn("{}; it and others after it are served without shared memory", e.getMessage());
            }
            return null;
        }
    }

    @Override
    public synchronized void closed(final PartitionSpec spec) {
        final Served gone = served.remove(key(spec.topic(), spec.partition()));
        if (gone != null && gone.publisher() != null) {
            registry.close(gone.publisher().channel());
        }
    }

    /** What is served under this name, or null. Any thread. */
    Served find(final String topic, final int partition) {
        return served.get(key(topic, partition));
    }

    private static String key(final String topic, final int partition) {
        return topic + '-' + partition;
    }

    /** Partitions served without shared memory because of the limits. */
    synchronized long refusedCount() {
        return refusedCount;
    }
}
