package io.tickwire.storage.log;

/** Learns, on the owner thread, that the high watermark has moved: acknowledgements up to it may go out. */
@FunctionalInterface
public interface HighWatermarkListener {
    /** Must neither throw nor append to this log. */
    void onHighWatermark(PartitionLog log, long highWatermark);
}
