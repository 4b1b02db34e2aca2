package io.tickwire.edge.metrics;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Counts durations in shared memory: one writer, any readers. Recording costs a shift, a plain read and two ordered writes; no
 * lock, no allocation.
 *
 * <pre>
 * total ns int64 | largest ns int64 | count of each of {@link Buckets} int64 ...
 * </pre>
 */
public final class LatencyHistogram {
    static final int TOTAL_OFFSET = 0;
    static final int LARGEST_OFFSET = 8;
    static final int COUNTS_OFFSET = 16;
    static final int BYTES = COUNTS_OFFSET + Buckets.COUNT * Long.BYTES;

    private final AtomicBuffer buffer;
    private final int offset;

    LatencyHistogram(AtomicBuffer buffer, int offset) {
        this.buffer = buffer;
        this.offset = offset;
    }

    /** Counts a duration in nanoseconds; a negative one as 0. The writer only. */
    public void record(long ns) {
        int count = offset + COUNTS_OFFSET + Buckets.index(ns) * Long.BYTES;
        int total = offset + TOTAL_OFFSET;
        buffer.putLongRelease(count, buffer.getLong(count) + 1);
        buffer.putLongRelease(total, buffer.getLong(total) + Math.max(ns, 0));
        if (ns > buffer.getLong(offset + LARGEST_OFFSET)) {
            buffer.putLongRelease(offset + LARGEST_OFFSET, ns);
        }
    }

    /** What was counted so far. Any thread; what is recorded meanwhile may be in it or not. */
    public HistogramSnapshot snapshot() {
        long[] counts = new long[Buckets.COUNT];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = buffer.getLongVolatile(offset + COUNTS_OFFSET + i * Long.BYTES);
        }
        return new HistogramSnapshot(
                counts, buffer.getLongVolatile(offset + TOTAL_OFFSET), buffer.getLongVolatile(offset + LARGEST_OFFSET));
    }
}
