package io.tickwire.storage.compaction;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.apache.kafka.storage.internals.utils.Throttler;

/** Counts what a pass reads and writes, and slows it down to {@code log.cleaner.io.max.bytes.per.second} as it is by then. */
final class CleanerProgress {
    private final CleanerCounters counters;
    private final Supplier<Throttler> throttler;

    CleanerProgress(final CleanerCounters counters, final Supplier<Throttler> throttler) {
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
        throttler.get().maybeThrottle((double) bytes);
    }
}
