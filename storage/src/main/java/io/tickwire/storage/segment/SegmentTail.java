package io.tickwire.storage.segment;

import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.os.GrowingMapping;
import io.tickwire.storage.os.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.UnsafeApi;

/** What lies behind the last batch of a journal file: end mark, Chronicle's own entries, reserved space. */
public final class SegmentTail {
    /** Room for the end mark and what Chronicle writes beside it. */
    private static final long TAIL_BYTES = 2L * Posix.PAGE_BYTES;

    private SegmentTail() {}

    /**
     * True when the entries from {@code position} on lead to {@code endPosition}, one batch behind the other: a reader gets from here to
     * what will be appended there.
     */
    static boolean isWhole(final long address, final long position, final long endPosition, final long nextOffset) {
        long at = position;
        long next = -1;
        while (at < endPosition) {
            final long entry = address + at;
            final int header = JournalFormat.header(entry);
            if (JournalFormat.isData(header)) {
                if (!Batches.fillsEntry(entry, JournalFormat.length(header))
                        || (next >= 0 && Batches.baseOffset(entry) != next)) {
                    return false;
                }
                next = Batches.lastOffset(entry) + 1;
            } else if (!JournalFormat.isMetadata(header)) {
                return false;
            }
            at = JournalFormat.next(at, header);
        }
        return at == endPosition && (next < 0 || next == nextOffset);
    }

    /** Whether nothing but Chronicle's own entries lies between a file's end and where its next entry is to begin. */
    public static boolean leadsTo(final Path dataFile, final long endPosition, final long headerPosition)
            throws IOException {
        if (headerPosition < endPosition || headerPosition > Files.size(dataFile)) {
            return false;
        }
        try (GrowingMapping file = GrowingMapping.readOnly(dataFile, headerPosition + JournalFormat.HEADER_BYTES)) {
            return afterMetadata(file.address(), endPosition, headerPosition) == headerPosition;
        }
    }

    private static long afterMetadata(final long address, final long from, final long limit) {
        long position = from;
        while (position + JournalFormat.HEADER_BYTES <= limit) {
            final int header = JournalFormat.header(address + position);
            if (!JournalFormat.isMetadata(header)) {
                break;
            }
            position = JournalFormat.next(position, header);
        }
        return position;
    }

    /** Cuts a journal file behind its last entry, whose end is {@code endPosition}. */
    static void trim(final Path dataFile, final long address, final long endPosition) throws IOException {
        final long size = Files.size(dataFile);
        final long position = afterMetadata(address, endPosition, size);
        final int fd = Posix.open(dataFile, Posix.O_RDWR);
        try {
            Posix.truncate(fd, Math.min(size, position + TAIL_BYTES & -Posix.PAGE_BYTES));
        } finally {
            Posix.close(fd);
        }
    }

    /** Writes the end mark at {@code endPosition}. */
    static void writeEndMark(final Path dataFile, final long endPosition) throws IOException {
        final long bytes = endPosition + JournalFormat.HEADER_BYTES;
        if (bytes > Files.size(dataFile)) {
            return; // The file ends there.
        }
        try (GrowingMapping writable = GrowingMapping.readWrite(dataFile, bytes)) {
            UnsafeApi.putInt(writable.address() + endPosition, JournalFormat.END_OF_FILE);
        }
    }
}
