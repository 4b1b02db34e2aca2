package io.tickwire.edge.launch;

import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.PartitionLog;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for the disk on behalf of all logs, on a thread of its own so that no request waits with it: retention and the
 * release of idle logs again and again, and between them the opening of new logs ahead of their first append.
 */
final class LogUpkeep implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogUpkeep.class);
    // As Kafka: LogManager.INITIAL_TASK_DELAY_MS.
    private static final long FIRST_AFTER_MS = 30_000;
    private static final long LONGEST_WAIT_MS = 100;
    private static final int MOST_TO_PREPARE = 4096;

    private final LogCatalog catalog;
    private final long everyMs;
    private final ArrayBlockingQueue<PartitionLog> toPrepare = new ArrayBlockingQueue<>(MOST_TO_PREPARE);
    private volatile boolean stopped;

    /** Makes the upkeep; {@code everyMs} is log.retention.check.interval.ms. */
    LogUpkeep(LogCatalog catalog, long everyMs) {
        this.catalog = catalog;
        this.everyMs = everyMs;
    }

    /** Opens a log soon. Any thread; where too many wait already, this one is opened by its first append. */
    void prepare(PartitionLog log) {
        boolean _ = toPrepare.offer(log);
    }

    @Override
    public void run() {
        long dueNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.min(FIRST_AFTER_MS, everyMs));
        while (!stopped) {
            prepareNext();
            if (System.nanoTime() - dueNs >= 0) {
                maintain();
                dueNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(everyMs);
            }
        }
    }

    private void prepareNext() {
        try {
            PartitionLog log = toPrepare.poll(LONGEST_WAIT_MS, TimeUnit.MILLISECONDS);
            if (log != null) {
                boolean _ = log.prepare(System.currentTimeMillis());
            }
        } catch (InterruptedException e) {
            stopped = true;
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // The first append tries again, and tells its client what is wrong.
            LOG.warn("a log could not be opened ahead of its first append", e);
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
