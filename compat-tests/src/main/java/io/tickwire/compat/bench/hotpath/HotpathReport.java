package io.tickwire.compat.bench.hotpath;

import io.tickwire.edge.metrics.HistogramSnapshot;
import io.tickwire.edge.metrics.Stage;
import java.io.PrintStream;
import java.util.Map;

/** Prints a row a contender and load: percentiles in microseconds (median over the rounds), and what was lost. */
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

    /** The broker's own share of the row before, stage by stage. */
    void stages(Map<Stage, HistogramSnapshot> stages) {
        StringBuilder line = new StringBuilder("    of which");
        stages.forEach((stage, times) -> line.append(String.format(
                "  %s p50 %.2f p99 %.2f",
                stage.label(), times.percentileNs(0.5) / 1e3, times.percentileNs(0.99) / 1e3)));
        out.println(line);
    }

    void lossFree(String name, int messageBytes, int perSecond) {
        out.printf("%-18s %6d highest rate without loss or backlog: %,d/s%n", name, messageBytes, perSecond);
        out.flush();
    }

    void row(String name, RoundResults results) {
        Load load = results.load();
        StringBuilder line =
                new StringBuilder(String.format("%-18s %6d %8s", name, load.messageBytes(), load.rateLabel()));
        for (double percentile : PERCENTILES) {
            line.append(String.format(" %9.3f", results.percentile(percentile) / 1e3));
        }
        line.append(String.format(" %9.1f %10d", results.max() / 1e3, results.lost()));
        if (results.outOfOrder() > 0) {
            line.append("  OUT OF ORDER ").append(results.outOfOrder());
        }
        out.println(line);
        out.flush();
    }
}
