package io.tickwire.storage.log;

/** Learns of each appended batch, on the owner thread, before the append returns. */
@FunctionalInterface
public interface AppendListener {
    /**
     * A batch is in the journal. Must neither throw nor append to this log.
     *
     * @param batchAddress memory of the whole batch, valid during the call
     * @param batchLength its bytes
     */
    void onAppend(PartitionLog log, long baseOffset, long lastOffset, long batchAddress, int batchLength);
}
