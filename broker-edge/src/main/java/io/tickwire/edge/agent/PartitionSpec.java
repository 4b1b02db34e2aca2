package io.tickwire.edge.agent;

import io.tickwire.storage.log.PartitionLog;
import org.apache.kafka.common.Uuid;

/**
 * A partition to be served.
 *
 * @param topic name of its topic
 * @param topicId id of its topic
 * @param partition number within the topic
 * @param leaderEpoch leader epoch in force
 * @param log its log, open
 * @param owner who writes to the log
 */
public record PartitionSpec(String topic, Uuid topicId, int partition, int leaderEpoch, PartitionLog log, Owner owner) {
    /** Who writes to a partition's log. */
    public enum Owner {
        /** The shard: clients produce to it. */
        SHARD,
        /** A coordinator's thread: the shard only reads. */
        CONTROL
    }
}
