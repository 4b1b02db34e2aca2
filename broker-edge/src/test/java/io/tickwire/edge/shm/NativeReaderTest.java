package io.tickwire.edge.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The C header against the Java writer, in another process: C, C++ and Python, plain and under sanitizers. */
class NativeReaderTest {
    private static final int RECORDS = 60_000;
    private static final String TOOLCHAINS = "io.tickwire.edge.shm.Toolchain#all";
    private static final List<String> SKIP = List.of("--policy", "skip");

    @TempDir
    Path directory;

    private Path compile(final Toolchain toolchain) throws IOException, InterruptedException {
        final Path program = directory.resolve("tail");
        toolchain.build(program, Toolchain.SOURCES.resolve("tickwire_tail.c"));
        return program;
    }

    @ParameterizedTest
    @MethodSource(TOOLCHAINS)
    void fastWriterEveryOffsetIsReadWholeOrReportedMissing(final Toolchain toolchain)
            throws IOException, InterruptedException {
        final Path program = compile(toolchain);
        try (ShmFixture broker = new ShmFixture(directory.resolve("shm"))) {
            readEverything(broker, List.of(program.toString()), List.of());
        }
    }

    @Test
    void pythonThroughTheSharedLibraryReadsTheSame() throws IOException, InterruptedException {
        assumeTrue(Toolchain.isCi() || Toolchain.isInstalled("python3"), "python3 is not installed: skipped");
        final Path library = directory.resolve("libtickwire_shm.so");
        new Toolchain("gcc", List.of("-O2", "-shared", "-fPIC"))
                .build(library, Toolchain.SOURCES.resolve("tickwire_shm.c"));
        try (ShmFixture broker = new ShmFixture(directory.resolve("shm"))) {
            readEverything(
                    broker,
                    List.of(
                            "python3",
                            Toolchain.SOURCES.resolve("tickwire_tail.py").toString()),
                    List.of(library.toString()));
        }
    }

    @Test
    void ringCutOffUnderTheReaderIsReportedNotACrash() throws IOException, InterruptedException {
        final Path program = compile(Toolchain.plain());
        try (ShmFixture broker = new ShmFixture(directory.resolve("shm"))) {
            final Process reader = new ProcessBuilder(
                            program.toString(), broker.directory.toString(), ShmFixture.TOPIC, "0", "1")
                    .start();
            final BufferedReader errors = reader.errorReader(StandardCharsets.UTF_8);
            assertEquals("ready", errors.readLine());
            final Path ring;
            try (RegistryView view = RegistryView.open(broker.directory)) {
                ring = view.find(ShmFixture.TOPIC, 0);
            }
            try (FileChannel file = FileChannel.open(ring, StandardOpenOption.WRITE)) {
                file.truncate(0);
            }
            assertTrue(reader.waitFor(60, TimeUnit.SECONDS), "the reader is stuck");
            assertEquals("damaged ring", errors.readLine());
            assertEquals(4, reader.exitValue());
        }
    }

    private void readEverything(final ShmFixture broker, final List<String> program, final List<String> arguments)
            throws IOException, InterruptedException {
        broker.publishMany(10);
        final Path output = directory.resolve("records");
        final List<String> command = new ArrayList<>(program);
        command.addAll(SKIP);
        command.addAll(arguments);
        command.addAll(List.of(broker.directory.toString(), ShmFixture.TOPIC, "0", "" + RECORDS));
        final Process reader =
                new ProcessBuilder(command).redirectOutput(output.toFile()).start();
        final BufferedReader errors = reader.errorReader(StandardCharsets.UTF_8);
        assertEquals("ready", errors.readLine());
        publishInBursts(broker);
        assertTrue(reader.waitFor(60, TimeUnit.SECONDS), "the reader is stuck");
        assertEquals(0, reader.exitValue(), () -> errors.lines().toList().toString());
        check(output, broker);
    }

    /** Some bursts fit the ring, some lap it. */
    private static void publishInBursts(final ShmFixture broker) throws InterruptedException {
        int published = 0;
        for (int burst = 0; published < RECORDS; burst++) {
            final int count = Math.min(burst % 4 == 3 ? 5_000 : 200, RECORDS - published);
            broker.publishMany(count);
            published += count;
            Thread.sleep(0, 300_000);
        }
    }

    private static void check(final Path output, final ShmFixture broker) throws IOException {
        long expected = 10;
        int records = 0;
        for (final String line : Files.readAllLines(output)) {
            final String[] words = line.split(" ", -1);
            if (words[0].equals("gap")) {
                assertEquals(expected, Long.parseLong(words[1]), line);
                expected = Long.parseLong(words[2]);
                continue;
            }
            final ShmFixture.InMemoryJournal.Entry entry = broker.journal.records.get(expected);
            assertEquals(expected, Long.parseLong(words[0]), line);
            assertEquals(expected + 1, Long.parseLong(words[1]), line);
            assertEquals(hex(entry.key()), words[2], line);
            assertEquals(hex(entry.value()), words[3], line);
            expected++;
            records++;
        }
        assertEquals(10 + RECORDS, expected);
        assertFalse(records == 0, "not one record was read");
    }

    private static String hex(final String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }
}
