package io.tickwire.edge.launch;

import io.tickwire.edge.agent.Conductor;
import io.tickwire.storage.catalog.LogCatalog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Retention and trimming of all logs, again and again on the conductor. */
final class LogUpkeep implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogUpkeep.class);
    // As Kafka: LogManager.INITIAL_TASK_DELAY_MS.
    private static final long FIRST_AFTER_MS = 30_000;

    private final Conductor conductor;
    private final LogCatalog catalog;
    private final long everyMs;

    /** Makes the upkeep; {@code everyMs} is log.retention.check.interval.ms. */
    LogUpkeep(Conductor conductor, LogCatalog catalog, long everyMs) {
        this.conductor = conductor;
        this.catalog = catalog;
        this.everyMs = everyMs;
    }

    /** Starts it. */
    void start() {
        conductor.schedule(Math.min(FIRST_AFTER_MS, everyMs), this);
    }

    @Override
    public void run() {
        try {
            int _ = catalog.maintain(System.currentTimeMillis());
        } catch (RuntimeException e) {
            LOG.error("upkeep of the logs failed", e);
        }
        conductor.schedule(everyMs, this);
    }
}
