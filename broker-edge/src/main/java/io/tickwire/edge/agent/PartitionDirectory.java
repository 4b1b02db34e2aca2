package io.tickwire.edge.agent;

import io.tickwire.storage.log.PartitionLog;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;

/** Tells the shards about partitions. Called on the conductor's thread; stages complete there or on the shard's. */
public interface PartitionDirectory {
    /** A partition is to be served; done when requests find it. A log of owner SHARD is the shard's from now on. */
    CompletionStage<Void> add(PartitionSpec spec);

    /** A partition is gone: fetches that wait for it are answered. Done when the shard no longer uses its log. */
    CompletionStage<Void> remove(Uuid topicId, int partition);

    /** The leader epoch of a partition has changed. */
    CompletionStage<Void> leaderEpoch(Uuid topicId, int partition, int leaderEpoch);

    /**
     * Runs a function on a SHARD partition's log, on the thread that owns it; fails with
     * UnknownTopicOrPartitionException when there is no such partition.
     */
    <T> CompletionStage<T> onOwner(Uuid topicId, int partition, Function<PartitionLog, T> function);
}
