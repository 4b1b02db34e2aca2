package io.tickwire.edge.launch;

import io.tickwire.edge.config.ConfigException;
import io.tickwire.edge.config.TickwireConfig;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.compaction.LogCleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The broker's cleaner with its threads, by Kafka's {@code log.cleaner.*}, which may change while it runs (KIP-226). */
final class Compaction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);

    /** Kafka's constant for it is deprecated, like the setting itself. */
    private static final String ENABLE = "log.cleaner.enable";

    private static final long LEAST_BUFFER_BYTES = 1 << 20;

    private final LogCleaner cleaner;
    private final BrokerThreads threads;
    private final boolean enabled;
    private final List<Thread> running = new ArrayList<>();
    private int wantedThreads;
    private boolean started;

    /** A cleaner that waits for {@link #start}. */
    Compaction(TickwireConfig config, LogCatalog catalog, BrokerThreads threads) {
        this.threads = threads;
        CleanerConfig settings = settings(config);
        enabled = settings.enableCleaner;
        wantedThreads = settings.numThreads;
        fault(settings).ifPresent(why -> {
            throw ConfigException.of(
                    "kafka." + CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_SIZE_PROP,
                    Long.toString(settings.dedupeBufferSize),
                    why);
        });
        cleaner = new LogCleaner(catalog::logs, settings, Time.SYSTEM);
    }

    private static CleanerConfig settings(TickwireConfig config) {
        return new CleanerConfig(
                config.brokerInt(CleanerConfig.LOG_CLEANER_THREADS_PROP),
                config.brokerLong(CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_SIZE_PROP),
                config.brokerDouble(CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_LOAD_FACTOR_PROP),
                config.brokerInt(CleanerConfig.LOG_CLEANER_IO_BUFFER_SIZE_PROP),
                config.brokerInt(ServerConfigs.MESSAGE_MAX_BYTES_CONFIG),
                config.brokerDouble(CleanerConfig.LOG_CLEANER_IO_MAX_BYTES_PER_SECOND_PROP),
                config.brokerLong(CleanerConfig.LOG_CLEANER_BACKOFF_MS_PROP),
                config.brokerBoolean(ENABLE));
    }

    /** As Kafka: KafkaConfig.validateValues. */
    private static Optional<String> fault(CleanerConfig settings) {
        return settings.enableCleaner && settings.dedupeBufferSize < LEAST_BUFFER_BYTES * settings.numThreads
                ? Optional.of("must be at least 1 MiB for each of log.cleaner.threads")
                : Optional.empty();
    }

    /** Starts the threads, unless {@code log.cleaner.enable} is false: then it only counts nothing. */
    synchronized void start() {
        started = enabled;
        startThreads();
    }

    private void startThreads() {
        running.removeIf(thread -> !thread.isAlive());
        for (int i = 0; started && i < wantedThreads; i++) {
            int worker = i;
            if (cleaner.enlist(worker)) {
                running.add(threads.start("tickwire-cleaner-" + worker, () -> cleaner.work(worker)));
            }
        }
    }

    /** Takes over what Kafka changes without a restart, all of {@code log.cleaner.*} but {@code enable}. Any thread; does not block. */
    synchronized void reconfigure(UnaryOperator<String> value) {
        CleanerConfig settings = new CleanerConfig(
                Integer.parseInt(value.apply(CleanerConfig.LOG_CLEANER_THREADS_PROP)),
                Long.parseLong(value.apply(CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_SIZE_PROP)),
                Double.parseDouble(value.apply(CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_LOAD_FACTOR_PROP)),
                Integer.parseInt(value.apply(CleanerConfig.LOG_CLEANER_IO_BUFFER_SIZE_PROP)),
                Integer.parseInt(value.apply(ServerConfigs.MESSAGE_MAX_BYTES_CONFIG)),
                Double.parseDouble(value.apply(CleanerConfig.LOG_CLEANER_IO_MAX_BYTES_PER_SECOND_PROP)),
                Long.parseLong(value.apply(CleanerConfig.LOG_CLEANER_BACKOFF_MS_PROP)),
                enabled);
        Optional<String> fault = fault(settings);
        if (fault.isPresent()) {
            LOG.warn("log.cleaner.* stays as it was: log.cleaner.dedupe.buffer.size {}", fault.get());
            return;
        }
        wantedThreads = settings.numThreads;
        cleaner.reconfigure(settings);
        startThreads();
    }

    LogCleaner cleaner() {
        return cleaner;
    }

    /** Gives up passes in progress and waits for the threads. */
    @Override
    public void close() {
        cleaner.close();
        List<Thread> ending;
        synchronized (this) {
            started = false;
            ending = List.copyOf(running);
        }
        ending.forEach(BrokerThreads::join);
    }
}
