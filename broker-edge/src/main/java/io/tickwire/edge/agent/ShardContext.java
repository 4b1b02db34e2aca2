package io.tickwire.edge.agent;

import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.net.transport.Transport;
import io.tickwire.storage.log.PartitionLog;

/** What a {@link ShardTask} uses of its shard; shard's thread only, except {@link #wakeup()}. */
public interface ShardContext {
    /** The shard's transport. */
    Transport transport();

    /** The log of a partition that this shard owns, or null when there is none now. */
    PartitionLog partition(String topic, int partition);

    /** Changes whenever a look-up of {@link #partition} may have another answer. */
    long partitionVersion();

    /** Epoch time minus monotonic time, in nanoseconds: one constant for the whole run. */
    long epochOffsetNs();

    /** Takes the shard's latencies. */
    ShardStats stats();

    /** Ends the shard's park; any thread. */
    void wakeup();
}
