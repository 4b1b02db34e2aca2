package io.tickwire.edge.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.shm.Toolchain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The C subscriber on damaged files, under the address and undefined-behaviour sanitizers: whatever it says, it neither crashes nor hangs.
 * {@code -Dshm.fuzz.rounds=N} makes more rounds, {@code -Dshm.fuzz.seed=N} replays.
 */
class NativeFuzzTest {
    private static final long ROUNDS = Long.getLong("shm.fuzz.rounds", 300);
    private static final long SEED = Long.getLong("shm.fuzz.seed", System.nanoTime() & 0xFFFF_FFFFL);

    /** Results by their code in tickwire_shm.h and tickwire_journal.h; errors count down from 19. */
    private static final int RECORD = 1;

    private static final int GAP = 8;
    private static final int COMPRESSED = 9;
    private static final int CORRUPT = 18;

    @TempDir
    Path directory;

    @Test
    void damagedRingRegistryAndJournalNeverCrashTheReader() throws IOException, InterruptedException {
        System.out.println("shm.fuzz.seed=" + SEED);
        final Path program = directory.resolve("fuzz");
        Toolchain.address().build(program, Toolchain.TEST_SOURCES.resolve("tickwire_fuzz.c"));
        final Path source = directory.resolve("source");
        final Path scratch = directory.resolve("scratch");
        final List<String> command = new ArrayList<>(List.of(
                program.toString(),
                Long.toString(SEED),
                Long.toString(ROUNDS),
                source.toString(),
                scratch.toString(),
                JournalledTopic.TOPIC));
        final Process fuzz;
        final String said;
        try (JournalledTopic topic = new JournalledTopic(source)) {
            write(topic);
            command.addAll(files(source));
            for (final String file : command.subList(6, command.size())) {
                Files.createDirectories(scratch.resolve(file).getParent());
            }
            fuzz = new ProcessBuilder(command).redirectErrorStream(true).start();
            said = new String(fuzz.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
        assertEquals(0, fuzz.waitFor(), "seed " + SEED + ": " + said);
        System.out.println("results by code: " + said.strip());
        final List<Long> results =
                Stream.of(said.strip().split(" ", -1)).map(Long::parseLong).toList();
        for (final int code : List.of(RECORD, GAP, COMPRESSED, CORRUPT)) {
            assertTrue(results.get(code) > 0, "never seen: " + code + " in " + said);
        }
    }

    /** Two segments, records of every kind, a ring that has come round. */
    private static void write(final JournalledTopic topic) {
        for (int i = 0; i < 90; i++) {
            topic.produce(Compression.NONE, 15, 1 + i * 8);
        }
        topic.produce(Compression.gzip().build(), 5, 10);
        topic.produce(Compression.NONE, 1, 20_000);
        while (topic.log.files().segments().snapshot().length < 2) {
            topic.produce(Compression.NONE, 100, 500);
        }
        for (int i = 0; i < 10; i++) {
            topic.produce(Compression.NONE, 10, 100);
        }
    }

    /** What the C subscriber opens, relative to the directory. */
    private static List<String> files(final Path source) throws IOException {
        try (Stream<Path> found = Files.walk(source)) {
            return found.filter(Files::isRegularFile)
                    .map(file -> source.relativize(file).toString())
                    .filter(name ->
                            name.matches("shm/(registry|ring-.*)|data/logs/[^/]*/(manifest|g\\d+/.*\\.(cq4|idx))"))
                    .sorted()
                    .toList();
        }
    }
}
