package io.tickwire.edge.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The C header against the Java writer, in another process, plain and under sanitizers. */
class NativeReaderTest {
    private static final int RECORDS = 60_000;
    private static final Path SOURCES = Path.of("src/main/c").toAbsolutePath();

    @TempDir
    Path directory;

    /** A compiler and its flags. */
    record Toolchain(String compiler, List<String> flags) {
        @Override
        public String toString() {
            return compiler + ' ' + String.join(" ", flags);
        }
    }

    static Stream<Toolchain> toolchains() {
        return Stream.of("gcc", "clang")
                .flatMap(compiler -> Stream.of(
                        new Toolchain(compiler, List.of("-O2")),
                        new Toolchain(
                                compiler,
                                List.of("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"))));
    }

    private static boolean isInstalled(final String program) {
        return Stream.of(System.getenv("PATH").split(":", -1)).anyMatch(d -> Files.isExecutable(Path.of(d, program)));
    }

    private Path compile(final Toolchain toolchain) throws IOException, InterruptedException {
        final boolean required =
                "true".equals(System.getenv("CI")) && toolchain.compiler().equals("gcc");
        assumeTrue(required || isInstalled(toolchain.compiler()), toolchain.compiler() + " is not installed: skipped");
        final Path program = directory.resolve("tail");
        final List<String> command = new ArrayList<>(
                List.of(toolchain.compiler(), "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"));
        command.addAll(toolchain.flags());
        command.addAll(List.of(
                "-o", program.toString(), SOURCES.resolve("tickwire_tail.c").toString()));
        final Process compiler =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, compiler.waitFor(), output);
        return program;
    }

    @ParameterizedTest
    @MethodSource("toolchains")
    void fastWriterEveryOffsetIsReadWholeOrReportedMissing(final Toolchain toolchain)
            throws IOException, InterruptedException {
        final Path program = compile(toolchain);
        try (ShmFixture broker = new ShmFixture(directory.resolve("shm"))) {
            broker.publishMany(10);
            final Path output = directory.resolve("records");
            final Process reader = new ProcessBuilder(
                            program.toString(), broker.directory.toString(), ShmFixture.TOPIC, "0", "" + RECORDS)
                    .redirectOutput(output.toFile())
                    .start();
            final BufferedReader errors = reader.errorReader(StandardCharsets.UTF_8);
            assertEquals("ready", errors.readLine());
            publishInBursts(broker);
            assertTrue(reader.waitFor(60, TimeUnit.SECONDS), "the reader is stuck");
            assertEquals(0, reader.exitValue(), () -> errors.lines().toList().toString());
            check(output, broker);
        }
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
