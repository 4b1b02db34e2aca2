package io.tickwire.edge.metrics;

/** A histogram at one moment, or what came between two. */
public final class HistogramSnapshot {
    private final long[] counts;
    private final long totalNs;
    private final long largestNs;
    private final long count;

    HistogramSnapshot(long[] counts, long totalNs, long largestNs) {
        this.counts = counts;
        this.totalNs = totalNs;
        this.largestNs = largestNs;
        long sum = 0;
        for (long one : counts) {
            sum += one;
        }
        count = sum;
    }

    /** Nothing counted. */
    public static HistogramSnapshot empty() {
        return new HistogramSnapshot(new long[Buckets.COUNT], 0, 0);
    }

    /** Both together. */
    public HistogramSnapshot plus(HistogramSnapshot other) {
        return combine(other, 1, Math.max(largestNs, other.largestNs));
    }

    /** What was counted since an earlier snapshot; its largest value is known to a bucket only. */
    public HistogramSnapshot since(HistogramSnapshot earlier) {
        HistogramSnapshot between = combine(earlier, -1, Long.MAX_VALUE);
        return new HistogramSnapshot(between.counts, between.totalNs, Math.min(largestNs, between.percentileNs(1)));
    }

    private HistogramSnapshot combine(HistogramSnapshot other, int sign, long largest) {
        long[] combined = counts.clone();
        for (int i = 0; i < combined.length; i++) {
            combined[i] += sign * other.counts[i];
        }
        return new HistogramSnapshot(combined, totalNs + sign * other.totalNs, largest);
    }

    /** Durations counted. */
    public long count() {
        return count;
    }

    /** All durations together, ns. */
    public long totalNs() {
        return totalNs;
    }

    /** The longest one, ns. */
    public long largestNs() {
        return count == 0 ? 0 : largestNs;
    }

    /** The duration that a part of all, such as 0.99, did not exceed, ns; 0 when there is none. */
    public long percentileNs(double part) {
        long rank = Math.max(1, (long) Math.ceil(part * count));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return Math.min(Buckets.highest(i), largestNs);
            }
        }
        return 0;
    }
}
