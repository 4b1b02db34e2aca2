package io.tickwire.storage.compaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSlices;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A base offset that was changed to one that compaction has taken out: the batch's own checksum is right, and so is the order. */
class DamagedOffsetTest {
    private static final byte[] BASE_OFFSET_AND_LENGTH = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    @TempDir
    private Path directory;

    @BeforeEach
    void moveOffset4To3() throws IOException {
        try (CompactedLog log = new CompactedLog(directory, Compression.NONE, Map.of())) {
            log.run("a1 a2 a3 b1 | c1 CLEAN");
            assertEquals("2:a3 3:b1 4:c1", log.show());
            log.run("b2 | d1 CLEAN");
            assertEquals("2:a3 4:c1 5:b2 6:d1", log.show());
        }
        moveOffset(4, 3);
    }

    @Test
    void batchWithAnotherOffsetIsNotServed() throws IOException {
        try (CompactedLog log = new CompactedLog(directory, Compression.NONE)) {
            LogSlices slices = new LogSlices(64);
            assertEquals(KafkaErrors.NONE, log.log.read(0, 1 << 20, true, Isolation.LOG_END, slices));
            assertEquals(1, slices.count(), "batches before it");
            assertEquals(3, slices.nextOffset());
            assertEquals(KafkaErrors.CORRUPT_MESSAGE, log.log.read(3, 1 << 20, true, Isolation.LOG_END, slices));
            slices.release();
            assertEquals(1, log.log.corruptions());
        }
    }

    @Test
    void compactionLeavesItAlone() throws IOException {
        try (CompactedLog log = new CompactedLog(directory, Compression.NONE)) {
            log.run("e1 | f1");
            assertEquals(0, log.clean(), "passes over a damaged batch");
            assertEquals(1, log.cleaner.uncleanable().size(), "logs that are left alone");
        }
    }

    @Test
    void recoveryReportsIt() throws IOException {
        Files.delete(directory.resolve("logs").resolve("prices-0").resolve(LogManifest.FILE_NAME));
        try (CompactedLog log = new CompactedLog(directory, Compression.NONE)) {
            assertTrue(
                    log.catalog.recovery().corruptions().stream()
                            .anyMatch(found -> found.what().equals("header does not match its guard")),
                    () -> "found: " + log.catalog.recovery().corruptions());
        }
    }

    private void moveOffset(int from, int to) throws IOException {
        Path logDirectory = directory.resolve("logs").resolve("prices-0");
        SegmentInfo compacted = LogManifest.read(logDirectory).segments().getFirst();
        Path file = logDirectory.resolve("g" + compacted.generation()).resolve("19700101-00F.cq4");
        byte[] sought = BASE_OFFSET_AND_LENGTH.clone();
        sought[7] = (byte) from;
        try (RandomAccessFile data = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] all = new byte[(int) compacted.endPosition()];
            data.readFully(all);
            int found = -1;
            for (int at = 0; at + sought.length <= all.length; at += 4) {
                if (Arrays.equals(all, at, at + sought.length, sought, 0, sought.length)) {
                    found = at;
                }
            }
            assertTrue(found > 0, "batch at " + from);
            data.seek(found + 7);
            data.write(to);
        }
    }
}
