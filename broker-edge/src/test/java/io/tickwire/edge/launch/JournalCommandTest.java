package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
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
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
            for (int i = 0; i < BATCHES; i++) {
                append(log, i);
            }
        }
    }

    private static void append(PartitionLog log, int number) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);
        UnsafeBuffer value = new UnsafeBuffer("a-known-value".getBytes(StandardCharsets.US_ASCII));
        RecordBatchEncoder encoder = new RecordBatchEncoder().begin(buffer, 0, buffer.capacity());
        encoder.append(1_000 + number, value, 0, -1, value, 0, value.capacity(), HeaderBlock.EMPTY);
        assertEquals(0, log.append(buffer, 0, encoder.finish(), AppendOrigin.FEED, 0, 2_000, new AppendResult()));
    }

    /** A process that appends to {@code args[0]} until it is killed, telling how many batches are in. */
    static final class Writer {
        private Writer() {}

        /** Appends and prints. */
        public static void main(String[] args) throws IOException {
            LogCatalog catalog = LogCatalog.open(Path.of(args[0]), CatalogOptions.defaults());
            PartitionLog log = catalog.get("prices", 0);
            for (int i = BATCHES; ; i++) {
                append(log, i);
                System.out.println(i + 1);
            }
        }
    }

    private int appendAndKill(int batches) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.startsWith("-Dchronicle"))
                .forEach(command::add);
        command.addAll(List.of("-Xmx256m", "-ea", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(Writer.class.getName(), directory.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int in = 0;
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            while (in < batches) {
                String line = lines.readLine();
                assertNotNull(line, "the writer ended after " + in);
                in = Integer.parseInt(line);
            }
            process.toHandle().destroyForcibly();
        }
        process.waitFor();
        return in;
    }

    @Test
    void directoryOfAKilledProcessIsReadByEachCommand() throws IOException, InterruptedException {
        int acknowledged = appendAndKill(100);
        assertEquals(0, run("ls", directory.toString()));
        assertTrue(out.toString().contains("closed uncleanly or in use"), out.toString());
        assertEquals(0, run("dump", "--records", directory.toString()));
        assertTrue(
                out.toString().contains((acknowledged - 1) + " " + (999 + acknowledged) + " key null value a-known"));
        int status = run("verify", directory.toString());
        assertTrue(out.toString().contains("prices-0: "), out.toString());
        // An append that the kill cut short is the one thing that may be wrong.
        assertEquals(out.toString().contains("entry was not completed") ? 1 : 0, status, out.toString());
    }

    @Test
    void withoutManifestTheJournalsAreRead() throws IOException {
        Path manifest = manifest();
        Files.delete(manifest);
        everyCommandReadsAllAndReports("DAMAGED " + manifest + " position 0 offset 0: the manifest is missing");
    }

    @Test
    void withDamagedManifestTheJournalsAreRead() throws IOException {
        Path manifest = manifest();
        byte[] bytes = Files.readAllBytes(manifest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(manifest, bytes);
        everyCommandReadsAllAndReports("its checksum does not match");
    }

    @Test
    void withoutManifestAndPartitionFileTheDirectoryNamesThePartition() throws IOException {
        Files.delete(manifest());
        Files.delete(manifest().resolveSibling("partition"));
        everyCommandReadsAllAndReports("partition position 0 offset 0: the file is missing");
    }

    private void everyCommandReadsAllAndReports(String problem) {
        assertEquals(1, run("ls", directory.toString()));
        assertTrue(out.toString().contains("prices-0 start 0 end >= 5, 1 segments"), out.toString());
        assertTrue(out.toString().contains(problem), out.toString());
        out.getBuffer().setLength(0);
        assertEquals(1, run("dump", "--records", directory.toString()));
        assertTrue(out.toString().contains("4 1004 key null value a-known-value"), out.toString());
        assertTrue(out.toString().contains(problem), out.toString());
        out.getBuffer().setLength(0);
        // One log's directory serves as well.
        assertEquals(1, run("verify", manifest().getParent().toString()));
        assertTrue(out.toString().contains("prices-0: 5 batches, end offset 5"), out.toString());
        assertTrue(out.toString().contains(problem), out.toString());
    }

    @Test
    void tornTailIsReportedWithFileAndPosition() throws IOException {
        Path file = journalFile();
        long position = lastEntry(file);
        try (RandomAccessFile journal = new RandomAccessFile(file.toFile(), "rw")) {
            journal.seek(position + 3);
            int high = journal.read();
            journal.seek(position + 3);
            journal.write(high | 0x80); // As a writer leaves it that was killed before the entry was complete.
        }
        assertEquals(1, run("verify", directory.toString()));
        assertTrue(
                out.toString()
                        .contains("DAMAGED " + file + " position " + position + " offset 4: entry was not completed"),
                out.toString());
        assertTrue(out.toString().contains("prices-0: 4 batches, end offset 4"), out.toString());
    }

    private long lastEntry(Path file) {
        assertEquals(0, run("dump", directory.toString()));
        Matcher last = Pattern.compile("batch 4\\.\\.4 position (\\d+) ").matcher(out.toString());
        assertTrue(last.find(), file + ": " + out);
        out.getBuffer().setLength(0);
        return Long.parseLong(last.group(1));
    }

    private Path manifest() {
        return directory.resolve("logs").resolve("prices-0").resolve("manifest");
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
