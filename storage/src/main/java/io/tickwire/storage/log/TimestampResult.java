package io.tickwire.storage.log;

/** Where a search ended; reused by the caller. */
public final class TimestampResult {
    long offset;
    long timestamp;
    int leaderEpoch;

    void set(final long foundOffset, final long foundTimestamp, final int foundEpoch) {
        offset = foundOffset;
        timestamp = foundTimestamp;
        leaderEpoch = foundEpoch;
    }

    void none() {
        set(-1, -1, -1);
    }

    /** The offset, or -1. */
    public long offset() {
        return offset;
    }

    /** Timestamp of the record there, milliseconds, or -1 where the search was not for a record. */
    public long timestamp() {
        return timestamp;
    }

    /** Leader epoch of the record there, or -1. */
    public int leaderEpoch() {
        return leaderEpoch;
    }
}
