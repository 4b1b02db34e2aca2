package io.tickwire.storage.segment;

import io.tickwire.storage.journal.JournalFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** Real files for the stress cases of segments, one or more a state. */
final class SegmentFiles {
    static final int BYTES = 4096;
    static final byte CONTENT = 7;
    private static final AtomicInteger NEXT_CYCLE = new AtomicInteger();
    private static final Path DIRECTORY = directory();

    private SegmentFiles() {}

    private static Path directory() {
        try {
            Path directory = Files.createTempDirectory(Path.of("."), "segments");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(directory)));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path directory) {
        try (var files = Files.list(directory)) {
            files.forEach(file -> file.toFile().delete());
            Files.delete(directory);
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    /** A segment of one page, mapped, that nobody has pinned. */
    static Segment segment() {
        int cycle = NEXT_CYCLE.getAndIncrement();
        byte[] page = new byte[BYTES];
        Arrays.fill(page, CONTENT);
        try {
            Files.write(DIRECTORY.resolve(JournalFormat.fileName(cycle)), page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Segment segment = new Segment(DIRECTORY, SegmentInfo.empty(0, cycle, 0, 0), BYTES, BYTES);
        segment.pin();
        segment.unpin();
        return segment;
    }

    /** An empty index, whose file has no name any more. */
    static SegmentIndex index() {
        Path file = DIRECTORY.resolve("index-" + NEXT_CYCLE.getAndIncrement());
        try {
            SegmentIndex index = SegmentIndex.open(file, 0, 0, 0, BYTES);
            Files.delete(file);
            return index;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
