package io.tickwire.edge.metadata;

import io.tickwire.storage.log.PartitionLog;

/** The coordinator behind an internal topic; called on the control thread. */
public interface InternalTopicListener {
    /** The topic whose partitions this coordinator writes. */
    String topic();

    /**
     * A partition is led by this broker at a new epoch.
     *
     * @param log the coordinator's thread owns it from its first append on
     */
    void onElection(int partition, int leaderEpoch, PartitionLog log);

    /** A partition is gone; nothing is written to its log after this returns. */
    void onDeletion(int partition);
}
