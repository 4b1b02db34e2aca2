package io.tickwire.edge.agent;

import org.apache.kafka.common.Uuid;

/**
 * Which shard owns a partition: the partitions of a topic go round the shards from a place that its id gives. The same after
 * every restart with as many shards.
 *
 * @param shards shards there are
 */
public record Placement(int shards) {
    /** The owner of a partition, from 0. */
    public int owner(Uuid topicId, int partition) {
        return owner(topicId.getMostSignificantBits(), topicId.getLeastSignificantBits(), partition);
    }

    /** As {@link #owner(Uuid, int)}, by the halves of the id. */
    public int owner(long idHigh, long idLow, int partition) {
        return Math.floorMod(Long.hashCode(idHigh * 31 + idLow) + partition, shards);
    }
}
