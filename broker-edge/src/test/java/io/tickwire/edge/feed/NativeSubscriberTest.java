package io.tickwire.edge.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.shm.Toolchain;
import io.tickwire.storage.log.TimestampResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The C subscriber in another process, on a real journal and ring that this process writes. */
class NativeSubscriberTest {
    private static final int OVERSIZE_BYTES = 20_000;

    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();
    private JournalledTopic topic;

    @BeforeEach
    void start() throws IOException {
        topic = new JournalledTopic(directory);
    }

    @AfterEach
    void stop() throws IOException {
        started.forEach(Process::destroyForcibly);
        topic.close();
    }

    private static Path tail(final Toolchain toolchain, final Path directory) throws IOException, InterruptedException {
        final Path program = directory.resolve("tail");
        toolchain.build(program, Toolchain.SOURCES.resolve("tickwire_tail.c"));
        return program;
    }

    /** A subscriber that has attached. */
    private final class Reader {
        private final Path output = directory.resolve("records-" + System.nanoTime());
        private final Process process;
        private final BufferedReader errors;

        Reader(final List<String> program, final List<String> options, final long count) throws IOException {
            final List<String> command = new ArrayList<>(program);
            command.addAll(options);
            command.addAll(List.of(topic.shm.toString(), JournalledTopic.TOPIC, "0", Long.toString(count)));
            process =
                    new ProcessBuilder(command).redirectOutput(output.toFile()).start();
            started.add(process);
            errors = process.errorReader(StandardCharsets.UTF_8);
            assertEquals("ready", errors.readLine());
        }

        List<String> lines() throws IOException, InterruptedException {
            assertTrue(
                    process.waitFor(60, TimeUnit.SECONDS),
                    () -> "stuck after " + output.toFile().length() + " bytes");
            assertEquals(0, process.exitValue(), () -> errors.lines().toList().toString());
            return Files.readAllLines(output);
        }
    }

    /** Checks records against what was produced; returns the other lines. */
    private static List<String> check(final List<String> lines, final long first, final long end) {
        final List<String> others = new ArrayList<>();
        long expected = first;
        for (final String line : lines) {
            final String[] words = line.split(" ", -1);
            if (words[0].equals("gap") || words[0].equals("compressed")) {
                assertEquals(expected, Long.parseLong(words[1]), line);
                expected = Long.parseLong(words[2]);
                others.add(line);
                continue;
            }
            assertEquals(expected, Long.parseLong(words[0]), line);
            final String value = new String(HexFormat.of().parseHex(words[3]), StandardCharsets.US_ASCII);
            assertTrue(value.startsWith("value " + expected + " "), value);
            expected++;
        }
        assertEquals(end, expected);
        return others;
    }

    private void produceHistory() {
        for (int i = 0; i < 250; i++) {
            topic.produce(Compression.NONE, 10, 1_000);
        }
        assertTrue(topic.log.files().segments().snapshot().length > 2, "several segments");
    }

    @ParameterizedTest
    @MethodSource("io.tickwire.edge.shm.Toolchain#all")
    void historyThenLiveWithLapsRollsAndRecordsTooLargeForTheRing(final Toolchain toolchain)
            throws IOException, InterruptedException {
        produceHistory();
        final Reader reader = new Reader(
                List.of(tail(toolchain, directory).toString()), List.of("--from", "earliest"), 2_500 + 6_600);
        for (int round = 0; round < 30; round++) {
            for (int i = 0; i < 21; i++) {
                topic.produce(Compression.NONE, 10, 200 * (round % 3));
            }
            topic.produce(Compression.NONE, 10, round % 10 == 0 ? OVERSIZE_BYTES : 0);
            Thread.sleep(2);
        }
        assertEquals(List.of(), check(reader.lines(), 0, 9_100));
        assertTrue(topic.publisher.channel().inJournalCount() > 0, "nothing was too large for the ring");
    }

    @Test
    void pythonReadsHistoryThenLive() throws IOException, InterruptedException {
        final Path library = directory.resolve("libtickwire_shm.so");
        new Toolchain("gcc", List.of("-O2", "-shared", "-fPIC"))
                .build(library, Toolchain.SOURCES.resolve("tickwire_shm.c"));
        produceHistory();
        final Reader reader = new Reader(
                List.of("python3", Toolchain.SOURCES.resolve("tickwire_tail.py").toString()),
                List.of("--from", "100", library.toString()),
                3_000);
        topic.produce(Compression.NONE, 600, 10);
        assertEquals(List.of(), check(reader.lines(), 100, 3_100));
    }

