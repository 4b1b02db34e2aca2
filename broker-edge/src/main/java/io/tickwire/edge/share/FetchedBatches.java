package io.tickwire.edge.share;

import java.util.Arrays;

/** The batches that a read of the log has found, as far as delivery depends on them. In order of their offsets; reused. */
public final class FetchedBatches {
    private static final long NO_PRODUCER = -1;

    /** What a batch is to transactions. */
    public enum Kind {
        /** Records outside of a transaction. */
        PLAIN,
        /** Records of a transaction. */
        TRANSACTIONAL,
        /** The marker that ends a transaction. */
        MARKER
    }

    private long[] first = new long[16];
    private long[] last = new long[16];
    private long[] producer = new long[16];
    private Kind[] kind = new Kind[16];
    private int count;
    private long[] abortedProducer = new long[4];
    private long[] abortedFrom = new long[4];
    private int abortedCount;

    /** Forgets all. */
    public void clear() {
        count = 0;
        abortedCount = 0;
    }

    /** Adds a batch behind the others. */
    public void add(long firstOffset, long lastOffset, long producerId, Kind batchKind) {
        if (count == first.length) {
            first = Arrays.copyOf(first, count * 2);
            last = Arrays.copyOf(last, count * 2);
            producer = Arrays.copyOf(producer, count * 2);
            kind = Arrays.copyOf(kind, count * 2);
        }
        first[count] = firstOffset;
        last[count] = lastOffset;
        producer[count] = producerId;
        kind[count++] = batchKind;
    }

    /** Adds an aborted transaction that overlaps the batches. */
    public void addAborted(long producerId, long firstOffset) {
        if (abortedCount == abortedFrom.length) {
            abortedProducer = Arrays.copyOf(abortedProducer, abortedCount * 2);
            abortedFrom = Arrays.copyOf(abortedFrom, abortedCount * 2);
        }
        abortedProducer[abortedCount] = producerId;
        abortedFrom[abortedCount++] = firstOffset;
    }

    /** Number of batches. */
    public int count() {
        return count;
    }

    /** First offset of a batch. */
    public long first(int batch) {
        return first[batch];
    }

    /** Last offset of a batch. */
    public long last(int batch) {
        return last[batch];
    }

    /** Whether there are aborted transactions. */
    boolean hasAborted() {
        return abortedCount > 0;
    }

    /** The last offset of the batch that holds {@code offset}, or {@code offset} itself where no batch does. */
    long endOfBatch(long offset) {
        for (int i = count - 1; i >= 0; i--) {
            if (first[i] <= offset) {
                return Math.max(offset, last[i]);
            }
        }
        return offset;
    }

    /** Which batches hold records of aborted transactions. */
    boolean[] aborted() {
        boolean[] aborted = new boolean[count];
        for (int i = 0; i < abortedCount; i++) {
            markAborted(abortedProducer[i], abortedFrom[i], aborted);
        }
        return aborted;
    }

    private void markAborted(long producerId, long from, boolean[] aborted) {
        if (producerId == NO_PRODUCER) {
            return;
        }
        for (int i = 0; i < count; i++) {
            if (last[i] >= from && producer[i] == producerId) {
                if (kind[i] == Kind.MARKER) {
                    return;
                }
                aborted[i] |= kind[i] == Kind.TRANSACTIONAL;
            }
        }
    }
}
