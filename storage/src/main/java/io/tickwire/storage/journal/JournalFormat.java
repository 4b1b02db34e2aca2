package io.tickwire.storage.journal;

import java.nio.ByteOrder;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.agrona.UnsafeApi;

/**
 * The layout of a Chronicle Queue file as far as a reader needs it.
 *
 * <pre>
 *   entry:  +---------------+-------------------+---------+
 *           | header 4 LE   | payload           | 0..3    |
 *           +---------------+-------------------+---------+
 *   header: 0            nothing here yet
 *           0xC0000000   end of the file's entries
 *           bit 31       being written
 *           bit 30       Chronicle's own data (queue header, index pages)
 *           bits 29..0   payload bytes
 * </pre>
 *
 * Entries start at multiples of four. Source: Chronicle Wire, {@code Wires}; frozen by the pinned version and a test.
 */
public final class JournalFormat {
    /** Header of an entry that is not there yet. */
    public static final int NOT_WRITTEN = 0;

    /** Header that ends a file. */
    public static final int END_OF_FILE = 0xC000_0000;

    /** Bit of an entry that is being written. */
    public static final int INCOMPLETE = 0x8000_0000;

    /** Bit of Chronicle's own entries. */
    public static final int METADATA = 0x4000_0000;

    /** Bits of the payload's length. */
    public static final int LENGTH_MASK = 0x3FFF_FFFF;

    /** Bytes of an entry's header. */
    public static final int HEADER_BYTES = 4;

    /** How the files of a journal end. */
    public static final String FILE_SUFFIX = ".cq4";

    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final long SECONDS_PER_CYCLE = 3600;
    private static final DateTimeFormatter FILE_NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HH'F'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private JournalFormat() {}

    /** The header at an address, read so that the payload is visible if the header is. */
    public static int header(final long address) {
        final int raw = UnsafeApi.getIntVolatile(null, address);
        return LITTLE_ENDIAN ? raw : Integer.reverseBytes(raw);
    }

    /** True for an entry that carries a payload of ours. */
    public static boolean isData(final int header) {
        return (header & (INCOMPLETE | METADATA)) == 0 && header != NOT_WRITTEN;
    }

    /** True for an entry of Chronicle's own. */
    public static boolean isMetadata(final int header) {
        return (header & (INCOMPLETE | METADATA)) == METADATA;
    }

    /** Payload bytes that a complete header announces. */
    public static int length(final int header) {
        return header & LENGTH_MASK;
    }

    /** Position of the header after the entry whose header is at {@code position}. */
    public static long next(final long position, final int header) {
        return align(position + HEADER_BYTES + length(header));
    }

    /** Where a header may start at or after {@code position}. */
    public static long align(final long position) {
        return (position + 3) & ~3L;
    }

    /** Name of the file of a cycle. Cycles are hours since 1970 of a clock that only we move: one hour is one file. */
    public static String fileName(final int cycle) {
        return FILE_NAME.format(LocalDateTime.ofEpochSecond(cycle * SECONDS_PER_CYCLE, 0, ZoneOffset.UTC))
                + FILE_SUFFIX;
    }

    /** Cycle of a file's name, or -1 when it is no journal file. */
    public static int cycle(final String fileName) {
        if (!fileName.endsWith(FILE_SUFFIX)) {
            return -1;
        }
        final String stem = fileName.substring(0, fileName.length() - FILE_SUFFIX.length());
        try {
            return Math.toIntExact(
                    LocalDateTime.parse(stem, FILE_NAME).toEpochSecond(ZoneOffset.UTC) / SECONDS_PER_CYCLE);
        } catch (final DateTimeParseException e) {
            return -1;
        }
    }
}
