package io.tickwire.edge.feed;

import org.agrona.concurrent.UnsafeBuffer;

/** Where a feed's batches go: a partition's log, claimed in place. Called on the shard. */
public interface JournalSink {
    /** Claims room for one batch; false when the journal will not have it. */
    boolean claim(int maxLength, long nowMs, UnsafeBuffer region);

    /** Ends the claim; returns the first record's offset, or a negative number when the journal refused. */
    long commit(int length, long nowMs);

    /** Gives the claim up. */
    void abort();
}
