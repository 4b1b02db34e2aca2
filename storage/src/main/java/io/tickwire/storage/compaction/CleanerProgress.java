package io.tickwire.storage.compaction;

import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.storage.internals.utils.Throttler;

/** Counts what a pass reads and writes, and slows it down to {@code log.cleaner.io.max.bytes.per.second}. */
final class CleanerProgress {
    private final CleanerCounters counters;
    private final Throttler throttler;

    CleanerProgress(final CleanerCounters counters, final Throttler throttler) {
        this.counters = counters;
        this.throttler = throttler;
    }

    void read(final long bytes) {
        count(counters.readBytes(), bytes);
    }

    void written(final long bytes) {
        count(counters.writtenBytes(), bytes);
    }

    private void count(final LongAdder counter, final long bytes) {
        counter.add(bytes);
        throttler.maybeThrottle((double) bytes);
    }
}
