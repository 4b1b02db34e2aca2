package io.tickwire.storage.compaction;

import java.util.concurrent.atomic.LongAdder;

/** What the cleaner has done since it was made. Any thread. */
public final class CleanerCounters {
    private final LongAdder passes = new LongAdder();
    private final LongAdder readBytes = new LongAdder();
    private final LongAdder writtenBytes = new LongAdder();
    private final LongAdder removedBytes = new LongAdder();
    private final LongAdder removedRecords = new LongAdder();
    private final LongAdder recordsWithoutKey = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private volatile long lastRunMs = -1;
    private volatile double dirtiestRatio;

    CleanerCounters() {}

    /** Passes over a log that were completed. */
    public LongAdder passes() {
        return passes;
    }

    /** Bytes of batches read: to find the last offsets of keys, and to filter. */
    public LongAdder readBytes() {
        return readBytes;
    }

    /** Bytes of batches written. */
    public LongAdder writtenBytes() {
        return writtenBytes;
    }

    /** Bytes of batches that completed passes have removed. */
    public LongAdder removedBytes() {
        return removedBytes;
    }

    /** Records that completed passes have removed. */
    public LongAdder removedRecords() {
        return removedRecords;
    }

    /** Records removed because they have no key, which a compacted topic cannot keep. */
    public LongAdder recordsWithoutKey() {
        return recordsWithoutKey;
    }

    /** Passes that ended with an error. */
    public LongAdder failures() {
        return failures;
    }

    /** When the last pass was completed, milliseconds since 1970, or -1. */
    public long lastRunMs() {
        return lastRunMs;
    }

    void lastRunMs(final long nowMs) {
        lastRunMs = nowMs;
    }

    /** Largest share of not yet compacted bytes that a log had when one was last chosen. */
    public double dirtiestRatio() {
        return dirtiestRatio;
    }

    void dirtiestRatio(final double ratio) {
        dirtiestRatio = ratio;
    }
}
