package io.tickwire.storage.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searching by time, retention, deletion of records, durability and idle logs. */
class LogMaintenanceTest {
    private static final TopicKey KEY = new TopicKey("ticks", 1, 2, 0);

    @TempDir
    Path directory;

    private final AppendResult result = new AppendResult();
    private final TimestampResult found = new TimestampResult();
    private LogCatalog catalog;
    private PartitionLog log;

    @BeforeEach
    void createLog() throws IOException {
        catalog = LogCatalog.open(directory, CatalogOptions.defaults());
        log = catalog.create(KEY, settings());
    }

    @AfterEach
    void closeCatalog() throws IOException {
        catalog.close();
    }

    private static LogSettings settings(final String... more) {
        final Map<String, String> config = new java.util.HashMap<>();
        config.put("retention.ms", "-1");
        for (int i = 0; i < more.length; i += 2) {
            config.put(more[i], more[i + 1]);
        }
        return LogSettings.fromKafka(config);
    }

    private void reopen() throws IOException {
        catalog.close();
        catalog = LogCatalog.open(directory, new CatalogOptions(key -> settings(), 1, 60_000));
        log = catalog.get("ticks", 0);
    }

    /** Batches of two records each, with timestamps 10·offset. */
    private void appendTimed(final int batches) {
        for (int i = 0; i < batches; i++) {
            final long timestamp = 10 * log.logEndOffset();
            final UnsafeBuffer batch = Fixtures.batch(timestamp, bytes("a"), bytes("b"));
            assertEquals(KafkaErrors.NONE, Fixtures.append(log, batch, result));
        }
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private long lookUp(final long timestamp) {
        assertEquals(KafkaErrors.NONE, log.offsetForTimestamp(timestamp, found));
        return found.offset();
    }

    @Test
    void timestampsAreFoundPerRecordAcrossSegments() throws IOException {
        log.updateSettings(settings().withSegmentBytes(20_000));
        appendTimed(2000);
        assertTrue(log.files().segments().size() > 5);
        for (int round = 0; round < 2; round++) {
            for (long offset = 0; offset < 4000; offset += 37) {
                final long timestamp = offset % 2 == 0 ? offset * 10 : (offset - 1) * 10 + 1;
                assertEquals(offset, lookUp(timestamp));
                assertEquals(timestamp, found.timestamp());
                assertEquals(0, found.leaderEpoch());
            }
            assertEquals(2, lookUp(2));
            assertEquals(-1, lookUp(10 * 3998 + 2));
            reopen();
        }
    }

    @Test
    void specialTimestampsAnswerLikeKafka() {
        assertEquals(0, lookUp(-2));
        assertEquals(0, lookUp(-1));
        assertEquals(-1, lookUp(-3));
        appendTimed(3);
        assertEquals(0, lookUp(-2));
        assertEquals(-1, found.timestamp());
        assertEquals(6, lookUp(-1));
        assertEquals(5, lookUp(-3));
        assertEquals(41, found.timestamp());
        assertEquals(0, lookUp(-4));
        assertEquals(-1, lookUp(-5));
        assertEquals(KafkaErrors.UNSUPPORTED_FOR_MESSAGE_FORMAT, log.offsetForTimestamp(-9, found));
    }

    @Test
    void missingAndWrongIndexesAreBuiltAgain() throws IOException {
        appendTimed(2000);
        log.roll(1);
        reopen();
        final Path index = log.files().segments().snapshot()[0].indexFile();
        final byte[] right = Files.readAllBytes(index);
        catalog.close();
        Files.delete(index);
        reopenClosed();
        assertEquals(1234, lookUp(12_340));
        catalog.close();
        final byte[] wrong = right.clone();
        for (int i = 64 + 8; i + 8 <= wrong.length; i += 24) {
            wrong[i] ^= 4; // Positions that are in order but no batch begins there.
        }
        Files.write(index, wrong);
        reopenClosed();
        assertEquals("a", Fixtures.values(log, 2000).get(0));
        assertEquals(2468, lookUp(24_680));
    }

    private void reopenClosed() throws IOException {
        catalog = LogCatalog.open(directory, CatalogOptions.defaults());
        log = catalog.get("ticks", 0);
    }

    @Test
    void retentionDeletesOldSegmentsAndMovesTheStart() throws IOException {
        log.updateSettings(settings("retention.ms", "5000").withSegmentBytes(2000));
        appendTimed(200);
        final int before = log.files().segments().size();
        final long newest = 10 * 398 + 1;
        assertEquals(0, log.enforceRetention(newest));
        final int deleted = log.enforceRetention(newest + 3000);
        assertTrue(deleted > 0 && deleted < before, deleted + " of " + before);
        final long start = log.logStartOffset();
        assertEquals(log.files().segments().snapshot()[0].baseOffset(), start);
        assertEquals(KafkaErrors.OFFSET_OUT_OF_RANGE, log.read(0, 100, true, Isolation.UNCOMMITTED, new LogSlices(1)));
        assertEquals(400 - start, Fixtures.values(log, start).size());
        assertEquals(start, lookUp(0));
        log.enforceRetention(newest + 100_000);
        assertEquals(400, log.logStartOffset());
        assertEquals(0, log.sizeInBytes());
        reopen();
        assertEquals(400, log.logStartOffset());
        assertEquals(400, log.logEndOffset());
        appendTimed(1);
        assertEquals(400, result.baseOffset());
        assertEquals(2, Fixtures.values(log, 400).size());
    }

    @Test
    void retentionBySizeKeepsAtLeastThatMuch() {
        log.updateSettings(settings("retention.bytes", "10000").withSegmentBytes(2000));
        appendTimed(300);
        assertTrue(log.enforceRetention(1) > 0);
        assertTrue(log.sizeInBytes() >= 10_000 && log.sizeInBytes() < 12_000, "left " + log.sizeInBytes());
    }

    @Test
    void deleteRecordsMovesTheStartAndRemovesFiles() throws IOException {
        log.updateSettings(settings().withSegmentBytes(2000));
        appendTimed(200);
        final long files = dataFiles();
        assertEquals(KafkaErrors.NONE, log.deleteRecordsBefore(255, found));
        assertEquals(255, found.offset());
        assertEquals(255, log.logStartOffset());
        assertTrue(dataFiles() < files);
        assertEquals(KafkaErrors.OFFSET_OUT_OF_RANGE, log.deleteRecordsBefore(401, found));
        assertEquals(KafkaErrors.NONE, log.deleteRecordsBefore(10, found));
        assertEquals(255, found.offset());
        reopen();
        assertEquals(255, log.logStartOffset());
        assertEquals(145, Fixtures.values(log, 255).size());
        assertEquals(KafkaErrors.NONE, log.deleteRecordsBefore(-1, found));
        assertEquals(400, found.offset());
        log.updateSettings(LogSettings.fromKafka(Map.of("cleanup.policy", "compact")));
        assertEquals(KafkaErrors.POLICY_VIOLATION, log.deleteRecordsBefore(-1, found));
    }

    @Test
    void largestTimestampIsToldAlsoFromBelowTheLogStart() {
        final UnsafeBuffer newest = Fixtures.batch(900_000, "newest".getBytes(StandardCharsets.UTF_8));
        assertEquals(KafkaErrors.NONE, Fixtures.append(log, newest, result));
        appendTimed(10);
        assertEquals(KafkaErrors.NONE, log.deleteRecordsBefore(5, found));
        assertEquals(0, lookUp(ListOffsetsRequest.MAX_TIMESTAMP));
        assertEquals(900_000, found.timestamp());
        assertEquals(-1, lookUp(800_000), "by timestamp it is gone");
    }

    private long dataFiles() throws IOException {
        try (Stream<Path> files = Files.walk(log.files().directory())) {
            return files.filter(f -> f.toString().endsWith(".cq4")).count();
        }
    }

    @Test
    void pinnedReadSurvivesTheDeletionOfItsSegment() {
        log.updateSettings(settings("retention.ms", "0"));
        appendTimed(100);
        final LogSlices slices = new LogSlices(1000);
        log.read(0, 1 << 20, true, Isolation.UNCOMMITTED, slices);
        final List<UnsafeBuffer> before = Fixtures.batches(slices);
        assertEquals(1, log.enforceRetention(1_000_000));
        assertEquals(before, Fixtures.batches(slices));
        slices.release();
        assertEquals(200, log.logStartOffset());
    }

    @Test
    void syncedTopicMovesTheHighWatermarkOnlyWhenDurable() {
        log.updateSettings(settings("flush.messages", "1"));
        final List<PartitionLog> waiting = new ArrayList<>();
        final List<Long> watermarks = new ArrayList<>();
        log.highWatermarkListener((l, offset) -> watermarks.add(offset));
        try (LogSyncer syncer = new LogSyncer(waiting::add)) {
            catalog.syncer(syncer);
            final Thread thread = new Thread(syncer);
            thread.start();
            appendTimed(1);
            assertEquals(2, log.logEndOffset());
            while (log.highWatermark() < 2) {
                log.doWork(1);
                Thread.onSpinWait();
            }
            assertEquals(List.of(2L), watermarks);
            catalog.syncer(null);
        }
    }

    @Test
    void syncedTopicWithoutSyncerIsDurableAtTheNextDutyCycle() {
        log.updateSettings(settings("flush.messages", "1"));
        appendTimed(1);
        assertEquals(0, log.highWatermark());
        assertEquals(1, log.doWork(1));
        assertEquals(2, log.highWatermark());
        assertEquals(0, log.doWork(2));
    }

    @Test
    void idleLogGivesItsFilesBackAndAppendsAgain() throws IOException {
        appendTimed(10);
        assertFalse(log.releaseIfIdle(1999));
        assertTrue(log.releaseIfIdle(2000));
        assertFalse(
                Files.readString(log.files().directory().resolve("manifest")).contains("open true"));
        assertEquals(20, Fixtures.values(log, 0).size());
        appendTimed(10);
        assertEquals(40, Fixtures.values(log, 0).size());
        assertEquals(1, log.files().segments().size());
    }

    @Test
    void leaderEpochsAreKnownAfterReopening() throws IOException {
        final UnsafeBuffer batch = Fixtures.batch("x");
        assertEpochEnd(-5, -1, -1);
        for (final int epoch : new int[] {1, 1, 3, 3, 5}) {
            log.append(batch, 0, batch.capacity(), AppendOrigin.CLIENT, epoch, 1, result);
        }
        for (int round = 0; round < 2; round++) {
            assertEpochEnd(-5, -5, 0);
            assertEpochEnd(-1, -1, -1);
            assertEpochEnd(0, 0, 0);
            assertEpochEnd(1, 1, 2);
            assertEpochEnd(2, 1, 2);
            assertEpochEnd(3, 3, 4);
            assertEpochEnd(5, 5, 5);
            assertEpochEnd(6, -1, -1);
            reopen();
        }
    }

    private void assertEpochEnd(final int asked, final int epoch, final long end) {
        assertEquals(KafkaErrors.NONE, log.endOffsetForEpoch(asked, found));
        assertEquals(epoch, found.leaderEpoch());
        assertEquals(end, found.offset());
    }

    @Test
    void preparedLogHasItsFileBeforeTheFirstAppend() throws IOException {
        assertTrue(log.prepare(1));
        assertEquals(1, dataFiles());
        assertFalse(log.releaseIfIdle(0), "a log opened ahead is kept for its first append");
        appendTimed(1);
        final Segment only = log.files().segments().last();
        assertEquals(0, only.baseOffset());
        assertEquals(1, dataFiles());
    }
}
