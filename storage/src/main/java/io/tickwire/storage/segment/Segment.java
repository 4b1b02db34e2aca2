package io.tickwire.storage.segment;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.os.GrowingMapping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One journal file of a log with its index, mapped while anyone holds a pin.
 *
 * <p>The log's owner appends ({@link #appended}) and holds a pin on the segment it appends to; any thread may pin, read and
 * unpin. {@link #delete()} removes the files at once and the memory when the last pin goes, so that a reader never loses the
 * ground under its feet.
 */
public final class Segment {
    /** Kafka's default of {@code index.interval.bytes}. */
    public static final int DEFAULT_INDEX_INTERVAL_BYTES = 4096;

    private static final int UNMAPPED = -1;
    private static final long INDEX_ENTRY_BYTES = 24;
    private static final VarHandle PINS;
    private static final VarHandle END_POSITION;
    private static final VarHandle NEXT_OFFSET;
    private static final VarHandle BYTES;
    private static final VarHandle MAX_TIMESTAMP;
    private static final VarHandle MAX_TIMESTAMP_OFFSET;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            PINS = lookup.findVarHandle(Segment.class, "pins", int.class);
            END_POSITION = lookup.findVarHandle(Segment.class, "endPosition", long.class);
            BYTES = lookup.findVarHandle(Segment.class, "bytes", long.class);
            MAX_TIMESTAMP = lookup.findVarHandle(Segment.class, "maxTimestamp", long.class);
            MAX_TIMESTAMP_OFFSET = lookup.findVarHandle(Segment.class, "maxTimestampOffset", long.class);
            NEXT_OFFSET = lookup.findVarHandle(Segment.class, "nextOffset", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int generation;
    private final int cycle;
    private final long baseOffset;
    private final long createdMs;
    private final boolean gaps;
    private final Path dataFile;
    private final Path indexFile;
    private GrowingMapping data;
    private SegmentIndex index;
    private long windowBytes;
    private int indexIntervalBytes;
    private long bytesSinceIndexEntry;
    private boolean indexChecked;

    private volatile int pins = UNMAPPED;
    private volatile boolean deleted;
    private volatile boolean sealed;
    private volatile long endPosition;
    private volatile long nextOffset;
    private volatile long trustedPosition = Long.MAX_VALUE;
    private volatile long bytes;
    private long firstTimestamp;
    private volatile long maxTimestamp;
    private volatile long maxTimestampOffset;

    /**
     * A segment whose files lie in {@code directory}.
     *
     * @param windowBytes how much of the file to map at once while it may still grow
     * @param indexIntervalBytes journal bytes between two index entries
     */
    public Segment(final Path directory, final SegmentInfo info, final long windowBytes, final int indexIntervalBytes) {
        this.generation = info.generation();
        this.cycle = info.cycle();
        this.baseOffset = info.baseOffset();
        this.createdMs = info.createdMs();
        this.gaps = info.gaps();
        this.nextOffset = info.nextOffset();
        this.endPosition = info.endPosition();
        this.bytes = info.bytes();
        this.firstTimestamp = info.firstTimestamp();
        this.maxTimestamp = info.maxTimestamp();
        this.maxTimestampOffset = info.maxTimestampOffset();
        this.sealed = info.sealed();
        this.windowBytes = windowBytes;
        this.indexIntervalBytes = indexIntervalBytes;
        this.dataFile = directory.resolve(JournalFormat.fileName(cycle));
        this.indexFile = Generations.indexFile(dataFile);
    }

    /** What the manifest keeps. */
    public SegmentInfo info() {
        return new SegmentInfo(
                generation,
                cycle,
                baseOffset,
                nextOffset,
                endPosition,
                bytes,
                firstTimestamp,
                maxTimestamp,
                maxTimestampOffset,
                createdMs,
                sealed,
                gaps);
    }

    /**
     * Keeps the segment mapped until {@link #unpin()}.
     *
     * @return false when the segment was deleted
     * @throws UncheckedIOException when it cannot be mapped
     */
    public boolean pin() {
        while (true) {
            final int current = pins;
            if (deleted) {
                return false;
            }
            if (current >= 0) {
                if (PINS.compareAndSet(this, current, current + 1)) {
                    return true;
                }
            } else if (mapAndPin()) {
                return true;
            }
        }
    }

    private synchronized boolean mapAndPin() {
        if (deleted || pins != UNMAPPED) {
            return false;
        }
        try {
            final long window = sealed ? endPosition + JournalFormat.HEADER_BYTES : Math.max(windowBytes, endPosition);
            data = GrowingMapping.readOnly(dataFile, window);
            index = SegmentIndex.open(
                    indexFile, baseOffset, generation, cycle, window / indexIntervalBytes * INDEX_ENTRY_BYTES);
            if (!indexChecked) {
                if (!index.isOrdered(endPosition)
                        || (sealed && index.count() == 0 && bytes > 2L * indexIntervalBytes)) {
                    rebuildIndex();
                }
                indexChecked = true;
            }
        } catch (final IOException e) {
            closeMappings();
            throw new UncheckedIOException("cannot map " + dataFile, e);
        }
        pins = 1;
        return true;
    }

    /** Ends what a successful {@link #pin()} began. */
    public void unpin() {
        final int left = (int) PINS.getAndAdd(this, -1) - 1;
        assert left >= 0 : "unpinned too often";
        if (left == 0 && deleted) {
            unmapIfUnpinned();
        }
    }

    /** Gives the mapping back if nobody uses it; the next pin maps again. */
    public synchronized boolean unmapIfUnpinned() {
        if (PINS.compareAndSet(this, 0, UNMAPPED)) {
            closeMappings();
            return true;
        }
        return false;
    }

    private void closeMappings() {
        if (index != null) {
            index.close();
            index = null;
        }
        if (data != null) {
            data.close();
            data = null;
        }
    }

    /** Removes the files; memory goes with the last pin. */
    public void delete() throws IOException {
        synchronized (this) {
            deleted = true; // A pin that is mapping the files finishes first; later ones are refused.
        }
        Files.deleteIfExists(dataFile);
        Files.deleteIfExists(indexFile);
        unmapIfUnpinned();
    }

    /** True once {@link #delete()} was called. */
    public boolean isDeleted() {
        return deleted;
    }

    /** Address of the file's first byte; the segment must be pinned. */
    public long address() {
        return data.address();
    }

    /** The index; the segment must be pinned. */
    public SegmentIndex index() {
        return index;
    }

    /**
     * The owner says that a batch became visible in the journal.
     *
     * @param headerPosition position of its entry's header
     * @param batchBytes bytes of the batch
     * @param lastOffset its last offset
     * @param batchMaxTimestamp its largest timestamp, or -1
     * @param timestampOffset offset of the record that has it
     */
    public void appended(
            final long headerPosition,
            final int batchBytes,
            final long firstOffset,
            final long lastOffset,
            final long batchMaxTimestamp,
            final long timestampOffset) {
        final long end = JournalFormat.align(headerPosition + JournalFormat.HEADER_BYTES + batchBytes);
        try {
            if (end > data.length()) {
                data.ensure(end + windowBytes);
            }
            if (bytesSinceIndexEntry > indexIntervalBytes) {
                index.add(firstOffset, headerPosition, maxTimestamp);
                bytesSinceIndexEntry = 0;
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("index of " + dataFile, e);
        }
        bytesSinceIndexEntry += batchBytes;
        BYTES.setRelease(this, bytes + batchBytes);
        if (firstTimestamp < 0) {
            firstTimestamp = batchMaxTimestamp;
        }
        if (batchMaxTimestamp > maxTimestamp) {
            MAX_TIMESTAMP_OFFSET.setRelease(this, timestampOffset);
            MAX_TIMESTAMP.setRelease(this, batchMaxTimestamp);
        }
        NEXT_OFFSET.setRelease(this, lastOffset + 1);
        END_POSITION.setRelease(this, end);
    }

    private void rebuildIndex() throws IOException {
        final Crc32C crc32c = new Crc32C();
        final SegmentIndex.BatchOrder order = (position, expected) -> follows(position, expected, crc32c);
        bytesSinceIndexEntry = index.rebuild(data.address(), baseOffset, endPosition, indexIntervalBytes, order);
    }

    /**
     * Position of the entry to start looking for {@code offset} at; the segment must be pinned.
     */
    public long startPosition(final long offset) {
        final long entry = index.floorOffset(offset);
        if (entry < 0) {
            return 0;
        }
        final long position = index.position(entry);
        return index.isRight(entry, position, address(), endPosition) ? position : repairIndex(offset);
    }

    /** Position of an entry before which all records are older than {@code timestampMs}; the segment must be pinned. */
    public long startPositionByTimestamp(final long timestampMs) {
        final long entry = index.lastBefore(timestampMs);
        if (entry < 0) {
            return 0;
        }
        final long position = index.position(entry);
        return index.isRight(entry, position, address(), endPosition) ? position : 0;
    }

    private synchronized long repairIndex(final long offset) {
        if (!sealed) {
            return 0; // The owner may be adding entries: read from the start, slowly but surely.
        }
        try {
            rebuildIndex();
        } catch (final IOException e) {
            throw new UncheckedIOException("index of " + dataFile, e);
        }
        final long entry = index.floorOffset(offset);
        return entry < 0 ? 0 : index.position(entry);
    }

    /** Least base offset of the batch at {@code position}, a start position: an index entry was compared with the batch that it names. */
    public long expectedAt(final long position) {
        return position == 0 ? baseOffset : Batches.baseOffset(address() + position);
    }

    /**
     * Whether the base offset of the batch at {@code position}, which its checksum does not cover, can be right: it is {@code expected}, that
     * after the batch before, if nothing was taken out; elsewhere a {@link HeaderGuard} has it.
     */
    public boolean follows(final long position, final long expected, final Crc32C crc32c) {
        final long base = Batches.baseOffset(address() + position);
        return gaps
                ? base >= expected && base < nextOffset && HeaderGuard.holds(address(), position, crc32c)
                : base == expected;
    }

    /** True when a reader that looks for the offset after the last one will get there; the segment must be pinned. */
    public boolean leadsToItsEnd() {
        return SegmentTail.isWhole(address(), startPosition(nextOffset), endPosition, nextOffset);
    }

    /** Ends the segment: nothing will be appended. */
    public void seal() {
        sealed = true;
        trustedPosition = Long.MAX_VALUE; // From now on it is read from the disk, sooner or later.
    }

    /** Cuts data and index files behind their last entries, giving back what was reserved; the segment must be pinned. */
    public void trim() throws IOException {
        SegmentTail.trim(dataFile, data.address(), endPosition);
        index.trim();
    }

    /** Marks the end in the file itself, for readers of other processes, after a torn tail was cut. */
    public void writeEndMark() throws IOException {
        SegmentTail.writeEndMark(dataFile, endPosition);
    }

    /** From this position on, batches were written by this process and need no checking when read. */
    public void trustFrom(final long position) {
        trustedPosition = position;
    }

    /** See {@link #trustFrom}; {@link Long#MAX_VALUE} when every read has to be checked. */
    public long trustedPosition() {
        return trustedPosition;
    }

    public int generation() {
        return generation;
    }

    public int cycle() {
        return cycle;
    }

    public long baseOffset() {
        return baseOffset;
    }

    /** Offset after the last record. */
    public long nextOffset() {
        return nextOffset;
    }

    /** File position after the last entry. */
    public long endPosition() {
        return endPosition;
    }

    /** Bytes of all batches; exact for the owner, recent for others. */
    public long bytes() {
        return bytes;
    }

    public long firstTimestamp() {
        return firstTimestamp;
    }

    public long maxTimestamp() {
        return maxTimestamp;
    }

    public long maxTimestampOffset() {
        return maxTimestampOffset;
    }

    public long createdMs() {
        return createdMs;
    }

    public boolean isSealed() {
        return sealed;
    }

    public Path dataFile() {
        return dataFile;
    }

    public Path indexFile() {
        return indexFile;
    }
}
