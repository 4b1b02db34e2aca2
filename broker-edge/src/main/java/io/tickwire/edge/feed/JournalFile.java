package io.tickwire.edge.feed;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.os.GrowingMapping;
import io.tickwire.storage.segment.Batches;
import io.tickwire.storage.segment.HeaderGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A walk through one journal file that another process may be appending to: read-only, no lock, nothing written. Never touches memory
 * beyond the file's end. One thread.
 */
final class JournalFile implements AutoCloseable {
    /** What stands at the current position. */
    enum Entry {
        /** A batch: see {@link #batchAddress()}. */
        BATCH,
        /** Nothing yet. */
        NOT_YET,
        /** The file's end mark. */
        END,
        /** Not what a journal holds. */
        DAMAGED
    }

    private final Path path;
    private final GrowingMapping mapping;
    private final Crc32C crc;
    private final boolean gaps;
    private long fileBytes;
    private long position;
    private long nextPosition;
    private long nextOffset;
    private long batchAddress;
    private int batchLength;

    /**
     * Opens a file.
     *
     * @param startPosition where to begin
     * @param startOffset least base offset of the batch there, its base offset if there are no gaps
     * @param gaps compaction has written it: offsets may be missing
     */
    JournalFile(final Path path, final long startPosition, final long startOffset, final boolean gaps, final Crc32C crc)
            throws IOException {
        this.path = path;
        this.crc = crc;
        this.gaps = gaps;
        this.nextOffset = startOffset;
        this.fileBytes = Files.size(path);
        this.mapping = GrowingMapping.readOnly(path, Math.max(fileBytes, 1));
        this.position = startPosition;
        this.nextPosition = startPosition;
    }

    /** Looks at the entry after the last {@link #advance()}. */
    Entry look() throws IOException {
        while (true) {
            if (!isInFile(position + JournalFormat.HEADER_BYTES)) {
                return Entry.NOT_YET;
            }
            final int header = JournalFormat.header(mapping.address() + position);
            if (header == JournalFormat.END_OF_FILE) {
                return Entry.END;
            }
            if (JournalFormat.isData(header)) {
                return batch(header);
            }
            if (!JournalFormat.isMetadata(header)) {
                return Entry.NOT_YET;
            }
            position = JournalFormat.next(position, header);
        }
    }

    private Entry batch(final int header) throws IOException {
        final int length = JournalFormat.length(header);
        final long next = JournalFormat.next(position, header);
        if (length < RecordBatchFlyweight.HEADER_BYTES || !isInFile(next)) {
            return Entry.DAMAGED;
        }
        final long entry = mapping.address() + position;
        if (Batches.batchLength(entry) != length - RecordBatchFlyweight.LOG_OVERHEAD_BYTES
                || Batches.magic(entry) != RecordBatchFlyweight.MAGIC
                || Batches.lastOffset(entry) < Batches.baseOffset(entry)
                || !follows(entry)) {
            return Entry.DAMAGED;
        }
        nextPosition = next;
        batchAddress = entry;
        batchLength = length;
        return Entry.BATCH;
    }

    /** The base offset, which the batch's checksum does not cover. */
    private boolean follows(final long entry) {
        final long base = Batches.baseOffset(entry);
        return gaps ? base >= nextOffset && HeaderGuard.holds(mapping.address(), position, crc) : base == nextOffset;
    }

    private boolean isInFile(final long end) throws IOException {
        if (end <= fileBytes) {
            return true;
        }
        fileBytes = Files.size(path);
        if (end > fileBytes) {
            return false;
        }
        mapping.ensure(fileBytes);
        return true;
    }

    /** Whether the checksum of the batch last seen is right. */
    boolean isIntact() {
        final int from = RecordBatchFlyweight.ATTRIBUTES_OFFSET;
        return crc.computeAddress(batchAddress() + from, batchLength - from) == Batches.crc(batchAddress);
    }

    /** Goes behind the batch last seen. */
    void advance() {
        position = nextPosition;
        nextOffset = lastOffset() + 1;
    }

    long position() {
        return position;
    }

    long baseOffset() {
        return Batches.baseOffset(batchAddress);
    }

    long lastOffset() {
        return Batches.lastOffset(batchAddress);
    }

    /** First byte of the batch. */
    long batchAddress() {
        return batchAddress + JournalFormat.HEADER_BYTES;
    }

    int batchLength() {
        return batchLength;
    }

    @Override
    public void close() {
        mapping.close();
    }
}
