package io.tickwire.edge.launch.feed;

import io.tickwire.edge.shm.SharedRecord;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Latencies of records as they reach a subscriber: since they were published and since the packet was received. One thread. */
final class LatencyRecorder {
    private static final long HIGHEST_NS = 60_000_000_000L;

    private final Histogram publishNs = new Histogram(HIGHEST_NS, 3);
    private final Histogram receiveNs = new Histogram(HIGHEST_NS, 3);
    private long epochOffsetNs;

    /** What the broker adds to monotonic time for its stamps; 0 while not attached, then nothing is recorded. */
    void epochOffsetNs(final long offset) {
        epochOffsetNs = offset;
    }

    void onRecord(final SharedRecord record) {
        // A record out of the journal has no publish time: its age is not a latency.
        if (record.publishNs() != 0 && epochOffsetNs != 0) {
            final long nowNs = System.nanoTime() + epochOffsetNs;
            record(publishNs, nowNs - record.publishNs());
            if (record.receiveNs() != 0) {
                record(receiveNs, nowNs - record.receiveNs());
            }
        }
    }

    private static void record(final Histogram histogram, final long latencyNs) {
        histogram.recordValue(Math.clamp(latencyNs, 0, HIGHEST_NS));
    }

    /** Percentiles of all since the last {@link #reset()}, as text; empty when there were none. */
    String summary() {
        final StringBuilder text = new StringBuilder();
        if (publishNs.getTotalCount() > 0) {
            text.append("publish->subscriber ").append(percentiles(publishNs));
        }
        if (receiveNs.getTotalCount() > 0) {
            text.append("  receive->subscriber ").append(percentiles(receiveNs));
        }
        return text.toString();
    }

    static String percentiles(final Histogram histogram) {
        return String.format(
                Locale.ROOT,
                "p50 %.1f p90 %.1f p99 %.1f p99.9 %.1f max %.1f us",
                histogram.getValueAtPercentile(50) / 1e3,
                histogram.getValueAtPercentile(90) / 1e3,
                histogram.getValueAtPercentile(99) / 1e3,
                histogram.getValueAtPercentile(99.9) / 1e3,
                histogram.getMaxValue() / 1e3);
    }

    Histogram publish() {
        return publishNs;
    }

    void reset() {
        publishNs.reset();
        receiveNs.reset();
    }
}
