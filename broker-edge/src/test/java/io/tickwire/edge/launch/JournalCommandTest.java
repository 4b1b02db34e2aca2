package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.record.HeaderBlock;
import io.tickwire.kafka.record.RecordBatchEncoder;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class JournalCommandTest {
    private static final int BATCHES = 5;

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();

    @BeforeEach
    void journalOfFiveBatches() throws IOException {
        try (LogCatalog catalog = LogCatalog.open(directory, CatalogOptions.defaults())) {
            PartitionLog log = catalog.create(new TopicKey("prices", 1, 2, 0), LogSettings.defaults());
            UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);
            UnsafeBuffer value = new UnsafeBuffer("a-known-value".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < BATCHES; i++) {
                RecordBatchEncoder encoder = new RecordBatchEncoder().begin(buffer, 0, buffer.capacity());
                encoder.append(1_000 + i, value, 0, -1, value, 0, value.capacity(), HeaderBlock.EMPTY);
                assertEquals(
                        0, log.append(buffer, 0, encoder.finish(), AppendOrigin.FEED, 0, 2_000, new AppendResult()));
            }
        }
    }

    private int run(String... args) {
        return new CommandLine(new JournalCommand())
                .setOut(new PrintWriter(out, true))
                .execute(args);
    }

    @Test
    void soundJournalVerifies() {
        assertEquals(0, run("verify", directory.toString()));
        assertTrue(out.toString().contains("prices-0: 5 batches, end offset 5"), out.toString());
    }

    @Test
    void listNamesLogAndOffsets() {
        assertEquals(0, run("ls", directory.toString()));
        assertTrue(out.toString().contains("prices-0 start 0 end 5, 1 segments, closed cleanly"), out.toString());
    }

    @Test
    void dumpShowsRecords() {
        assertEquals(0, run("dump", "--records", directory.toString()));
        assertTrue(out.toString().contains("4 1004 key null value a-known-value"), out.toString());
    }

    @Test
    void flippedBitIsReportedWithFileAndOffset() throws IOException {
        Path file = journalFile();
        byte[] bytes = Files.readAllBytes(file);
        // ISO-8859-1 keeps one character a byte.
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int second = text.indexOf("a-known-value", text.indexOf("a-known-value") + 1);
        bytes[second] ^= 1;
        Files.write(file, bytes);
        assertEquals(1, run("verify", directory.toString()));
        assertTrue(out.toString().contains("DAMAGED " + file), out.toString());
        assertTrue(out.toString().contains("offset 1"), out.toString());
    }

    @Test
    void directoryWithoutJournalsIsRefused() {
        StringWriter errors = new StringWriter();
        int status = new CommandLine(new JournalCommand())
                .setErr(new PrintWriter(errors, true))
                .execute("verify", directory.resolve("nowhere").toString());
        assertTrue(status != 0);
        assertTrue(errors.toString().contains("nowhere"), errors.toString());
    }

    private Path journalFile() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> found =
                    files.filter(path -> path.toString().endsWith(".cq4")).toList();
            assertEquals(1, found.size());
            return found.getFirst();
        }
    }
}
