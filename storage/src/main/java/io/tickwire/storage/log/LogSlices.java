package io.tickwire.storage.log;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.storage.producer.AbortedTransactions;
import io.tickwire.storage.segment.Segment;
import java.util.Arrays;

/**
 * What one read found: whole batches as ranges of mapped memory, in order, of one segment, which stays mapped until
 * {@link #release()}. Reused by its reader; one thread.
 */
public final class LogSlices implements AbortedTransactions.Visitor {
    private static final int FIRST_ABORTED_CAPACITY = 8;

    private final long[] addresses;
    private final int[] lengths;
    private final Crc32C crc32c = new Crc32C();
    private long[] abortedProducerIds = new long[FIRST_ABORTED_CAPACITY];
    private long[] abortedFirstOffsets = new long[FIRST_ABORTED_CAPACITY];
    private int abortedCount;
    private int count;
    private long bytes;
    private long nextOffset;
    private Segment pinned;

    /** Room for {@code maxSlices} batches a read; a read stops when it is full. */
    public LogSlices(final int maxSlices) {
        addresses = new long[maxSlices];
        lengths = new int[maxSlices];
    }

    void begin(final Segment segment, final long offset) {
        pinned = segment;
        nextOffset = offset;
    }

    boolean isFull() {
        return count == addresses.length;
    }

    void add(final long address, final int length, final long offsetAfter) {
        addresses[count] = address;
        lengths[count] = length;
        count++;
        bytes += length;
        nextOffset = offsetAfter;
    }

    /** Notes an aborted transaction; for the log. */
    @Override
    public void onAborted(final long producerId, final long firstOffset) {
        if (abortedCount == abortedProducerIds.length) {
            abortedProducerIds = Arrays.copyOf(abortedProducerIds, abortedCount * 2);
            abortedFirstOffsets = Arrays.copyOf(abortedFirstOffsets, abortedCount * 2);
        }
        abortedProducerIds[abortedCount] = producerId;
        abortedFirstOffsets[abortedCount] = firstOffset;
        abortedCount++;
    }

    Crc32C crc32c() {
        return crc32c;
    }

    /** Number of batches. */
    public int count() {
        return count;
    }

    /** Address of a batch. */
    public long address(final int slice) {
        return addresses[slice];
    }

    /** Bytes of a batch. */
    public int length(final int slice) {
        return lengths[slice];
    }

    /** Bytes of all batches. */
    public long bytes() {
        return bytes;
    }

    /** Where to read on: the offset after the last batch, or the fetch offset when there is none. */
    public long nextOffset() {
        return nextOffset;
    }

    /** Number of aborted transactions that overlap what was read; read_committed only. */
    public int abortedCount() {
        return abortedCount;
    }

    /** Producer of an aborted transaction. */
    public long abortedProducerId(final int i) {
        return abortedProducerIds[i];
    }

    /** First offset of an aborted transaction. */
    public long abortedFirstOffset(final int i) {
        return abortedFirstOffsets[i];
    }

    /** Gives the memory back; addresses must not be used any more. */
    public void release() {
        count = 0;
        bytes = 0;
        abortedCount = 0;
        if (pinned != null) {
            pinned.unpin();
            pinned = null;
        }
    }
}