    @Test
    void compressedBatchesAreNamedInTheirPlace() throws IOException, InterruptedException {
        final Path program = tail(Toolchain.address(), directory);
        topic.produce(Compression.NONE, 3, 10);
        topic.produce(Compression.gzip().build(), 5, 10);
        topic.produce(Compression.NONE, 3, 10);
        final Reader reader = new Reader(List.of(program.toString()), List.of("--from", "5"), 14);
        topic.produce(Compression.NONE, 2, 10);
        topic.produce(Compression.lz4().build(), 4, 10);
        topic.produce(Compression.NONE, 2, 10);
        assertEquals(
                List.of("compressed 5 8", "compressed 13 17"),
                check(reader.lines(), 5, 19).stream().map(String::strip).toList());
    }

    @Test
    void whatRetentionHasTakenIsAGap() throws IOException, InterruptedException {
        final Path program = tail(Toolchain.address(), directory);
        produceHistory();
        topic.log.deleteRecordsBefore(2_205, new TimestampResult());
        final Reader reader = new Reader(List.of(program.toString()), List.of("--from", "10"), 2_490);
        assertEquals(List.of("gap 10 2205 RETENTION"), check(reader.lines(), 10, 2_500));
        final Reader earliest = new Reader(List.of(program.toString()), List.of("--from", "earliest"), 295);
        assertEquals(List.of(), check(earliest.lines(), 2_205, 2_500));
    }

    @Test
    void offsetBeyondTheEndIsTruncation() throws IOException, InterruptedException {
        final Path program = tail(Toolchain.address(), directory);
        topic.produce(Compression.NONE, 9, 10);
        final Reader reader = new Reader(List.of(program.toString()), List.of("--from", "20"), 13);
        topic.produce(Compression.NONE, 13, 10);
        assertEquals(List.of("gap 20 9 TRUNCATED"), check(reader.lines(), 20, 22));
    }

    @Test
    void brokerThatComesBackIsGoneOnWith() throws IOException, InterruptedException {
        final Reader reader =
                new Reader(List.of(tail(Toolchain.address(), directory).toString()), List.of(), 10 * 1_000);
        for (int run = 0; run < 10; run++) {
            for (int i = 0; i < 10; i++) {
                topic.produce(Compression.NONE, 100, 20 * run);
            }
            topic.restart();
        }
        assertEquals(List.of(), check(reader.lines(), 0, 10_000));
    }

    @Test
    void whatWasPublishedAheadAndTakenBackIsTruncation() throws IOException, InterruptedException {
        topic.produce(Compression.NONE, 5, 10);
        final Reader reader =
                new Reader(List.of(tail(Toolchain.address(), directory).toString()), List.of(), 4);
        final UnsafeBuffer value = new UnsafeBuffer("value 5 taken back".getBytes(StandardCharsets.US_ASCII));
        topic.publisher
                .channel()
                .claim(-1, value.capacity(), 0)
                .identity(5, 0)
                .stamps(0, 0, 0, 0)
                .value(value, 0);
        topic.publisher.channel().commitAhead();
        topic.publisher.channel().retract(5, 5);
        topic.produce(Compression.NONE, 4, 10);
        assertEquals(List.of("gap 6 5 TRUNCATED"), check(reader.lines(), 5, 9));
    }

    @Test
    void subscribersWithOtherPoliciesReportTheLap() throws IOException, InterruptedException {
        final Path program = tail(Toolchain.address(), directory);
        final Reader disconnected =
                new Reader(List.of(program.toString()), List.of("--policy", "disconnect"), Integer.MAX_VALUE);
        stop(disconnected.process, "STOP");
        for (int i = 0; i < 100; i++) {
            topic.produce(Compression.NONE, 10, 1_000);
        }
        stop(disconnected.process, "CONT");
        assertTrue(disconnected.process.waitFor(60, TimeUnit.SECONDS), "not disconnected");
        assertEquals(3, disconnected.process.exitValue());
        final List<String> lines = Files.readAllLines(disconnected.output);
        assertEquals("gap 0 1000 LAPPED", lines.getLast());
    }

    private static void stop(final Process process, final String signal) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .start()
                        .waitFor());
    }
}
