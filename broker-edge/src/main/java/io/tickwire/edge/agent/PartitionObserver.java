package io.tickwire.edge.agent;

import io.tickwire.storage.log.AppendListener;

/** Told of partitions as they come and go, on the conductor's thread. */
public interface PartitionObserver {
    /**
     * A partition is about to be served; slow work is allowed.
     *
     * @return called on the owner's thread after each append; null for none
     */
    AppendListener opening(PartitionSpec spec);

    /** A partition is no longer served; its listener is not called any more. */
    void closed(PartitionSpec spec);
}
