package io.tickwire.storage.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.recovery.Corruption;
import io.tickwire.storage.recovery.OfflineLog;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers beside the broker: following a live log, and inspecting files. */
class ReadOnlyLogTest {
    @TempDir
    Path directory;

    private final AppendResult result = new AppendResult();
    private final LogSlices slices = new LogSlices(100);
    private LogCatalog catalog;
    private PartitionLog log;

    @BeforeEach
    void createLog() throws IOException {
        catalog = LogCatalog.open(directory, CatalogOptions.defaults());
        log = catalog.create(
                new TopicKey("ticks", 1, 2, 0),
                LogSettings.fromKafka(Map.of("retention.ms", "1000")).withSegmentBytes(5000));
    }

    @AfterEach
    void closeCatalog() throws IOException {
        catalog.close();
    }

    private void append(final int count) {
        for (int i = 0; i < count; i++) {
            assertEquals(KafkaErrors.NONE, Fixtures.append(log, Fixtures.batch("v" + log.logEndOffset()), result));
        }
    }

    /** Reads to the end; checks that no offset is missing or twice. */
    private long follow(final ReadOnlyLog reader, final long from) throws IOException {
        long expected = from;
        int empty = 0;
        while (empty < 1500) {
            assertEquals(KafkaErrors.NONE, reader.read(expected, 2000, slices));
            empty = slices.count() == 0 ? empty + 1 : 0;
            for (final UnsafeBuffer batch : Fixtures.batches(slices)) {
                assertEquals(
                        expected++, new RecordBatchFlyweight().wrap(batch, 0).baseOffset());
            }
            assertEquals(expected, slices.nextOffset());
        }
        return expected;
    }

    @Test
    void liveLogIsFollowedAcrossRollsDeletionsAndReopening() throws IOException {
        try (ReadOnlyLog reader = ReadOnlyLog.open(directory, "ticks", 0)) {
            assertEquals(0, reader.logEndOffset());
            append(10);
            assertEquals(10, follow(reader, 0));
            append(500);
            assertTrue(log.files().segments().size() > 3);
            assertEquals(510, follow(reader, 10));
            assertEquals(510, reader.logEndOffset());
            assertEquals(510, follow(reader, 100));
            assertTrue(log.enforceRetention(3000) > 3);
            reader.refresh();
            assertEquals(log.logStartOffset(), reader.logStartOffset());
            assertEquals(KafkaErrors.OFFSET_OUT_OF_RANGE, reader.read(0, 100, slices));
            catalog.close();
            catalog = LogCatalog.open(directory, CatalogOptions.defaults());
            log = catalog.get("ticks", 0);
            append(20);
            assertEquals(530, follow(reader, 510));
            assertEquals(530, reader.logEndOffset());
        }
    }

    @Test
    void inspectionFindsEveryBatchAndTheFlippedBit() throws IOException {
        append(300);
        catalog.close();
        final OfflineLog offline =
                OfflineLog.open(OfflineLog.directories(directory).get(0));
        assertEquals(List.of(), offline.verify());
        long batches = 0;
        for (final SegmentInfo segment : offline.segments()) {
            batches += offline.scan(segment, (address, position, length) -> {}).batches();
        }
        assertEquals(300, batches);
        final SegmentInfo second = offline.segments().get(1);
        try (FileChannel channel = FileChannel.open(offline.file(second), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {77}), second.endPosition() - 20);
        }
        final List<Corruption> problems = offline.verify();
        assertEquals(offline.file(second), problems.get(0).file());
        assertEquals("checksum does not match", problems.get(0).what());
        catalog = LogCatalog.open(directory, CatalogOptions.defaults());
    }
}
