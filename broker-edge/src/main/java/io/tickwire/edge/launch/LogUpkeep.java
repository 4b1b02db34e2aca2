package io.tickwire.edge.launch;

import io.tickwire.storage.catalog.LogCatalog;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for the disk on behalf of all logs, on a thread of its own so that no request waits with it: retention and the
 * release of idle logs, again and again.
 */
final class LogUpkeep implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogUpkeep.class);
    // As Kafka: LogManager.INITIAL_TASK_DELAY_MS.
    private static final long FIRST_AFTER_MS = 30_000;
    private static final long LONGEST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final LogCatalog catalog;
    private final long everyMs;
    private volatile boolean stopped;

    /** Makes the upkeep; {@code everyMs} is log.retention.check.interval.ms. */
    LogUpkeep(LogCatalog catalog, long everyMs) {
        this.catalog = catalog;
        this.everyMs = everyMs;
    }

    @Override
    public void run() {
        long dueNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.min(FIRST_AFTER_MS, everyMs));
        while (!stopped) {
            long leftNs = dueNs - System.nanoTime();
            if (leftNs > 0) {
                LockSupport.parkNanos(this, Math.min(leftNs, LONGEST_WAIT_NS));
            } else {
                maintain();
                dueNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(everyMs);
            }
        }
    }

    private void maintain() {
        try {
            int _ = catalog.maintain(System.currentTimeMillis());
        } catch (RuntimeException e) {
            LOG.error("upkeep of the logs failed", e);
        }
    }

    /** Ends it after what it does now. */
    void stop() {
        stopped = true;
    }
}
