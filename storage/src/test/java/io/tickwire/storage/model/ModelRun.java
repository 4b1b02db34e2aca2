package io.tickwire.storage.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TimestampResult;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * One seeded run of random operations on a partition log, checked against {@link LogModel} after each.
 *
 * <p>A crash is the data directory copied file by file while the log is open, which is what the page cache holds after
 * {@code kill -9}; the copy is then opened in place of the original.
 */
final class ModelRun implements AutoCloseable {
    private static final String TOPIC = "prices";
    private static final long START_MS = 1_700_000_000_000L;

    private final Random random;
    private final Path root;
    private final LogModel model = new LogModel();
    private final BatchMaker maker;
    private final LogReader reader = new LogReader();
    private final AppendResult result = new AppendResult();
    private final TimestampResult timestampResult = new TimestampResult();
    private final List<LogModel.Entry> read = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>();
    private LogCatalog catalog;
    private PartitionLog log;
    private int directory;
    private long nowMs = START_MS;

    ModelRun(long seed, Path root) throws IOException {
        this.random = new Random(seed);
        this.root = root;
        maker = new BatchMaker(random);
        settings.put("internal.segment.bytes", Integer.toString(16_384 << random.nextInt(5)));
        settings.put("retention.ms", "-1");
        catalog = LogCatalog.open(current(), CatalogOptions.defaults());
        log = catalog.create(
                new TopicKey(TOPIC, random.nextLong(), random.nextLong(), 0), LogSettings.fromKafka(settings));
    }

    private Path current() {
        return root.resolve("data-" + directory);
    }

    void run(int operations) throws IOException {
        for (int i = 0; i < operations; i++) {
            nowMs += random.nextInt(30);
            int dice = random.nextInt(100);
            if (dice < 55) {
                append();
            } else if (dice < 80) {
                readSomewhere();
            } else if (dice < 87) {
                lookUpTimestamp();
            } else if (dice < 90) {
                deleteRecords();
            } else if (dice < 94) {
                retain();
            } else if (dice < 97) {
                reopen();
            } else {
                crash();
            }
            assertEquals(model.logEndOffset(), log.logEndOffset(), "log end offset");
            assertEquals(model.logStartOffset(), log.logStartOffset(), "log start offset");
        }
        readEverything();
    }

    private void append() {
        maker.make(model.logEndOffset(), nowMs);
        assertEquals(
                KafkaErrors.NONE,
                log.append(maker.buffer(), 0, maker.length(), AppendOrigin.CLIENT, 0, nowMs, result),
                () -> "append: " + result.errorMessage());
        assertEquals(model.logEndOffset(), result.baseOffset(), "base offset");
        maker.contents().forEach(model::append);
        assertEquals(model.logEndOffset() - 1, result.lastOffset(), "last offset");
    }

    private void readSomewhere() {
        long span = model.logEndOffset() - model.logStartOffset();
        long offset = model.logStartOffset() - 2 + random.nextLong(span + 4);
        int maxBytes = 1 << random.nextInt(20);
        short error = reader.read(log, offset, maxBytes, Isolation.UNCOMMITTED, read);
        if (offset < model.logStartOffset() || offset > model.logEndOffset()) {
            assertEquals(KafkaErrors.OFFSET_OUT_OF_RANGE, error, "error of a read at " + offset);
            return;
        }
        assertEquals(KafkaErrors.NONE, error, "error of a read at " + offset);
        if (offset == model.logEndOffset()) {
            assertTrue(read.isEmpty(), "records past the end");
            return;
        }
        assertTrue(!read.isEmpty(), "at least one batch is always returned");
        assertTrue(read.getFirst().offset() <= offset, "the first batch holds the offset asked for");
        assertTrue(read.getFirst().lastOfBatch() >= offset, "the first batch reaches the offset asked for");
        long expected = read.getFirst().offset();
        for (LogModel.Entry entry : read) {
            assertEquals(model.get(expected), entry, "record at " + expected);
            expected++;
        }
    }

    private void readEverything() {
        List<LogModel.Entry> all = reader.readAll(log, model.logStartOffset(), 1 << 20, Isolation.UNCOMMITTED);
        long expected = all.isEmpty() ? model.logEndOffset() : all.getFirst().offset();
        assertTrue(expected <= Math.max(model.logStartOffset(), 0) || all.isEmpty(), "the first record is missing");
        for (LogModel.Entry entry : all) {
            assertEquals(model.get(expected), entry, "record at " + expected);
            expected++;
        }
        assertEquals(model.logEndOffset(), expected, "records read to the end");
    }

    private void lookUpTimestamp() {
        long timestampMs = nowMs - random.nextInt(2_000);
        assertEquals(
                KafkaErrors.NONE, log.offsetForTimestamp(timestampMs, timestampResult), "ListOffsets by timestamp");
        LogModel.Entry expected = model.firstAtOrAfter(timestampMs);
        assertEquals(expected == null ? -1 : expected.offset(), timestampResult.offset(), "offset for " + timestampMs);
        if (expected != null) {
            assertEquals(expected.timestampMs(), timestampResult.timestamp(), "timestamp at " + expected.offset());
        }
    }

    private void deleteRecords() {
        long target = model.logStartOffset() + random.nextLong(model.logEndOffset() - model.logStartOffset() + 1);
        assertEquals(KafkaErrors.NONE, log.deleteRecordsBefore(target, timestampResult), "DeleteRecords");
        assertEquals(target, timestampResult.offset(), "low watermark");
        model.startAt(target);
    }

    private void retain() {
        settings.put("retention.bytes", Integer.toString(8_192 << random.nextInt(6)));
        log.updateSettings(LogSettings.fromKafka(settings));
        long before = log.logStartOffset();
        log.enforceRetention(nowMs);
        long after = log.logStartOffset();
        assertTrue(after >= before && after <= log.highWatermark(), "log start after retention");
        model.startAt(after);
        settings.remove("retention.bytes");
        log.updateSettings(LogSettings.fromKafka(settings));
    }

    private void reopen() throws IOException {
        catalog.close();
        open();
    }

    private void crash() throws IOException {
        Path from = current();
        directory++;
        copy(from, current());
        catalog.close();
        open();
    }

    private void open() throws IOException {
        catalog = LogCatalog.open(current(), CatalogOptions.defaults());
        log = catalog.get(TOPIC, 0);
        assertTrue(log != null, "the partition is there after reopening");
        log.bindOwner();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    // cp keeps holes: segments are sparse and a thousand runs would otherwise fill the disk.
                    new ProcessBuilder("cp", "--sparse=always", file.toString(), target.toString())
                            .inheritIO()
                            .start()
                            .waitFor();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
        catalog.close();
    }
}
