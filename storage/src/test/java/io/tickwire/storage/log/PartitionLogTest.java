package io.tickwire.storage.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordBatchEncoder;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionLogTest {
    private static final TopicKey KEY = new TopicKey("ticks", 1, 2, 0);

    @TempDir
    Path directory;

    private final AppendResult result = new AppendResult();
    private final LogSlices slices = new LogSlices(1000);
    private LogCatalog catalog;
    private PartitionLog log;

    @BeforeEach
    void createLog() throws IOException {
        catalog = LogCatalog.open(directory, CatalogOptions.defaults());
        log = catalog.create(KEY, LogSettings.defaults());
    }

    @AfterEach
    void closeCatalog() throws IOException {
        slices.release();
        catalog.close();
    }

    private void reopen() throws IOException {
        slices.release();
        catalog.close();
        catalog = LogCatalog.open(directory, CatalogOptions.defaults());
        log = catalog.get("ticks", 0);
    }

    private List<String> appendNumbered(final int from, final int to) {
        final List<String> values = new ArrayList<>();
        for (int i = from; i < to; i++) {
            values.add("value-" + i);
            assertEquals(KafkaErrors.NONE, Fixtures.append(log, Fixtures.batch("value-" + i), result));
            assertEquals(i, result.baseOffset());
        }
        return values;
    }

    @Test
    void newLogAppendAssignsOffsetsAndIsReadBack() {
        final UnsafeBuffer two = Fixtures.batch(5000, new byte[] {1}, new byte[] {2});
        assertEquals(KafkaErrors.NONE, log.append(two, 0, two.capacity(), AppendOrigin.CLIENT, 7, 1, result));
        assertEquals(0, result.baseOffset());
        assertEquals(1, result.lastOffset());
        assertEquals(2, result.recordCount());
        assertEquals(KafkaErrors.NONE, Fixtures.append(log, Fixtures.batch("x"), result));
        assertEquals(2, result.baseOffset());
        assertEquals(3, log.logEndOffset());
        assertEquals(3, log.highWatermark());
        assertEquals(KafkaErrors.NONE, log.read(1, 1 << 20, true, Isolation.UNCOMMITTED, slices));
        assertEquals(2, slices.count());
        final UnsafeBuffer first = Fixtures.batches(slices).get(0);
        final RecordBatchFlyweight batch = new RecordBatchFlyweight().wrap(first, 0);
        assertEquals(0, batch.baseOffset());
        assertEquals(7, batch.partitionLeaderEpoch());
        assertTrue(batch.crcMatches(new Crc32C()));
        assertEquals(3, slices.nextOffset());
    }

    @Test
    void emptyLogReadsNothingAndRefusesOffsetsOutside() {
        assertEquals(KafkaErrors.NONE, log.read(0, 1000, true, Isolation.UNCOMMITTED, slices));
        assertEquals(0, slices.count());
        assertEquals(KafkaErrors.OFFSET_OUT_OF_RANGE, log.read(1, 1000, true, Isolation.UNCOMMITTED, slices));
        assertEquals(KafkaErrors.OFFSET_OUT_OF_RANGE, log.read(-1, 1000, true, Isolation.UNCOMMITTED, slices));
    }

    @Test
    void readStopsAtMaxBytesButReturnsOneBatch() {
        appendNumbered(0, 10);
        final int one = Fixtures.batch("value-0").capacity();
        assertEquals(KafkaErrors.NONE, log.read(0, 3 * one, true, Isolation.UNCOMMITTED, slices));
        assertEquals(3, slices.count());
        assertEquals(KafkaErrors.NONE, log.read(4, 1, true, Isolation.UNCOMMITTED, slices));
        assertEquals(1, slices.count());
        assertEquals(KafkaErrors.NONE, log.read(4, 1, false, Isolation.UNCOMMITTED, slices));
        assertEquals(0, slices.count());
    }

    @Test
    void largeRecordsSurviveReopening() throws IOException {
        log.updateSettings(LogSettings.fromKafka(Map.of("max.message.bytes", "60000000")));
        final Random random = new Random(3);
        final List<byte[]> values = new ArrayList<>();
        for (final int size : new int[] {1 << 20, 100, 20_000_000, 3, 50_000_000, 70_000}) {
            final byte[] value = new byte[size];
            random.nextBytes(value);
            values.add(value);
            assertEquals(KafkaErrors.NONE, Fixtures.append(log, Fixtures.batch(1, value), result));
        }
        reopen();
        for (int i = 0; i < values.size(); i++) {
            assertEquals(KafkaErrors.NONE, log.read(i, 1, true, Isolation.UNCOMMITTED, slices));
            final UnsafeBuffer expected = Fixtures.batch(1, values.get(i));
            new RecordBatchFlyweight().wrapMutable(expected, 0).baseOffset(i).partitionLeaderEpoch(0);
            assertArrayEquals(
                    expected.byteArray().length > 0 ? bytes(expected) : null,
                    bytes(Fixtures.batches(slices).get(0)));
        }
    }

    private static byte[] bytes(final UnsafeBuffer buffer) {
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    @Test
    void batchOverMaxMessageBytesIsRefused() {
        final UnsafeBuffer batch = Fixtures.batch(1, new byte[2_000_000]);
        assertEquals(KafkaErrors.MESSAGE_TOO_LARGE, Fixtures.append(log, batch, result));
        assertEquals(0, log.logEndOffset());
    }

    @Test
    void cleanReopenGoesOnInTheSameFile() throws IOException {
        final List<String> values = appendNumbered(0, 50);
        reopen();
        assertEquals(0, catalog.recovery().uncleanLogs());
        values.addAll(appendNumbered(50, 60));
        assertEquals(1, log.files().segments().size());
        assertEquals(values, Fixtures.values(log, 0));
        assertEquals(values.subList(33, 60), Fixtures.values(log, 33));
    }

    @Test
    void segmentsRollBySizeAndAreReadAcross() throws IOException {
        log.updateSettings(LogSettings.defaults().withSegmentBytes(2000));
        final List<String> values = appendNumbered(0, 300);
        assertTrue(
                log.files().segments().size() > 5,
                "segments " + log.files().segments().size());
        assertEquals(values, Fixtures.values(log, 0));
        reopen();
        values.addAll(appendNumbered(300, 310));
        assertEquals(values, Fixtures.values(log, 0));
    }

    @Test
    void claimedBatchIsEncodedInPlace() {
        final UnsafeBuffer region = new UnsafeBuffer(0, 0);
        assertEquals(KafkaErrors.NONE, log.claim(1000, 5, region));
        final RecordBatchEncoder encoder = new RecordBatchEncoder().begin(region, 0, 1000);
        Fixtures.append(encoder, 5, "in place".getBytes(StandardCharsets.UTF_8));
        log.commit(encoder.finish(), 3, 5, result);
        assertEquals(0, result.baseOffset());
        assertEquals(KafkaErrors.NONE, log.claim(500, 5, region));
        region.setMemory(0, 500, (byte) 0xff);
        log.abort();
        appendNumbered(1, 2);
        assertEquals(List.of("in place", "value-1"), Fixtures.values(log, 0));
    }

    /** Reserves and claims, and commits one record when told to end. */
    private final class Holder implements ClaimHolder {
        private final RecordBatchEncoder encoder = new RecordBatchEncoder();
        private int ended;

        Holder(final String value) {
            final UnsafeBuffer region = new UnsafeBuffer(0, 0);
            assertEquals(KafkaErrors.NONE, log.reserve(1000, 5, this));
            assertEquals(KafkaErrors.NONE, log.claimReserved(region));
            encoder.begin(region, 0, 1000);
            Fixtures.append(encoder, 5, value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void endClaim() {
            ended++;
            log.commit(encoder.finish(), 0, 5, new AppendResult());
        }
    }

    @Test
    void anothersAppendComesAfterWhatIsHeld() {
        final Holder holder = new Holder("held");
        appendNumbered(1, 3);
        assertEquals(1, holder.ended);
        assertEquals(List.of("held", "value-1", "value-2"), Fixtures.values(log, 0));
    }

    @Test
    void anothersReservationComesAfterWhatIsHeld() {
        final Holder first = new Holder("first");
        final Holder second = new Holder("second");
        second.endClaim();
        assertEquals(1, first.ended);
        assertEquals(List.of("first", "second"), Fixtures.values(log, 0));
    }

    @Test
    void whatTheOwnerItselfWantsAloneComesAfterWhatIsHeld() throws IOException {
        final Holder holder = new Holder("held");
        assertTrue(log.roll(5));
        assertEquals(1, holder.ended);
        final Holder last = new Holder("last");
        log.close();
        assertEquals(1, last.ended);
        reopen();
        assertEquals(List.of("held", "last"), Fixtures.values(log, 0));
    }

    @Test
    void reservationGivenUpLeavesNothing() {
        assertEquals(KafkaErrors.NONE, log.reserve(1000, 5, () -> {}));
        log.abort();
        appendNumbered(0, 1);
        assertEquals(List.of("value-0"), Fixtures.values(log, 0));
    }

    @Test
    void claimsForRecordsOfAnEarlierYearStayInOneSegment() throws IOException {
        final UnsafeBuffer region = new UnsafeBuffer(0, 0);
        final long nowMs = 1_700_000_000_000L;
        for (int i = 0; i < 5; i++) {
            assertEquals(KafkaErrors.NONE, log.claim(1000, nowMs, region));
            final RecordBatchEncoder encoder = new RecordBatchEncoder().begin(region, 0, 1000);
            Fixtures.append(encoder, 1000 + i, "replayed".getBytes(StandardCharsets.UTF_8));
            log.commit(encoder.finish(), 0, nowMs, result);
        }
        try (Stream<Path> files = Files.walk(directory)) {
            assertEquals(1, files.filter(f -> f.toString().endsWith(".cq4")).count());
        }
    }

    @Test
    void logAppendTimeIsStampedWithItsChecksum() {
        log.updateSettings(LogSettings.fromKafka(Map.of("message.timestamp.type", "LogAppendTime")));
        final UnsafeBuffer sent = Fixtures.batch("x");
        assertEquals(KafkaErrors.NONE, log.append(sent, 0, sent.capacity(), AppendOrigin.CLIENT, 0, 123_456, result));
        assertEquals(123_456, result.logAppendTimeMs());
        log.read(0, 1000, true, Isolation.UNCOMMITTED, slices);
        final RecordBatchFlyweight batch =
                new RecordBatchFlyweight().wrap(Fixtures.batches(slices).get(0), 0);
        assertTrue(batch.isLogAppendTime());
        assertEquals(123_456, batch.maxTimestamp());
        assertTrue(batch.crcMatches(new Crc32C()));
    }

    @Test
    void damagedBatchOfAClosedLogIsRefusedAndOthersServed() throws IOException {
        appendNumbered(0, 100);
        reopen();
        final Segment segment = log.files().segments().last();
        flip(segment.dataFile(), segment.endPosition() - 10);
        assertEquals(KafkaErrors.CORRUPT_MESSAGE, log.read(99, 1000, true, Isolation.UNCOMMITTED, slices));
        assertEquals(1, log.corruptions());
        assertEquals(KafkaErrors.NONE, log.read(50, 1 << 20, true, Isolation.UNCOMMITTED, slices));
        assertEquals(99, slices.nextOffset());
    }

    @Test
    void listenerSeesEveryBatchBeforeAppendReturns() {
        final List<Long> offsets = new ArrayList<>();
        log.appendListener((l, base, last, address, length) -> {
            offsets.add(base);
            assertEquals(
                    base,
                    new RecordBatchFlyweight()
                            .wrap(new UnsafeBuffer(address, length), 0)
                            .baseOffset());
        });
        log.highWatermarkListener((l, offset) -> offsets.add(offset));
        appendNumbered(0, 2);
        assertEquals(List.of(0L, 1L, 1L, 2L), offsets);
    }

    @Test
    void deletedLogLeavesNoFilesAndKeepsPinnedReads() throws IOException {
        appendNumbered(0, 10);
        log.read(0, 1 << 20, true, Isolation.UNCOMMITTED, slices);
        final List<UnsafeBuffer> before = Fixtures.batches(slices);
        final Path logDirectory = log.files().directory();
        catalog.delete(log);
        assertFalse(Files.exists(logDirectory));
        assertNull(catalog.get("ticks", 0));
        assertEquals(before, Fixtures.batches(slices));
        assertEquals(KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION, Fixtures.append(log, Fixtures.batch("x"), result));
        assertEquals(
                KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION,
                log.read(0, 100, true, Isolation.UNCOMMITTED, new LogSlices(1)));
        log = catalog.create(KEY, LogSettings.defaults());
        appendNumbered(0, 3);
    }

    private static void flip(final Path file, final long position) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.flip();
            one.put(0, (byte) (one.get(0) ^ 0x10));
            channel.write(one, position);
        }
    }
}
