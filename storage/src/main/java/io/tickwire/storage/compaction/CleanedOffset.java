package io.tickwire.storage.compaction;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Up to which offset a log has been compacted: a file with one number in the log's directory. It is a hint. Lost or too small,
 * some records are looked at again; one that the log does not have is not believed.
 */
final class CleanedOffset {
    /** Name of the file. */
    static final String FILE_NAME = "cleaned";

    private CleanedOffset() {}

    /** Reads it; -1 when there is none. */
    static long read(final Path logDirectory) throws IOException {
        try {
            return Long.parseLong(
                    Files.readString(logDirectory.resolve(FILE_NAME)).strip());
        } catch (final NoSuchFileException | NumberFormatException e) {
            return -1;
        }
    }

    /** Replaces it. */
    static void write(final Path logDirectory, final long offset) throws IOException {
        final Path fresh = logDirectory.resolve(FILE_NAME + ".new");
        Files.writeString(fresh, offset + "\n");
        Files.move(fresh, logDirectory.resolve(FILE_NAME), StandardCopyOption.ATOMIC_MOVE);
    }
}
