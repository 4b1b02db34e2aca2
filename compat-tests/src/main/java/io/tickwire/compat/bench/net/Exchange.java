package io.tickwire.compat.bench.net;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What two processes do with a TCP connection, whatever stack it is on. */
enum Exchange {
    /** A message there, the same message back, one at a time. */
    ROUND_TRIPS,
    /** Bytes one way, as fast as they go. */
    BULK;

    /** Message of a round trip in bytes. */
    static final int MESSAGE_BYTES = 64;
    /** Bytes given to the stack at once in one-way transfers. */
    static final int CHUNK_BYTES = 1 << 16;

    /** Rate of a one-way transfer, of its second half: the first warms up. */
    static final class Meter {
        private final long bytes;
        private long markBytes;
        private long markNs;

        Meter(long bytes) {
            this.bytes = bytes;
        }

        /** So many bytes were given to the stack in all. */
        void onSent(long sent) {
            if (markNs == 0 && sent >= bytes / 2) {
                markBytes = sent;
                markNs = System.nanoTime();
            }
        }

        /** All have arrived. */
        void print() {
            System.out.printf(Locale.ROOT, "bytes/s %.1f%n", (bytes - markBytes) * 1e9 / (System.nanoTime() - markNs));
        }
    }

    /** Times of round trips, after a warm-up. */
    static final class Recorder {
        private static final double WARM_UP_SECONDS = 4;

        private final Histogram histogram = new Histogram(TimeUnit.SECONDS.toNanos(10), 3);
        private final long measureFromNs;
        private final long endNs;
        private long sentNs;

        Recorder(double seconds) {
            measureFromNs = System.nanoTime() + (long) (WARM_UP_SECONDS * 1e9);
            endNs = measureFromNs + (long) (seconds * 1e9);
        }

        void onSent() {
            sentNs = System.nanoTime();
        }

        /** Returns false when it is time to stop. */
        boolean onReceived() {
            final long nowNs = System.nanoTime();
            if (nowNs - measureFromNs >= 0) {
                histogram.recordValue(nowNs - sentNs);
            }
            return nowNs - endNs < 0;
        }

        void print() {
            for (final double percentile : new double[] {50, 99, 99.9}) {
                System.out.printf(Locale.ROOT, "p%s %d.0%n", percentile, histogram.getValueAtPercentile(percentile));
            }
        }
    }
}
