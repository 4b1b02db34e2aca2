package io.tickwire.storage.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.Fixtures;
import io.tickwire.storage.log.PartitionLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a writing process at random moments and looks for every acknowledged record. */
class KilledProcessTest {
    private static final int KILLS = 4;
    private static final int SMALL_SEGMENT_BYTES = 64 * 1024;

    @TempDir
    Path directory;

    @Test
    void killedWriterReopenedHasEveryAcknowledgedRecordOnceInOrder() throws IOException, InterruptedException {
        final long seed = Long.getLong("tickwire.seed", System.nanoTime());
        System.out.println("seed " + seed + " (repeat with -Dtickwire.seed)");
        final Random random = new Random(seed);
        long end = 0;
        for (int i = 0; i < KILLS; i++) {
            final long acknowledged = runAndKill(end + 1 + random.nextInt(5000));
            try (LogCatalog catalog = LogCatalog.open(directory, CatalogOptions.defaults())) {
                assertEquals(List.of(), catalog.recovery().damaged());
                final PartitionLog log = catalog.get("killed", 0);
                assertTrue(log.logEndOffset() > acknowledged, log.logEndOffset() + " after " + acknowledged);
                final List<String> expected = new ArrayList<>();
                for (long offset = 0; offset < log.logEndOffset(); offset++) {
                    expected.add("value-" + offset);
                }
                assertEquals(expected, Fixtures.values(log, 0));
                end = log.logEndOffset();
            }
        }
    }

    /** Runs the writer until it has acknowledged {@code target}, kills it; the last offset it acknowledged. */
    private long runAndKill(final long target) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--add")
                        || flag.startsWith("-Dchronicle")
                        || flag.startsWith("--enable-n")
                        || flag.startsWith("--sun"))
                .forEach(command::add);
        command.add("-Xmx256m");
        command.add("-ea");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(AppendingProcess.class.getName());
        command.add(directory.toString());
        command.add(Integer.toString(SMALL_SEGMENT_BYTES));
        final Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long last = -1;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
            String line = lines.readLine();
            while (line != null) {
                last = Long.parseLong(line);
                if (last >= target) {
                    process.toHandle().destroyForcibly(); // Process.destroyForcibly would close the pipe unread.
                }
                line = completeLine(lines);
            }
        }
        process.waitFor();
        assertTrue(last >= target, "the writer ended at " + last + " before it was killed");
        return last;
    }

    /** The next line that the kill did not cut, or null. */
    private static String completeLine(final BufferedReader lines) throws IOException {
        final StringBuilder line = new StringBuilder();
        for (int c = lines.read(); c >= 0; c = lines.read()) {
            if (c == '\n') {
                return line.toString();
            }
            line.append((char) c);
        }
        return null;
    }
}
