package io.tickwire.storage.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The offsets that readers ask for, apart from everything that the owner writes more often. The owner publishes with release
 * order after the data; any thread reads.
 */
final class LogOffsets {
    private static final VarHandle LOG_END;
    private static final VarHandle HIGH_WATERMARK;
    private static final VarHandle LAST_STABLE;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            LOG_END = lookup.findVarHandle(LogOffsets.class, "logEnd", long.class);
            HIGH_WATERMARK = lookup.findVarHandle(LogOffsets.class, "highWatermark", long.class);
            LAST_STABLE = lookup.findVarHandle(LogOffsets.class, "lastStable", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long logStart;
    private volatile long logEnd;
    private volatile long highWatermark;
    private volatile long lastStable;

    LogOffsets(final long logStart, final long logEnd, final long lastStable) {
        this.logStart = logStart;
        this.logEnd = logEnd;
        this.highWatermark = logEnd;
        this.lastStable = lastStable;
    }

    long logStart() {
        return logStart;
    }

    void logStart(final long offset) {
        logStart = offset;
    }

    long logEnd() {
        return logEnd;
    }

    void logEnd(final long offset) {
        LOG_END.setRelease(this, offset);
    }

    long highWatermark() {
        return highWatermark;
    }

    void highWatermark(final long offset) {
        HIGH_WATERMARK.setRelease(this, offset);
    }

    /** Never before the start: Kafka UnifiedLog.maybeIncrementFirstUnstableOffset. */
    long lastStable() {
        return Math.max(lastStable, logStart);
    }

    void lastStable(final long offset) {
        LAST_STABLE.setRelease(this, offset);
    }
}
