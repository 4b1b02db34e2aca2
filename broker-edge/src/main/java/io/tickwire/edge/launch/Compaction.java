package io.tickwire.edge.launch;

import io.tickwire.edge.config.ConfigException;
import io.tickwire.edge.config.TickwireConfig;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.compaction.LogCleaner;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.storage.internals.log.CleanerConfig;

/** The broker's cleaner with its threads, by Kafka's {@code log.cleaner.*}. */
final class Compaction implements AutoCloseable {
    /** Kafka's constant for it is deprecated, like the setting itself. */
    private static final String ENABLE = "log.cleaner.enable";

    private static final long LEAST_BUFFER_BYTES = 1 << 20;

    private final LogCleaner cleaner;
    private final List<Thread> running = new ArrayList<>();

    /** Starts it, unless {@code log.cleaner.enable} is false: then it only counts nothing. */
    Compaction(TickwireConfig config, LogCatalog catalog, BrokerThreads threads) {
        CleanerConfig settings = settings(config);
        cleaner = new LogCleaner(catalog::logs, settings, Time.SYSTEM);
        for (int i = 0; settings.enableCleaner && i < settings.numThreads; i++) {
            running.add(threads.start("tickwire-cleaner-" + i, cleaner));
        }
    }

    private static CleanerConfig settings(TickwireConfig config) {
        CleanerConfig settings = new CleanerConfig(
                config.brokerInt(CleanerConfig.LOG_CLEANER_THREADS_PROP),
                config.brokerLong(CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_SIZE_PROP),
                config.brokerDouble(CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_LOAD_FACTOR_PROP),
                config.brokerInt(CleanerConfig.LOG_CLEANER_IO_BUFFER_SIZE_PROP),
                config.brokerInt(ServerConfigs.MESSAGE_MAX_BYTES_CONFIG),
                config.brokerDouble(CleanerConfig.LOG_CLEANER_IO_MAX_BYTES_PER_SECOND_PROP),
                config.brokerLong(CleanerConfig.LOG_CLEANER_BACKOFF_MS_PROP),
                config.brokerBoolean(ENABLE));
        // As Kafka: KafkaConfig.validateValues.
        if (settings.enableCleaner && settings.dedupeBufferSize / settings.numThreads < LEAST_BUFFER_BYTES) {
            throw ConfigException.of(
                    "kafka." + CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_SIZE_PROP,
                    Long.toString(settings.dedupeBufferSize),
                    "must be at least 1 MiB for each of log.cleaner.threads");
        }
        return settings;
    }

    LogCleaner cleaner() {
        return cleaner;
    }

    /** Gives up passes in progress and waits for the threads. */
    @Override
    public void close() {
        cleaner.close();
        running.forEach(BrokerThreads::join);
    }
}
