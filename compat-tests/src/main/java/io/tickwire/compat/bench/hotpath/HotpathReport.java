package io.tickwire.compat.bench.hotpath;

import java.io.PrintStream;
import org.HdrHistogram.Histogram;

/** Prints a row a run: percentiles in microseconds, and what was lost. */
final class HotpathReport {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

    private final PrintStream out;

    HotpathReport(PrintStream out) {
        this.out = out;
    }

    void header() {
        out.printf(
                "%-18s %6s %8s %9s %9s %9s %9s %9s %9s %10s%n",
                "contender", "bytes", "rate", "p50 us", "p90", "p99", "p99.9", "p99.99", "max", "lost");
    }

    void row(String name, Load load, Histogram histogram, long lost, long outOfOrder) {
        StringBuilder line =
                new StringBuilder(String.format("%-18s %6d %8s", name, load.messageBytes(), load.rateLabel()));
        for (double percentile : PERCENTILES) {
            line.append(String.format(" %9.3f", histogram.getValueAtPercentile(percentile) / 1e3));
        }
        line.append(String.format(" %9.1f %10d", histogram.getMaxValue() / 1e3, lost));
        if (outOfOrder > 0) {
            line.append("  OUT OF ORDER ").append(outOfOrder);
        }
        out.println(line);
    }
}
