package io.tickwire.storage.log;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.producer.AbortedTransactions;
import io.tickwire.storage.segment.Batches;
import io.tickwire.storage.segment.Segment;
import io.tickwire.storage.segment.SegmentList;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reading of whole batches, by any thread, while the owner appends and others delete. Does not allocate. */
final class LogReader {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogReader.class);

    private final LogFiles files;
    private final AbortedTransactions aborted;
    private final AtomicLong corruptions = new AtomicLong();

    LogReader(final LogFiles files, final AbortedTransactions aborted) {
        this.files = files;
        this.aborted = aborted;
    }

    /** Batches found corrupt by reads. */
    long corruptions() {
        return corruptions.get();
    }

    short read(
            final long fetchOffset,
            final int maxBytes,
            final boolean minOneBatch,
            final Isolation isolation,
            final LogSlices out) {
        out.release();
        out.begin(null, fetchOffset);
        final LogOffsets offsets = files.offsets();
        final long limit = switch (isolation) {
            case UNCOMMITTED -> offsets.highWatermark();
            case COMMITTED -> offsets.lastStable();
            case LOG_END -> offsets.logEnd();
        };
        final long logEnd = offsets.logEnd();
        if (fetchOffset < offsets.logStart() || fetchOffset > logEnd) {
            return KafkaErrors.OFFSET_OUT_OF_RANGE;
        }
        if (fetchOffset >= limit) {
            return KafkaErrors.NONE;
        }
        Segment[] segments = files.segments().snapshot();
        for (int i = Math.max(0, SegmentList.indexOf(segments, fetchOffset)); i < segments.length; i++) {
            final Segment segment = segments[i];
            if (segment.nextOffset() <= fetchOffset) {
                continue; // A gap that compaction left at the segment's end.
            }
            if (!segment.pin()) {
                if (fetchOffset < offsets.logStart()) {
                    return KafkaErrors.OFFSET_OUT_OF_RANGE;
                }
                if (files.segments().isCurrent(segments)) {
                    return KafkaErrors.NONE; // Deleted with its log: an empty answer.
                }
                segments = files.segments().snapshot(); // Compaction has put another segment in its place.
                i = Math.max(0, SegmentList.indexOf(segments, fetchOffset)) - 1;
                continue;
            }
            out.begin(segment, fetchOffset);
            final short code = collect(segment, fetchOffset, limit, minOneBatch, maxBytes, out);
            if (isolation == Isolation.COMMITTED && out.count() > 0) {
                aborted.visit(fetchOffset, out.nextOffset(), out);
            }
            if (code != KafkaErrors.NONE || out.count() > 0 || segment.nextOffset() >= limit) {
                return code;
            }
            out.release();
            out.begin(null, fetchOffset);
        }
        return KafkaErrors.NONE;
    }

    private short collect(
            final Segment segment,
            final long fetchOffset,
            final long limit,
            final boolean minOneBatch,
            final int maxBytes,
            final LogSlices out) {
        final long end = segment.endPosition();
        final long base = segment.address();
        long position = segment.startPosition(fetchOffset);
        long expected = segment.expectedAt(position);
        while (position < end && !out.isFull()) {
            final int header = JournalFormat.header(base + position);
            if (!JournalFormat.isData(header)) {
                if (!JournalFormat.isMetadata(header)) {
                    return corrupt(segment, position, out);
                }
                position = JournalFormat.next(position, header);
                continue;
            }
            final long entry = base + position;
            final int length = JournalFormat.length(header);
            final long next = JournalFormat.next(position, header);
            if (next > end || !isPlausible(entry, length) || !segment.follows(position, expected, out.crc32c())) {
                return corrupt(segment, position, out);
            }
            final long lastOffset = Batches.lastOffset(entry);
            if (lastOffset >= fetchOffset) {
                if (Batches.baseOffset(entry) >= limit) {
                    break;
                }
                if (out.bytes() + length > maxBytes && !(minOneBatch && out.count() == 0)) {
                    break;
                }
                if (position < segment.trustedPosition() && !(isIntact(entry, length, out) && hasItsEpoch(entry))) {
                    return corrupt(segment, position, out);
                }
                out.add(entry + JournalFormat.HEADER_BYTES, length, lastOffset + 1);
            }
            expected = lastOffset + 1;
            position = next;
        }
        return KafkaErrors.NONE;
    }

    /** The leader epoch, which the checksum does not cover. */
    private boolean hasItsEpoch(final long entry) {
        return files.epochs().epochOf(Batches.baseOffset(entry)) == Batches.leaderEpoch(entry);
    }

    static boolean isPlausible(final long entry, final int length) {
        return Batches.fillsEntry(entry, length)
                && Batches.magic(entry) == RecordBatchFlyweight.MAGIC
                && Batches.lastOffset(entry) >= Batches.baseOffset(entry);
    }

    static boolean isIntact(final long entry, final int length, final LogSlices out) {
        final int from = RecordBatchFlyweight.ATTRIBUTES_OFFSET;
        return out.crc32c().computeAddress(entry + JournalFormat.HEADER_BYTES + from, length - from)
                == Batches.crc(entry);
    }

    /** What was found before is served; the corrupt batch itself is an error when it comes first. */
    private short corrupt(final Segment segment, final long position, final LogSlices out) {
        if (out.count() > 0) {
            return KafkaErrors.NONE;
        }
        if (corruptions.getAndIncrement() == 0) {
            LOGGER.error("corrupt batch in {} at position {}: not served", segment.dataFile(), position);
        }
        return KafkaErrors.CORRUPT_MESSAGE;
    }
}
