package io.tickwire.edge.handler.share;

import io.tickwire.net.transport.LongCell;

/** Counts of one shard's share groups: written by its thread, read by any. */
public final class ShareCounters {
    private final LongCell acquired = new LongCell();
    private final LongCell redelivered = new LongCell();
    private final LongCell acknowledged = new LongCell();
    private final LongCell refused = new LongCell();
    private final LongCell locksTimedOut = new LongCell();
    private final LongCell stateFailures = new LongCell();
    private final LongCell sessionsRefused = new LongCell();
    private final LongCell partitionsLoaded = new LongCell();
    private final LongCell partitionsDropped = new LongCell();
    private final LongCell fetchesParked = new LongCell();
    private final LongCell fetchesUnparked = new LongCell();

    /** Records delivered, redeliveries included. */
    public LongCell acquired() {
        return acquired;
    }

    /** Records delivered not for the first time. */
    public LongCell redelivered() {
        return redelivered;
    }

    /** Records acknowledged, in whatever way. */
    public LongCell acknowledged() {
        return acknowledged;
    }

    /** Acknowledgements of a partition that were refused. */
    public LongCell refused() {
        return refused;
    }

    /** Records whose lock has run out. */
    public LongCell locksTimedOut() {
        return locksTimedOut;
    }

    /** State of partitions that could not be read or written. */
    public LongCell stateFailures() {
        return stateFailures;
    }

    /** Sessions that found no room. */
    public LongCell sessionsRefused() {
        return sessionsRefused;
    }

    /** Share partitions taken into memory. */
    public LongCell partitionsLoaded() {
        return partitionsLoaded;
    }

    /** Share partitions dropped from memory. */
    public LongCell partitionsDropped() {
        return partitionsDropped;
    }

    /** Fetches that had to wait. */
    public LongCell fetchesParked() {
        return fetchesParked;
    }

    /** Fetches that have waited long enough. */
    public LongCell fetchesUnparked() {
        return fetchesUnparked;
    }
}
