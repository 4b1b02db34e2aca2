package io.tickwire.storage.segment;

import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.os.GrowingMapping;
import io.tickwire.storage.os.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.UnsafeApi;

/**
 * The sparse index of one segment, a mapped file: every few kilobytes the place of a batch and the largest timestamp before it.
 *
 * <pre>
 *   0 magic 4 | 4 version 4 | 8 base offset 8 | 16 generation 4 | 20 cycle 4 | 24 entry count 8 | 32 .. 64 zero
 *   64 + 24·i: base offset of a batch 8 | position of its journal entry 8 | largest timestamp of all earlier batches 8
 * </pre>
 *
 * Native byte order; all three columns never decrease, so both searches are binary. The index is a hint that is checked against
 * the journal at each use and built again when it is wrong. One writer; any number of readers while the segment is pinned.
 */
public final class SegmentIndex implements AutoCloseable {
    /** How index files end. */
    public static final String FILE_SUFFIX = ".idx";

    private static final int MAGIC = 0x54575831;
    private static final int VERSION = 1;
    private static final int BASE_OFFSET_AT = 8;
    private static final int GENERATION_AT = 16;
    private static final int CYCLE_AT = 20;
    private static final int COUNT_AT = 24;
    private static final int HEADER_BYTES = 64;
    private static final int ENTRY_BYTES = 24;
    private static final int POSITION_AT = 8;
    private static final int TIMESTAMP_AT = 16;
    private static final long FIRST_RESERVATION_BYTES = Posix.PAGE_BYTES;
    private static final long MAX_RESERVATION_STEP_BYTES = 256 * 1024;

    private final Path file;
    private final GrowingMapping mapping;
    private long reservedBytes;

    private SegmentIndex(final Path file, final GrowingMapping mapping, final long reservedBytes) {
        this.file = file;
        this.mapping = mapping;
        this.reservedBytes = reservedBytes;
    }

    /** Opens the index of a segment, or an empty one when the file is missing or belongs to something else. */
    public static SegmentIndex open(
            final Path file, final long baseOffset, final int generation, final int cycle, final long windowBytes)
            throws IOException {
        final long existing = Files.exists(file) ? Files.size(file) : 0;
        final SegmentIndex index;
        if (existing < HEADER_BYTES) {
            index = create(file, windowBytes);
        } else {
            final GrowingMapping mapping = GrowingMapping.readWrite(file, Math.max(windowBytes, existing));
            index = new SegmentIndex(file, mapping, existing);
        }
        if (!index.isOf(baseOffset, generation, cycle, Math.max(existing, FIRST_RESERVATION_BYTES))) {
            index.reset(baseOffset, generation, cycle);
        }
        return index;
    }

    private static SegmentIndex create(final Path file, final long windowBytes) throws IOException {
        final int fd = Posix.open(file, Posix.O_RDWR | Posix.O_CREAT);
        try {
            Posix.reserve(fd, 0, FIRST_RESERVATION_BYTES);
            Posix.truncate(fd, FIRST_RESERVATION_BYTES);
        } finally {
            Posix.close(fd);
        }
        return new SegmentIndex(file, GrowingMapping.readWrite(file, windowBytes), FIRST_RESERVATION_BYTES);
    }

    private boolean isOf(final long baseOffset, final int generation, final int cycle, final long fileBytes) {
        final long base = mapping.address();
        final long count = UnsafeApi.getLong(base + COUNT_AT);
        return UnsafeApi.getInt(base) == MAGIC
                && UnsafeApi.getInt(base + 4) == VERSION
                && UnsafeApi.getLong(base + BASE_OFFSET_AT) == baseOffset
                && UnsafeApi.getInt(base + GENERATION_AT) == generation
                && UnsafeApi.getInt(base + CYCLE_AT) == cycle
                && count >= 0
                && count <= (fileBytes - HEADER_BYTES) / ENTRY_BYTES;
    }

    private void reset(final long baseOffset, final int generation, final int cycle) {
        final long base = mapping.address();
        UnsafeApi.setMemory(base, HEADER_BYTES, (byte) 0);
        UnsafeApi.putInt(base, MAGIC);
        UnsafeApi.putInt(base + 4, VERSION);
        UnsafeApi.putLong(base + BASE_OFFSET_AT, baseOffset);
        UnsafeApi.putInt(base + GENERATION_AT, generation);
        UnsafeApi.putInt(base + CYCLE_AT, cycle);
    }

    /** Tells batches that may be believed from others. */
    @FunctionalInterface
    interface BatchOrder {
        /** See {@link Segment#follows}. */
        boolean follows(long position, long expected);
    }

    /** Number of entries. */
    public long count() {
        return UnsafeApi.getLongVolatile(null, mapping.address() + COUNT_AT);
    }

    /** Batch base offset of an entry. */
    public long offset(final long entry) {
        return UnsafeApi.getLong(address(entry));
    }

    /** Position of an entry's journal entry. */
    public long position(final long entry) {
        return UnsafeApi.getLong(address(entry) + POSITION_AT);
    }

