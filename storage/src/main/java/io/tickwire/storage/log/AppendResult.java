package io.tickwire.storage.log;

/** What became of an append; reused by the caller. */
public final class AppendResult {
    long baseOffset;
    long lastOffset;
    long logAppendTimeMs;
    long logStartOffset;
    int recordCount;
    boolean duplicate;
    String errorMessage;

    void reset(final long logStart) {
        baseOffset = -1;
        lastOffset = -1;
        logAppendTimeMs = -1;
        logStartOffset = logStart;
        recordCount = 0;
        duplicate = false;
        errorMessage = null;
    }

    void duplicate(final long firstOffset, final long lastOffsetThen, final long appendTimeMs) {
        baseOffset = firstOffset;
        lastOffset = lastOffsetThen;
        logAppendTimeMs = appendTimeMs;
        duplicate = true;
    }

    /** First offset assigned, or -1; for a duplicate the one assigned the first time. */
    public long baseOffset() {
        return baseOffset;
    }

    /** Last offset assigned, or -1. */
    public long lastOffset() {
        return lastOffset;
    }

    /** The broker's timestamp where the topic has LogAppendTime, milliseconds; a duplicate's largest; else -1. */
    public long logAppendTimeMs() {
        return logAppendTimeMs;
    }

    /** Log start offset at that moment. */
    public long logStartOffset() {
        return logStartOffset;
    }

    /** Records appended. */
    public int recordCount() {
        return recordCount;
    }

    /** True when an idempotent producer had sent this before: nothing was appended. */
    public boolean isDuplicate() {
        return duplicate;
    }

    /** Why the append was refused, or null. */
    public String errorMessage() {
        return errorMessage;
    }
}
