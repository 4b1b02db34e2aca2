package io.tickwire.storage.catalog;

import io.tickwire.storage.log.LogFiles;
import io.tickwire.storage.log.LogPretoucher;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.LogSyncer;
import io.tickwire.storage.log.OwnerBusyException;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import io.tickwire.storage.recovery.Corruption;
import io.tickwire.storage.recovery.LogRecovery;
import io.tickwire.storage.recovery.RecoveredLog;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.NewerManifestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All logs of a data directory. Any thread; creating, deleting and closing block on the disk and belong off hot threads. */
public final class LogCatalog implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogCatalog.class);

    private record Name(String topic, int partition) {}

    private record Id(long msb, long lsb, int partition) {}

    private final DataDirectory directory;
    private final CatalogOptions options;
    private final ConcurrentHashMap<Name, PartitionLog> byName = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Id, PartitionLog> byId = new ConcurrentHashMap<>();
    private RecoveryReport recovery;
    private volatile LogSyncer syncer;
    private volatile LogPretoucher pretoucher;

    private LogCatalog(final DataDirectory directory, final CatalogOptions options) {
        this.directory = directory;
        this.options = options;
    }

    /**
     * Opens a data directory, creating it if need be, and puts every log in it in order.
     *
     * @throws DataDirectoryException when it is in use, not ours, of another version or not accessible
     */
    public static LogCatalog open(final Path dataDir, final CatalogOptions options) throws IOException {
        final DataDirectory directory = DataDirectory.open(dataDir);
        final LogCatalog catalog = new LogCatalog(directory, options);
        try {
            catalog.recoverAll();
        } catch (final IOException e) {
            directory.close();
            throw e;
        }
        return catalog;
    }

    private void recoverAll() throws IOException {
        final long startNs = System.nanoTime();
        final List<Corruption> corruptions = Collections.synchronizedList(new ArrayList<>());
        final List<String> damaged = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger unclean = new AtomicInteger();
        final AtomicLong scannedBytes = new AtomicLong();
        final List<Future<?>> tasks = new ArrayList<>();
        try (ExecutorService workers = Executors.newFixedThreadPool(options.recoveryThreads())) {
            for (final Path logDirectory : directory.logDirectories()) {
                tasks.add(workers.submit(() -> {
                    final RecoveredLog log = recoverOne(logDirectory, damaged);
                    if (log != null) {
                        corruptions.addAll(log.corruptions());
                        scannedBytes.addAndGet(log.scannedBytes());
                        unclean.addAndGet(log.clean() ? 0 : 1);
                    }
                    return null;
                }));
            }
        }
        for (final Future<?> task : tasks) {
            try {
                task.get();
            } catch (final ExecutionException e) {
                throw e.getCause() instanceof final DataDirectoryException refused
                        ? refused
                        : new IOException("recovery failed", e.getCause());
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("recovery was interrupted", e);
            }
        }
        final long elapsedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
        recovery =
                new RecoveryReport(byName.size(), unclean.get(), scannedBytes.get(), elapsedMs, corruptions, damaged);
        report();
    }

    private RecoveredLog recoverOne(final Path logDirectory, final List<String> damaged) throws IOException {
        final RecoveredLog recovered;
        try {
            recovered = LogRecovery.recover(logDirectory);
        } catch (final NewerManifestException e) {
            throw new DataDirectoryException(e.getMessage(), e);
        } catch (final IOException e) {
            damaged.add(directory.setAside(logDirectory) + ": " + e);
            return null;
        }
        final LogManifest manifest = recovered.manifest();
        final TopicKey key =
                new TopicKey(manifest.topic(), manifest.topicIdMsb(), manifest.topicIdLsb(), manifest.partition());
        final LogSettings settings = options.settingsOf().apply(key);
        register(new PartitionLog(new LogFiles(key, logDirectory, manifest, settings), settings));
        return recovered;
    }

    private void report() {
        for (final Corruption corruption : recovery.corruptions()) {
            LOGGER.error(
                    "{} in {} at position {}, offset {}: {}",
                    corruption.what(),
                    corruption.file(),
                    corruption.position(),
                    corruption.offset(),
                    corruption.outcome());
        }
        for (final String damaged : recovery.damaged()) {
            LOGGER.error("set aside {}", damaged);
        }
    }

    private void register(final PartitionLog log) {
        log.syncer(syncer);
        log.pretoucher(pretoucher);
        final TopicKey key = log.key();
        byName.put(new Name(key.topic(), key.partition()), log);
        byId.put(new Id(key.topicIdMsb(), key.topicIdLsb(), key.partition()), log);
    }

    /**
     * Creates a log. The calling thread is its owner until another one binds itself.
     *
     * @throws IllegalStateException when the partition exists
     */
    public PartitionLog create(final TopicKey key, final LogSettings settings) throws IOException {
        final Path logDirectory = directory.logs().resolve(key.directoryName());
        if (get(key.topic(), key.partition()) != null || Files.exists(logDirectory)) {
            throw new IllegalStateException(key.directoryName() + " exists");
        }
        final Path unfinished = directory.unfinished();
        final LogManifest manifest = LogFiles.create(key, unfinished);
        Files.move(unfinished, logDirectory, StandardCopyOption.ATOMIC_MOVE);
        final PartitionLog log = new PartitionLog(new LogFiles(key, logDirectory, manifest, settings), settings);
        register(log);
        return log;
    }

    /** The log of a partition, or null. */
    public PartitionLog get(final String topic, final int partition) {
        return byName.get(new Name(topic, partition));
    }

    /** The log of a partition, or null. */
    public PartitionLog get(final long topicIdMsb, final long topicIdLsb, final int partition) {
        return byId.get(new Id(topicIdMsb, topicIdLsb, partition));
    }

    /** Deletes a log: when this returns its files are gone. Reads in progress keep their memory. */
    public void delete(final PartitionLog log) throws IOException {
        final TopicKey key = log.key();
        if (byName.remove(new Name(key.topic(), key.partition()), log)) {
            byId.remove(new Id(key.topicIdMsb(), key.topicIdLsb(), key.partition()), log);
            log.delete();
            directory.remove(log.files().directory());
        }
    }

    /**
     * Looks after all logs: retention, rolling by age, giving back the files of idle ones. One thread, every second or so;
     * blocks on the disk.
     *
     * @return segments deleted
     */
    public int maintain(final long nowMs) {
        int deleted = 0;
        for (final PartitionLog log : byName.values()) {
            try {
                deleted += log.enforceRetention(nowMs);
            } catch (final OwnerBusyException e) {
                LOGGER.warn("{} is looked after later: {}", log.key(), e.getMessage());
            }
        }
        releaseIdle(nowMs - options.idleReleaseMs());
        return deleted;
    }

    /** One wait for the device serves all logs that idle. */
    private void releaseIdle(final long sinceMs) {
        final List<PartitionLog> idle =
                byName.values().stream().filter(log -> log.isIdle(sinceMs)).toList();
        if (idle.isEmpty()) {
            return;
        }
        try {
            directory.sync();
        } catch (final IOException e) {
            LOGGER.warn("idle logs keep their files: {}", e.toString());
            return;
        }
        idle.forEach(log -> log.releaseIfIdle(sinceMs));
    }

    /** Gives every log, now and later, someone who waits for the device on behalf of its owner. */
    public void syncer(final LogSyncer logSyncer) {
        syncer = logSyncer;
        byName.values().forEach(log -> log.syncer(logSyncer));
    }

    /** Gives every log, now and later, someone who keeps blocks and pages ready ahead of its owner. */
    public void pretoucher(final LogPretoucher logPretoucher) {
        pretoucher = logPretoucher;
        byName.values().forEach(log -> log.pretoucher(logPretoucher));
    }

    /** All logs now. */
    public List<PartitionLog> logs() {
        return List.copyOf(byName.values());
    }

    /** What opening found and did. */
    public RecoveryReport recovery() {
        return recovery;
    }

    /** Waits for the device and closes every log cleanly. The owners must have stopped appending. */
    @Override
    public void close() throws IOException {
        directory.sync();
        for (final PartitionLog log : logs()) {
            log.closeSynced();
        }
        directory.sync();
        directory.close();
    }
}
