package io.tickwire.storage.segment;

import io.tickwire.storage.journal.JournalFormat;
import java.nio.file.Path;

/** How the journal directories of a log and the files in them are named. */
public final class Generations {
    private static final String PREFIX = "g";

    private Generations() {}

    /** Directory of a generation's journal. */
    public static Path directory(final Path logDirectory, final int generation) {
        return logDirectory.resolve(PREFIX + generation);
    }

    /** Generation of a directory, or -1 when it is none. */
    public static int number(final Path directory) {
        final String name = directory.getFileName().toString();
        return name.matches(PREFIX + "\\d{1,9}") ? Integer.parseInt(name.substring(PREFIX.length())) : -1;
    }

    /** The index file that goes with a journal file. */
    public static Path indexFile(final Path dataFile) {
        final String name = dataFile.getFileName().toString();
        return dataFile.resolveSibling(
                name.substring(0, name.length() - JournalFormat.FILE_SUFFIX.length()) + SegmentIndex.FILE_SUFFIX);
    }

    /** Cycle that a journal or index file belongs to, or -1 when it belongs to none. */
    public static int cycle(final Path file) {
        final String name = file.getFileName().toString();
        return name.endsWith(SegmentIndex.FILE_SUFFIX)
                ? JournalFormat.cycle(name.substring(0, name.length() - SegmentIndex.FILE_SUFFIX.length())
                        + JournalFormat.FILE_SUFFIX)
                : JournalFormat.cycle(name);
    }
}
