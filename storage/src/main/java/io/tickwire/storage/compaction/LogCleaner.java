package io.tickwire.storage.compaction;

import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.RewriteSession;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.apache.kafka.storage.internals.utils.Throttler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the logs whose topics ask for it, the one with the largest share of dirty bytes first. As many threads as
 * {@code log.cleaner.threads} says call {@link #work}, any others {@link #cleanDirtiest()}; no two work on the same log.
 *
 * <p>A log with a damaged batch is not compacted until the process is started again; the reason is logged once and shown by
 * {@link #uncleanable()}. After other errors, such as a full disk, a log is tried again when no other one is due and
 * {@code log.cleaner.backoff.ms} have passed.
 *
 * <p>Source: Kafka LogCleaner, LogCleanerManager.grabFilthiestCompactedLog.
 */
public final class LogCleaner implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogCleaner.class);
    private static final long THROTTLE_INTERVAL_MS = 300;

    private final Supplier<? extends Collection<PartitionLog>> logs;
    private final Time time;
    private final CleanerCounters counters = new CleanerCounters();
    private final Map<PartitionLog, Long> cleanedOffsets = new HashMap<>();
    private final Set<PartitionLog> inProgress = new HashSet<>();
    private final Map<PartitionLog, String> uncleanable = new HashMap<>();
    private final Set<PartitionLog> setAside = new HashSet<>();
    private final Set<Integer> workers = new HashSet<>();
    /** Held for a moment only, never while anything is read. */
    private final Object change = new Object();

    private volatile CleanerConfig config;
    private volatile Throttler throttler;
    private volatile boolean closed;

    /**
     * A cleaner that does nothing yet.
     *
     * @param logs all logs, whether compacted or not
     * @param config Kafka's {@code log.cleaner.*}
     */
    public LogCleaner(
            final Supplier<? extends Collection<PartitionLog>> logs, final CleanerConfig config, final Time time) {
        this.logs = logs;
        this.config = config;
        this.time = time;
        this.throttler = throttler(config);
    }

    private Throttler throttler(final CleanerConfig settings) {
        return new Throttler(settings.maxIoBytesPerSecond, THROTTLE_INTERVAL_MS, "cleaner-io", "bytes", time);
    }

    /**
     * Changes the settings: rate and pause at once, the rest with the next pass. Any thread; does not block. Whoever owns the threads then
     * sees to it that there are enough ({@link #enlist}); those that are too many end after their pass.
     */
    public void reconfigure(final CleanerConfig changed) {
        if (changed.maxIoBytesPerSecond != config.maxIoBytesPerSecond) {
            throttler = throttler(changed);
        }
        config = changed;
        synchronized (change) {
            change.notifyAll();
        }
    }

    /** True when nobody works as this one, numbered from 0, yet: then somebody must. Any thread. */
    public boolean enlist(final int worker) {
        synchronized (change) {
            return worker < config.numThreads && !closed && workers.add(worker);
        }
    }

    /**
     * Works as an enlisted one until {@link #close()}, or until there are to be fewer: one log after the other, with a pause when there
     * is nothing to do.
     */
    public void work(final int worker) {
        while (goesOn(worker)) {
            if (!cleanDirtiest()) {
                pause(worker);
            }
        }
    }

    private boolean goesOn(final int worker) {
        synchronized (change) {
            if (!closed && worker < config.numThreads) {
                return true;
            }
            workers.remove(worker);
            return false;
        }
    }

    private void pause(final int worker) {
        final long startNs = System.nanoTime();
        try {
            synchronized (change) {
                long leftMs = config.backoffMs;
                while (leftMs > 0 && !closed && worker < config.numThreads) {
                    change.wait(leftMs);
                    leftMs = config.backoffMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    /**
     * Makes one pass over the log that needs it most.
     *
     * @return false when none needs it, or the pass could not be completed
     */
    public boolean cleanDirtiest() {
        final DirtyLog dirty = choose();
        if (dirty == null) {
            return false;
        }
        try {
            return clean(dirty);
        } finally {
            release(dirty.log());
        }
    }

    private synchronized DirtyLog choose() {
        final Collection<PartitionLog> all = logs.get();
        cleanedOffsets.keySet().removeIf(PartitionLog::isClosed);
        uncleanable.keySet().removeIf(PartitionLog::isClosed);
        DirtyLog dirtiest = null;
        double largestRatio = 0;
        for (final PartitionLog log : all) {
            if (log.settings().compact()
                    && !inProgress.contains(log)
                    && !setAside.contains(log)
                    && !uncleanable.containsKey(log)) {
                final DirtyLog dirty = DirtyLog.of(log, cleanedOffset(log), time.milliseconds());
                largestRatio = Math.max(largestRatio, dirty.dirtyRatio());
                if (dirty.isDue() && (dirtiest == null || dirty.dirtyRatio() > dirtiest.dirtyRatio())) {
                    dirtiest = dirty;
                }
            }
        }
        counters.dirtiestRatio(largestRatio);
        if (dirtiest == null) {
            setAside.clear();
        } else {
            inProgress.add(dirtiest.log());
        }
        return dirtiest;
    }

    private long cleanedOffset(final PartitionLog log) {
        return cleanedOffsets.computeIfAbsent(log, unknown -> {
            try {
                return CleanedOffset.read(unknown.files().directory());
            } catch (final IOException e) {
                LOGGER.warn("how far {} is compacted is not known: from its start again", unknown.key(), e);
                return -1L;
            }
        });
    }

    private synchronized void release(final PartitionLog log) {
        inProgress.remove(log);
    }

    private boolean clean(final DirtyLog dirty) {
        final PartitionLog log = dirty.log();
        try (RewriteSession session = log.rewrites().begin()) {
            if (session == null) {
                return false;
            }
            final CleanerProgress progress = new CleanerProgress(counters, () -> throttler);
            final long cleanedTo = new CompactionPass(
                            config, counters, progress, dirty, session, () -> mustStop(log, session))
                    .run(time.milliseconds());
            if (cleanedTo < 0) {
                return false;
            }
            CleanedOffset.write(log.files().directory(), cleanedTo);
            completed(log, cleanedTo);
            return true;
        } catch (final CorruptSegmentException e) {
            if (!log.isClosed()) {
                counters.failures().increment();
                markUncleanable(log, e);
            }
        } catch (final IOException | RuntimeException | InternalError e) {
            // InternalError: how the JVM reports a fault in mapped memory.
            retryLater(log, e);
        }
        return false;
    }

    /** Others come first meanwhile, however dirty this one is. */
    private synchronized void retryLater(final PartitionLog log, final Throwable why) {
        if (!log.isClosed()) {
            setAside.add(log);
            counters.failures().increment();
            LOGGER.error("{} could not be compacted, will be tried again", log.key(), why);
        }
    }

    /** The process ends, the log is being closed, or the topic is not to be compacted any more. */
    private boolean mustStop(final PartitionLog log, final RewriteSession session) {
        return closed || session.isCancelled() || !log.settings().compact();
    }

    private synchronized void completed(final PartitionLog log, final long cleanedTo) {
        cleanedOffsets.put(log, cleanedTo);
        counters.passes().increment();
        counters.lastRunMs(time.milliseconds());
        LOGGER.info("{} is compacted up to offset {}", log.key(), cleanedTo);
    }

    private synchronized void markUncleanable(final PartitionLog log, final Exception why) {
        uncleanable.put(log, why.toString());
        LOGGER.error("{} will not be compacted any more: {}", log.key(), why.toString(), why);
    }

    /** The logs that cannot be compacted, with the reason. Any thread; a copy. */
    public synchronized Map<PartitionLog, String> uncleanable() {
        return Map.copyOf(uncleanable);
    }

    /** What was done. Any thread. */
    public CleanerCounters counters() {
        return counters;
    }

    /** Makes {@link #work} return soon; a pass in progress is given up. */
    @Override
    public void close() {
        closed = true;
        synchronized (change) {
            change.notifyAll();
        }
    }
}
