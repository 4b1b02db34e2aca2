package io.tickwire.storage.compaction;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.segment.Batches;
import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/**
 * Walks the batches of sealed segments, each checked and copied out of the mapping: a buffer as large as the largest batch is all
 * the memory it takes. One thread.
 */
final class SegmentBatches {
    /** How a walk ended. */
    enum End {
        /** All batches were visited. */
        DONE,
        /** The visitor stopped it. */
        STOPPED,
        /** Retention has taken the segment away. */
        SEGMENT_GONE
    }

    /** Visits a batch. */
    @FunctionalInterface
    interface Visitor {
        /**
         * A batch whose checksum is right.
         *
         * @param records the batch alone; its memory is used again for the next one
         * @return false to stop
         */
        boolean onBatch(MemoryRecords records, MutableRecordBatch batch) throws IOException;
    }

    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final Crc32C crc32c = new Crc32C();
    private ByteBuffer copy;

    SegmentBatches(final int initialBytes) {
        copy = ByteBuffer.allocate(initialBytes);
    }

    /**
     * Visits the batches of a segment from the one on that holds {@code fromOffset}.
     *
     * @throws CorruptSegmentException at the first batch that is damaged, or whose records are
     */
    End walk(final Segment segment, final long fromOffset, final Visitor visitor) throws IOException {
        if (!segment.pin()) {
            return End.SEGMENT_GONE;
        }
        try {
            return walkPinned(segment, fromOffset, visitor);
        } finally {
            segment.unpin();
            segment.unmapIfUnpinned();
        }
    }

    private End walkPinned(final Segment segment, final long fromOffset, final Visitor visitor) throws IOException {
        final long end = segment.endPosition();
        long position = segment.startPosition(fromOffset);
        long expected = segment.expectedAt(position);
        while (position < end) {
            final int header = JournalFormat.header(segment.address() + position);
            if (JournalFormat.isData(header)) {
                final long entry = segment.address() + position;
                final int length = JournalFormat.length(header);
                if (JournalFormat.next(position, header) > end || !isWhole(entry, length)) {
                    throw corrupt(segment, position, "its header is wrong");
                }
                if (!segment.follows(position, expected, crc32c)) {
                    throw corrupt(segment, position, "its offset does not follow");
                }
                expected = Batches.lastOffset(entry) + 1;
                if (Batches.lastOffset(entry) >= fromOffset && !visit(segment, position, length, visitor)) {
                    return End.STOPPED;
                }
            } else if (!JournalFormat.isMetadata(header)) {
                throw corrupt(segment, position, "no entry begins here");
            }
            position = JournalFormat.next(position, header);
        }
        return End.DONE;
    }

    private static boolean isWhole(final long entry, final int length) {
        return Batches.fillsEntry(entry, length)
                && Batches.magic(entry) == RecordBatchFlyweight.MAGIC
                && Batches.lastOffset(entry) >= Batches.baseOffset(entry);
    }

    private boolean visit(final Segment segment, final long position, final int length, final Visitor visitor)
            throws IOException {
        if (copy.capacity() < length) {
            copy = ByteBuffer.allocate(length);
        }
        copy.clear();
        view.wrap(segment.address() + position + JournalFormat.HEADER_BYTES, length);
        view.getBytes(0, copy, 0, length);
        copy.limit(length);
        final MemoryRecords records = MemoryRecords.readableRecords(copy);
        try {
            final Iterator<MutableRecordBatch> batches = records.batches().iterator();
            final MutableRecordBatch batch = batches.next();
            batch.ensureValid();
            return visitor.onBatch(records, batch);
        } catch (final CorruptRecordException e) {
            throw corrupt(segment, position, "its checksum does not match");
        } catch (final KafkaException e) {
            throw corrupt(segment, position, e.toString());
        }
    }

    private static CorruptSegmentException corrupt(final Segment segment, final long position, final String what) {
        return new CorruptSegmentException(segment.dataFile(), position, what);
    }
}