    /** Whether the batch at an entry's position has the entry's offset, in a journal file at {@code data} that ends at {@code endPosition}. */
    boolean isRight(final long entry, final long position, final long data, final long endPosition) {
        return position >= 0
                && (position & 3) == 0
                && position + RecordBatchFlyweight.HEADER_BYTES <= endPosition
                && JournalFormat.isData(JournalFormat.header(data + position))
                && Batches.baseOffset(data + position) == offset(entry);
    }

    /** Largest timestamp of the batches before an entry, milliseconds. */
    public long maxTimestampBefore(final long entry) {
        return UnsafeApi.getLong(address(entry) + TIMESTAMP_AT);
    }

    /** Adds an entry; the writer only. */
    public void add(final long offset, final long position, final long maxTimestampBefore) throws IOException {
        final long count = UnsafeApi.getLong(mapping.address() + COUNT_AT);
        final long end = HEADER_BYTES + (count + 1) * ENTRY_BYTES;
        if (end > reservedBytes) {
            reserve(end);
        }
        final long at = address(count);
        UnsafeApi.putLong(at, offset);
        UnsafeApi.putLong(at + POSITION_AT, position);
        UnsafeApi.putLong(at + TIMESTAMP_AT, maxTimestampBefore);
        UnsafeApi.putLongRelease(null, mapping.address() + COUNT_AT, count + 1);
    }

    private void reserve(final long bytes) throws IOException {
        final long target = Math.max(bytes, reservedBytes + Math.min(reservedBytes, MAX_RESERVATION_STEP_BYTES));
        final int fd = Posix.open(file, Posix.O_RDWR);
        try {
            Posix.reserve(fd, reservedBytes, target - reservedBytes);
            Posix.truncate(fd, target);
        } finally {
            Posix.close(fd);
        }
        mapping.ensure(target);
        reservedBytes = target;
    }

    /** Forgets entries at or beyond a journal position; the writer only. */
    public void truncateFrom(final long position) {
        long count = count();
        while (count > 0 && position(count - 1) >= position) {
            count--;
        }
        UnsafeApi.putLongRelease(null, mapping.address() + COUNT_AT, count);
    }

    /** Last entry whose offset is at most {@code offset}, or -1. */
    public long floorOffset(final long offset) {
        long low = 0;
        long high = count() - 1;
        while (low <= high) {
            final long middle = (low + high) >>> 1;
            if (offset(middle) <= offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** Last entry before which all timestamps are smaller than {@code timestampMs}, or -1. */
    public long lastBefore(final long timestampMs) {
        long low = 0;
        long high = count() - 1;
        while (low <= high) {
            final long middle = (low + high) >>> 1;
            if (maxTimestampBefore(middle) < timestampMs) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** True when all columns are in order and all positions lie below {@code endPosition}. */
    public boolean isOrdered(final long endPosition) {
        final long count = count();
        for (long i = 0; i < count; i++) {
            if (position(i) >= endPosition
                    || (i > 0
                            && (offset(i) <= offset(i - 1)
                                    || position(i) <= position(i - 1)
                                    || maxTimestampBefore(i) < maxTimestampBefore(i - 1)))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Builds the index again from the headers of the batches. A batch whose base offset does not follow gets no entry: readers take the offset
     * of the batch that they begin with from here.
     *
     * @param data address of the journal file
     * @param baseOffset least offset in it
     * @return bytes of batches since the last entry
     */
    long rebuild(
            final long data,
            final long baseOffset,
            final long endPosition,
            final int intervalBytes,
            final BatchOrder order)
            throws IOException {
        truncateFrom(0);
        long expected = baseOffset;
        long sinceEntry = 0;
        long maxBefore = -1;
        long position = 0;
        while (position < endPosition) {
            final int header = JournalFormat.header(data + position);
            if (header == JournalFormat.NOT_WRITTEN || (header & JournalFormat.INCOMPLETE) != 0) {
                break;
            }
            if (JournalFormat.isData(header)) {
                if (sinceEntry > intervalBytes && order.follows(position, expected)) {
                    add(Batches.baseOffset(data + position), position, maxBefore);
                    sinceEntry = 0;
                }
                sinceEntry += JournalFormat.length(header);
                expected = Batches.lastOffset(data + position) + 1;
                maxBefore = Math.max(maxBefore, Batches.maxTimestamp(data + position));
            }
            position = JournalFormat.next(position, header);
        }
        return sinceEntry;
    }

    private long address(final long entry) {
        return mapping.address() + HEADER_BYTES + entry * ENTRY_BYTES;
    }

    /** Cuts the file to its entries: nothing more will be added. */
    public void trim() throws IOException {
        final long bytes = HEADER_BYTES + count() * ENTRY_BYTES;
        final int fd = Posix.open(file, Posix.O_RDWR);
        try {
            Posix.truncate(fd, bytes);
        } finally {
            Posix.close(fd);
        }
        reservedBytes = bytes;
    }

    @Override
    public void close() {
        mapping.close();
    }
}
