package io.tickwire.edge.metrics;

/**
 * The buckets of all histograms: exact up to 63, then 32 for each power of two, so that a value is off by 3 % at most; the last
 * one takes everything from 2^40 ns (18 minutes) on.
 */
final class Buckets {
    /** Buckets there are. */
    static final int COUNT;

    private static final int SUB_BITS = 5;
    private static final int SUBS = 1 << SUB_BITS;
    private static final long LARGEST = (1L << 40) - 1;

    static {
        COUNT = index(LARGEST) + 1;
    }

    private Buckets() {}

    /** The bucket of a value; negative ones count as 0: clocks of different origin may disagree. */
    static int index(long value) {
        if (value < 2 * SUBS) {
            return (int) Math.max(value, 0);
        }
        long bounded = Math.min(value, LARGEST);
        int shift = Long.SIZE - 1 - SUB_BITS - Long.numberOfLeadingZeros(bounded);
        return shift * SUBS + (int) (bounded >>> shift);
    }

    /** The largest value that falls into a bucket. */
    static long highest(int index) {
        if (index < 2 * SUBS) {
            return index;
        }
        int shift = index / SUBS - 1;
        return (((long) index - (long) shift * SUBS + 1) << shift) - 1;
    }
}
