package io.tickwire.storage.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tickwire.storage.os.Posix;
import io.tickwire.storage.producer.ProducerSnapshot;
import io.tickwire.storage.producer.ProducerTable;
import io.tickwire.storage.segment.CorruptManifestException;
import io.tickwire.storage.segment.LogIdentity;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.NewerManifestException;
import io.tickwire.storage.segment.SegmentIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.agrona.IoUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Any contents in each of the small files beside a journal, under a checksum that is right, so that what is behind it is reached, too: taken
 * or refused as damaged, nothing else. What damage does to the log as a whole is in {@code RecoveryFuzzTest}. Without
 * {@code JAZZER_FUZZ=1} the committed inputs run as plain tests.
 */
class StateFilesFuzzTest {
    private static final long WINDOW_BYTES = 64 * 1024;
    private static final int INDEX_HEADER_BYTES = 64;
    private static final int INDEX_ENTRY_BYTES = 24;

    private static Path directory;

    @BeforeAll
    static void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("tickwire-fuzz");
    }

    @AfterAll
    static void removeDirectory() {
        IoUtil.delete(directory.toFile(), true);
    }

    private static long crc(final byte[] content) {
        final CRC32C crc = new CRC32C();
        crc.update(content, 0, content.length);
        return crc.getValue();
    }

    @FuzzTest(maxDuration = "1m")
    void manifest(final byte[] content) throws IOException {
        // The checksum is over the text, so bytes that are none have another one than they get here.
        final byte[] text = new String(content, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
        final String sealed = new String(text, StandardCharsets.UTF_8) + "crc " + Long.toHexString(crc(text)) + "\n";
        Files.writeString(directory.resolve(LogManifest.FILE_NAME), sealed);
        try {
            final LogManifest read = LogManifest.read(directory);
            read.write(directory, false);
            assertEquals(read.segments(), LogManifest.read(directory).segments());
        } catch (final CorruptManifestException | NewerManifestException e) {
            assertTrue(e.getMessage().contains(LogManifest.FILE_NAME), e.getMessage());
        }
    }

    @FuzzTest(maxDuration = "1m")
    void identity(final byte[] content) throws IOException {
        Files.write(directory.resolve(LogIdentity.FILE_NAME), content);
        try {
            final LogIdentity read = LogIdentity.read(directory);
            read.write(directory);
            assertEquals(read, LogIdentity.read(directory));
        } catch (final CorruptManifestException e) {
            assertTrue(e.getMessage().contains(LogIdentity.FILE_NAME), e.getMessage());
        }
    }

    @FuzzTest(maxDuration = "1m")
    void producerSnapshot(final byte[] content) throws IOException {
        Files.write(
                directory.resolve(ProducerSnapshot.FILE_NAME),
                ByteBuffer.allocate(content.length + Long.BYTES)
                        .put(content)
                        .putLong(crc(content))
                        .array());
        final ProducerTable table = new ProducerTable();
        final long offset = ProducerSnapshot.read(directory, table);
        if (offset < 0) {
            assertEquals(0, table.size(), "nothing of a snapshot that is not believed");
        } else {
            ProducerSnapshot.write(directory, table, offset);
            final ProducerTable again = new ProducerTable();
            assertEquals(offset, ProducerSnapshot.read(directory, again));
            assertEquals(table.describe().size(), again.describe().size());
        }
    }

    /** An index is a hint: whatever it holds, searches stay inside its pages. */
    @FuzzTest(maxDuration = "1m")
    void index(final byte[] content) throws IOException {
        final Path file = directory.resolve("any" + SegmentIndex.FILE_SUFFIX);
        Files.write(file, content);
        try (SegmentIndex index = SegmentIndex.open(file, 0, 0, 0, WINDOW_BYTES)) {
            assertTrue(
                    index.count()
                            <= (Math.max(Posix.PAGE_BYTES, content.length) - INDEX_HEADER_BYTES) / INDEX_ENTRY_BYTES,
                    "entries beyond the file");
            for (final long value : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
                assertTrue(index.floorOffset(value) < Math.max(1, index.count()));
                assertTrue(index.lastBefore(value) < Math.max(1, index.count()));
            }
            index.isOrdered(Long.MAX_VALUE);
        }
        Files.delete(file);
    }
}
