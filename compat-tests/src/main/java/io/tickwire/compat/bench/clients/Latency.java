package io.tickwire.compat.bench.clients;

import org.HdrHistogram.Histogram;

/** Histograms of nanoseconds, and the one line they are printed as. */
final class Latency {

    private static final long HIGHEST_NS = 120_000_000_000L;

    private Latency() {}

    static Histogram histogram() {
        return new Histogram(HIGHEST_NS, 3);
    }

    static void record(Histogram histogram, long elapsedNs) {
        histogram.recordValue(Math.clamp(elapsedNs, 0, HIGHEST_NS));
    }

    static String header(String what) {
        return String.format(
                "%-44s %9s %9s %9s %9s %9s %9s", what, "p50 µs", "p90 µs", "p99 µs", "p99.9 µs", "max µs", "count");
    }

    static String line(String what, Histogram histogram) {
        return String.format(
                "%-44s %9.1f %9.1f %9.1f %9.1f %9.1f %9d",
                what,
                histogram.getValueAtPercentile(50) / 1e3,
                histogram.getValueAtPercentile(90) / 1e3,
                histogram.getValueAtPercentile(99) / 1e3,
                histogram.getValueAtPercentile(99.9) / 1e3,
                histogram.getMaxValue() / 1e3,
                histogram.getTotalCount());
    }
}
