package io.tickwire.storage.producer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.LogSlices;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProducerStateTest {
    private static final long NOW_MS = 1_000_000;

    /** Small files, which are copied soon. */
    private static final LogSettings SETTINGS = LogSettings.defaults().withSegmentBytes(1 << 20);

    private static final CatalogOptions OPTIONS = new CatalogOptions(key -> SETTINGS, 1, 60_000);

    @TempDir
    Path directory;

    private final AppendResult result = new AppendResult();
    private final LogSlices slices = new LogSlices(100);
    private Path root;
    private LogCatalog catalog;
    private PartitionLog log;

    @BeforeEach
    void createLog() throws IOException {
        root = directory.resolve("data");
        catalog = LogCatalog.open(root, OPTIONS);
        // Copies of the files should not take long.
        log = catalog.create(
                new TopicKey("ticks", 1, 2, 0), LogSettings.defaults().withSegmentBytes(1 << 20));
    }

    @AfterEach
    void closeCatalog() throws IOException {
        slices.release();
        catalog.close();
    }

    private void reopen() throws IOException {
        catalog.close();
        catalog = LogCatalog.open(root, OPTIONS);
        log = catalog.get("ticks", 0);
    }

    /** Goes on with a copy of the files as they are in the middle of things, as after a crash of the process. */
    private void crashAndReopen(final boolean withSnapshot) throws IOException {
        final Path copy = directory.resolve("copy" + System.nanoTime());
        try (Stream<Path> files = Files.walk(root)) {
            for (final Path file : files.toList()) {
                Files.copy(file, copy.resolve(root.relativize(file)));
            }
        }
        if (!withSnapshot) {
            Files.deleteIfExists(copy.resolve("logs/ticks-0/producers"));
        }
        catalog.close();
        root = copy;
        catalog = LogCatalog.open(copy, OPTIONS);
        log = catalog.get("ticks", 0);
        assertEquals(1, catalog.recovery().uncleanLogs());
        assertEquals(List.of(), catalog.recovery().corruptions());
    }

    private short append(final MemoryRecords records, final AppendOrigin origin) {
        final UnsafeBuffer buffer = new UnsafeBuffer(records.buffer());
        return log.append(buffer, 0, records.sizeInBytes(), origin, 0, NOW_MS, result);
    }

    private short produce(final long producer, final int epoch, final int sequence, final int records) {
        return append(
                MemoryRecords.withIdempotentRecords(
                        Compression.NONE, producer, (short) epoch, sequence, records(records)),
                AppendOrigin.CLIENT);
    }

    private short produceInTransaction(final long producer, final int epoch, final int sequence, final int records) {
        return append(
                MemoryRecords.withTransactionalRecords(
                        Compression.NONE, producer, (short) epoch, sequence, records(records)),
                AppendOrigin.CLIENT);
    }

    private short end(final long producer, final int epoch, final ControlRecordType type, final int coordinatorEpoch) {
        return append(
                MemoryRecords.withEndTransactionMarker(
                        NOW_MS, producer, (short) epoch, new EndTransactionMarker(type, coordinatorEpoch)),
                AppendOrigin.COORDINATOR);
    }

    private static SimpleRecord[] records(final int count) {
        return Stream.generate(() -> new SimpleRecord(NOW_MS, "v".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .limit(count)
                .toArray(SimpleRecord[]::new);
    }

    @Test
    void sequencesInOrderAreAppendedOthersRefused() {
        assertEquals(KafkaErrors.NONE, produce(7, 0, 0, 3));
        assertEquals(KafkaErrors.NONE, produce(7, 0, 3, 1));
        assertEquals(KafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER, produce(7, 0, 5, 1));
        assertEquals(KafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER, produce(7, 1, 5, 1));
        assertEquals(KafkaErrors.NONE, produce(7, 1, 0, 1));
        assertEquals(KafkaErrors.INVALID_PRODUCER_EPOCH, produce(7, 0, 4, 1));
        assertEquals(KafkaErrors.NONE, produce(8, 0, 77, 1), "an unknown producer may begin anywhere");
        assertEquals(6, log.logEndOffset());
    }

    @Test
    void sequencesGoRoundAtTheirMaximum() {
        assertEquals(KafkaErrors.NONE, produce(7, 0, Integer.MAX_VALUE - 1, 2));
        assertEquals(KafkaErrors.NONE, produce(7, 0, 0, 1));
        assertEquals(KafkaErrors.NONE, produce(9, 0, Integer.MAX_VALUE, 2));
        assertEquals(KafkaErrors.NONE, produce(9, 0, 1, 1));
    }

    @Test
    void duplicatesOfTheLastFiveAreAnsweredWithTheirFirstOffset() throws IOException {
        for (int i = 0; i < 6; i++) {
            assertEquals(KafkaErrors.NONE, produce(7, 0, 2 * i, 2));
        }
        for (int round = 0; round < 4; round++) {
            for (int i = 1; i < 6; i++) {
                assertEquals(KafkaErrors.NONE, produce(7, 0, 2 * i, 2));
                assertTrue(result.isDuplicate());
                assertEquals(2L * i, result.baseOffset());
                assertEquals(2L * i + 1, result.lastOffset());
            }
            assertEquals(KafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER, produce(7, 0, 0, 2));
            assertEquals(12, log.logEndOffset());
            switch (round) {
                case 0 -> reopen();
                case 1 -> {
                    log.prepare(NOW_MS);
                    crashAndReopen(true);
                }
                default -> {
                    log.prepare(NOW_MS);
                    crashAndReopen(false);
                }
            }
        }
    }

    @Test
    void openTransactionHoldsTheLastStableOffsetAndAbortedOnesAreListed() throws IOException {
        assertEquals(KafkaErrors.NONE, produce(1, 0, 0, 2));
        assertEquals(KafkaErrors.NONE, produceInTransaction(7, 0, 0, 2)); // 2, 3
        assertEquals(KafkaErrors.NONE, produceInTransaction(8, 0, 0, 1)); // 4
        assertEquals(2, log.lastStableOffset());
        assertEquals(5, log.highWatermark());
        assertEquals(KafkaErrors.INVALID_TXN_STATE, produce(7, 0, 2, 1));
        assertEquals(KafkaErrors.NONE, end(8, 0, ControlRecordType.ABORT, 3)); // 5
        assertEquals(2, log.lastStableOffset());
        for (int round = 0; round < 3; round++) {
            assertEquals(KafkaErrors.NONE, log.read(0, 1 << 20, true, Isolation.COMMITTED, slices));
            assertEquals(2, slices.nextOffset());
            assertEquals(0, slices.abortedCount());
            assertEquals(2, log.lastStableOffset());
            if (round == 0) {
                reopen();
            } else if (round == 1) {
                assertEquals(KafkaErrors.NONE, produceInTransaction(7, 0, 2, 1)); // 6
                crashAndReopen(false);
            }
        }
        assertEquals(KafkaErrors.NONE, end(7, 0, ControlRecordType.COMMIT, 3)); // 7
        assertEquals(8, log.lastStableOffset());
        assertEquals(KafkaErrors.NONE, log.read(0, 1 << 20, true, Isolation.COMMITTED, slices));
        assertEquals(7, slices.nextOffset(), "a read ends with its segment, here where the crash was");
        assertEquals(1, slices.abortedCount());
        assertEquals(8, slices.abortedProducerId(0));
        assertEquals(4, slices.abortedFirstOffset(0));
        log.read(6, 1 << 20, true, Isolation.COMMITTED, slices);
        assertEquals(7, slices.nextOffset());
        assertEquals(0, slices.abortedCount());
        log.read(0, 1 << 20, true, Isolation.UNCOMMITTED, slices);
        assertEquals(0, slices.abortedCount());
    }

    @Test
    void staleMarkersAreFenced() {
        assertEquals(KafkaErrors.NONE, produceInTransaction(7, 5, 0, 1));
        assertEquals(KafkaErrors.INVALID_PRODUCER_EPOCH, end(7, 4, ControlRecordType.ABORT, 3));
        assertEquals(KafkaErrors.NONE, end(7, 6, ControlRecordType.COMMIT, 3));
        assertEquals(KafkaErrors.NONE, produceInTransaction(7, 6, 0, 1));
        assertEquals(KafkaErrors.TRANSACTION_COORDINATOR_FENCED, end(7, 6, ControlRecordType.ABORT, 2));
        assertEquals(KafkaErrors.INVALID_PRODUCER_EPOCH, produceInTransaction(7, 5, 1, 1));
    }

    @Test
    void producersAreDescribedAndForgottenWhenSilent() {
        assertEquals(KafkaErrors.NONE, produce(7, 2, 0, 3));
        assertEquals(KafkaErrors.NONE, produceInTransaction(8, 1, 0, 1));
        final List<ProducerInfo> before = log.producers();
        assertEquals(2, before.size());
        assertTrue(before.contains(new ProducerInfo(7, (short) 2, 2, 2, NOW_MS, -1, -1)));
        assertTrue(before.contains(new ProducerInfo(8, (short) 1, 0, 3, NOW_MS, -1, 3)));
        log.enforceRetention(NOW_MS + 86_400_001);
        assertEquals(
                List.of(8L),
                log.producers().stream().map(ProducerInfo::producerId).toList());
        assertFalse(result.isDuplicate());
    }

    @Test
    void damagedSnapshotIsReadFromTheLogInstead() throws IOException {
        produce(7, 0, 0, 3);
        catalog.close();
        final Path snapshot = root.resolve("logs/ticks-0/producers");
        final byte[] bytes = Files.readAllBytes(snapshot);
        bytes[30] ^= 1;
        Files.write(snapshot, bytes);
        catalog = LogCatalog.open(root, OPTIONS);
        log = catalog.get("ticks", 0);
        assertEquals(KafkaErrors.NONE, produce(7, 0, 0, 3));
        assertTrue(result.isDuplicate());
    }
}
