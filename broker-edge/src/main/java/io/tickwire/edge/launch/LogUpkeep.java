package io.tickwire.edge.launch;

import io.tickwire.edge.agent.Conductor;
import io.tickwire.storage.catalog.LogCatalog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Retention and trimming of all logs, again and again on the conductor. */
final class LogUpkeep implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogUpkeep.class);
    private static final long EVERY_MS = 1000;

    private final Conductor conductor;
    private final LogCatalog catalog;

    LogUpkeep(Conductor conductor, LogCatalog catalog) {
        this.conductor = conductor;
        this.catalog = catalog;
    }

    @Override
    public void run() {
        try {
            int _ = catalog.maintain(System.currentTimeMillis());
        } catch (RuntimeException e) {
            LOG.error("upkeep of the logs failed", e);
        }
        conductor.schedule(EVERY_MS, this);
    }
}
