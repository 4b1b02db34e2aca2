package io.tickwire.edge.feed;

import io.tickwire.storage.log.ClaimHolder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where a feed's batches go: a partition's log, written in place. Called on the shard. {@link #reserve}, then {@link #claim}, then {@link
 * #commit}; {@link #abort} after either of the first two.
 */
public interface JournalSink {
    /**
     * Makes sure that a batch can be appended next, its first record at {@link #nextOffset()}.
     *
     * @param length bytes needed.
     * @param wanted bytes that are of use, not fewer.
     * @param holder told when somebody else is about to append before the batch is committed.
     * @return bytes granted: {@code wanted}, or fewer, also fewer than {@code length}; 0 when the journal will not have it.
     */
    int reserve(int length, int wanted, long nowMs, ClaimHolder holder);

    /** Offset of the next record appended. */
    long nextOffset();

    /** Gives the memory of what was reserved; false when the journal failed, which ends the reservation. */
    boolean claim(UnsafeBuffer region);

    /** Ends the claim; returns the first record's offset, or a negative number when the journal failed. */
    long commit(int length, long nowMs);

    /** Gives reservation or claim up. */
    void abort();
}
