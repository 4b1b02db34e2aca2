package io.tickwire.storage.model;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.catalog.RecoveryReport;
import io.tickwire.storage.compaction.LogCleaner;
import io.tickwire.storage.compaction.ManualTime;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.agrona.IoUtil;
import org.apache.kafka.storage.internals.log.CleanerConfig;

/**
 * The log that the model is compared with. A crash is the data directory copied file by file while the log is open, which is what
 * the page cache holds after {@code kill -9}; the copy is then opened in place of the original.
 */
final class LogUnderTest implements AutoCloseable {
    static final int DELETE_RETENTION_MS = 400;

    private static final String TOPIC = "prices";
    private static final long START_MS = 1_700_000_000_000L;
    private static final int BLOCK_BYTES = 4096;
    private static final CleanerConfig CLEANER =
            new CleanerConfig(1, 1 << 20, 0.9, BLOCK_BYTES, 1 << 20, Double.MAX_VALUE, 1000, true);

    final ManualTime time = new ManualTime(START_MS);
    private final Path root;
    private final Map<String, String> settings = new HashMap<>();
    private LogCatalog catalog;
    private PartitionLog log;
    private LogCleaner cleaner;
    private int number;

    LogUnderTest(Path root, Random random, String policy) throws IOException {
        this.root = root;
        settings.put("internal.segment.bytes", Integer.toString(8_192 << random.nextInt(5)));
        settings.put("retention.ms", "-1");
        settings.put("cleanup.policy", policy);
        settings.put("min.cleanable.dirty.ratio", "0");
        settings.put("delete.retention.ms", Integer.toString(DELETE_RETENTION_MS));
        catalog = LogCatalog.open(directory(), CatalogOptions.defaults());
        log = catalog.create(
                new TopicKey(TOPIC, random.nextLong(), random.nextLong(), 0), LogSettings.fromKafka(settings));
        cleaner = newCleaner();
    }

    private LogCleaner newCleaner() {
        return new LogCleaner(() -> catalog.logs(), CLEANER, time);
    }

    Path directory() {
        return root.resolve("data-" + number);
    }

    PartitionLog get() {
        return log;
    }

    LogCleaner cleaner() {
        return cleaner;
    }

    long nowMs() {
        return time.milliseconds();
    }

    void configure(String name, String value) {
        settings.put(name, value);
        log.updateSettings(LogSettings.fromKafka(settings));
    }

    void reopen() throws IOException {
        reopen(closed -> {});
    }

    /** Has something done to the data directory while the log is closed. */
    void reopen(Consumer<Path> meanwhile) throws IOException {
        catalog.close();
        meanwhile.accept(directory());
        open();
    }

    void crash() throws IOException {
        copyForCrash();
        becomeCopy();
    }

    /** Takes what a crash now would leave. */
    void copyForCrash() throws IOException {
        copy(directory(), root.resolve("data-" + (number + 1)));
    }

    /** Goes on with what the crash left. */
    void becomeCopy() throws IOException {
        becomeCopy(copy -> {});
    }

    void becomeCopy(Consumer<Path> meanwhile) throws IOException {
        catalog.close();
        IoUtil.delete(directory().toFile(), false);
        number++;
        meanwhile.accept(directory());
        open();
    }

    RecoveryReport recovery() {
        return catalog.recovery();
    }

    private void open() throws IOException {
        CatalogOptions options = new CatalogOptions(key -> LogSettings.fromKafka(settings), 1, 60_000);
        catalog = LogCatalog.open(directory(), options);
        log = catalog.get(TOPIC, 0);
        assertNotNull(log, "the partition is there after reopening");
        log.bindOwner();
        cleaner = newCleaner();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    copySparsely(file, target);
                }
            }
        }
    }

    /** Journal files are mostly holes: thousands of runs would otherwise fill the disk. */
    private static void copySparsely(Path from, Path to) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        ByteBuffer zeros = ByteBuffer.allocate(BLOCK_BYTES);
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long size = in.size();
            for (long at = 0; at < size; at += BLOCK_BYTES) {
                block.clear();
                in.read(block, at);
                block.flip();
                boolean last = at + BLOCK_BYTES >= size;
                if (last || !block.equals(zeros.limit(block.limit()))) {
                    out.write(block, at);
                }
                zeros.clear();
            }
        }
    }

    @Override
    public void close() throws IOException {
        catalog.close();
    }
}
