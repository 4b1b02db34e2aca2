package io.tickwire.edge.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    private static final double MOST_ERROR = 1 / 32.0;

    private final LatencyHistogram histogram = ShardStats.unshared().of(Stage.PRODUCE);

    @Test
    void everyValueFallsIntoABucketThatIsNotFurtherThanThreePercent() {
        int before = -1;
        for (long value = 0; value < 1L << 40; value += Math.max(1, value / 100)) {
            int index = Buckets.index(value);
            assertTrue(index >= before && index < Buckets.COUNT, () -> "index " + index);
            long highest = Buckets.highest(index);
            assertTrue(
                    highest >= value && highest - value <= value * MOST_ERROR, value + " in a bucket up to " + highest);
            before = index;
        }
    }

    @Test
    void negativeIsCountedAsZeroAndVeryLongInTheLastBucket() {
        assertEquals(0, Buckets.index(-5));
        assertEquals(Buckets.COUNT - 1, Buckets.index(Long.MAX_VALUE));
        histogram.record(-5);
        assertEquals(0, histogram.snapshot().percentileNs(1));
        assertEquals(0, histogram.snapshot().totalNs());
    }

    @Test
    void percentilesCountAndTotalAreOfWhatWasRecorded() {
        for (int i = 1; i <= 1000; i++) {
            histogram.record(i * 1000L);
        }
        HistogramSnapshot all = histogram.snapshot();
        assertEquals(1000, all.count());
        assertEquals(500_500_000L, all.totalNs());
        assertEquals(1_000_000, all.largestNs());
        assertEquals(500_000, (double) all.percentileNs(0.5), 500_000 * MOST_ERROR);
        assertEquals(990_000, (double) all.percentileNs(0.99), 990_000 * MOST_ERROR);
        assertEquals(1_000_000, all.percentileNs(1));
    }

    @Test
    void nothingRecordedIsAllZero() {
        assertEquals(0, histogram.snapshot().count());
        assertEquals(0, histogram.snapshot().percentileNs(0.99));
        assertEquals(0, histogram.snapshot().largestNs());
    }

    @Test
    void differenceOfTwoSnapshotsIsWhatCameBetween() {
        histogram.record(1_000_000);
        HistogramSnapshot before = histogram.snapshot();
        histogram.record(100);
        histogram.record(200);
        HistogramSnapshot between = histogram.snapshot().since(before);
        assertEquals(2, between.count());
        assertEquals(300, between.totalNs());
        assertEquals(200, (double) between.largestNs(), 200 * MOST_ERROR);
        assertEquals(3, before.plus(between).count());
    }
}
