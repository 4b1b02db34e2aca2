package io.tickwire.edge.launch;

import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.LogPretoucher;
import io.tickwire.storage.log.LogSyncer;
import io.tickwire.storage.log.PartitionLog;
import java.util.function.Consumer;

/** The threads that wait for the disk on behalf of all logs. */
final class LogThreads implements AutoCloseable {
    private final LogUpkeep upkeep;
    private final LogOpening opening;
    private final LogPretoucher pretoucher = new LogPretoucher();
    private final LogSyncer syncer;
    private final Thread upkeepThread;
    private final Thread openingThread;
    private final Thread pretoucherThread;
    private final Thread syncerThread;

    /**
     * Starts them.
     *
     * @param everyMs log.retention.check.interval.ms
     * @param opening opens logs that appends wait for
     * @param synced told, by the syncer's thread, of each log that is on the device up to what was appended
     */
    LogThreads(
            LogCatalog catalog,
            BrokerThreads threads,
            long everyMs,
            LogOpening opening,
            Consumer<PartitionLog> synced) {
        this.opening = opening;
        upkeep = new LogUpkeep(catalog, everyMs);
        upkeepThread = threads.start("tickwire-upkeep", upkeep);
        openingThread = threads.start("tickwire-opener", opening);
        syncer = new LogSyncer(synced);
        catalog.syncer(syncer);
        syncerThread = threads.start("tickwire-syncer", syncer);
        catalog.pretoucher(pretoucher);
        pretoucherThread = threads.start("tickwire-pretoucher", pretoucher);
    }

    LogPretoucher pretoucher() {
        return pretoucher;
    }

    /** Ends them after what they do now, once nobody appends. */
    @Override
    public void close() {
        opening.stop();
        BrokerThreads.join(openingThread);
        upkeep.stop();
        BrokerThreads.join(upkeepThread);
        syncer.close();
        BrokerThreads.join(syncerThread);
        pretoucher.close();
        BrokerThreads.join(pretoucherThread);
    }
}
