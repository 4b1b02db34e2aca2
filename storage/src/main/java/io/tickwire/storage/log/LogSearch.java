package io.tickwire.storage.log;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.segment.Batches;
import io.tickwire.storage.segment.EpochStarts;
import io.tickwire.storage.segment.Segment;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/**
 * Finds offsets by timestamp, down to the record, as ListOffsets asks. Any thread; allocates only for the one batch that it
 * opens.
 *
 * <p>Source: Kafka UnifiedLog.fetchOffsetByTimestamp, without remote storage.
 */
final class LogSearch {
    private enum Found {
        YES,
        NO,
        /** Retention or compaction has taken the segment away: the list tells what is there now. */
        SEGMENT_GONE
    }

    private final LogFiles files;

    LogSearch(final LogFiles files) {
        this.files = files;
    }

    short find(final long timestampMs, final Isolation isolation, final TimestampResult out) {
        out.none();
        final LogOffsets offsets = files.offsets();
        final long limit = switch (isolation) {
            case UNCOMMITTED -> offsets.highWatermark();
            case COMMITTED -> offsets.lastStable();
            case LOG_END -> offsets.logEnd();
        };
        if (timestampMs == ListOffsetsRequest.EARLIEST_TIMESTAMP
                || timestampMs == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
            final long start = offsets.logStart();
            out.set(start, -1, files.epochs().epochOf(start));
        } else if (timestampMs == ListOffsetsRequest.LATEST_TIMESTAMP) {
            out.set(limit, -1, files.epochs().latest());
        } else if (timestampMs == ListOffsetsRequest.MAX_TIMESTAMP) {
            findMax(limit, out);
        } else if (timestampMs >= 0) {
            findFirst(timestampMs, limit, out);
        } else if (timestampMs < ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP) {
            return KafkaErrors.UNSUPPORTED_FOR_MESSAGE_FORMAT;
        }
        return KafkaErrors.NONE;
    }

    private void findMax(final long limit, final TimestampResult out) {
        Segment[] segments;
        Found found;
        do {
            segments = files.segments().snapshot();
            Segment best = null;
            for (final Segment segment : segments) {
                if (segment.maxTimestamp() >= 0 && (best == null || segment.maxTimestamp() > best.maxTimestamp())) {
                    best = segment;
                }
            }
            // As Kafka, which keeps the largest timestamp of a segment whatever of it DeleteRecords has taken away.
            found = best == null ? Found.NO : findIn(best, best.maxTimestamp(), best.baseOffset(), limit, out);
        } while (found == Found.SEGMENT_GONE && !files.segments().isCurrent(segments));
    }

    private void findFirst(final long timestampMs, final long limit, final TimestampResult out) {
        Segment[] segments;
        Found found;
        do {
            segments = files.segments().snapshot();
            found = findFirst(segments, timestampMs, limit, out);
        } while (found == Found.SEGMENT_GONE && !files.segments().isCurrent(segments));
    }

    private Found findFirst(
            final Segment[] segments, final long timestampMs, final long limit, final TimestampResult out) {
        final long start = files.offsets().logStart();
        for (final Segment segment : segments) {
            if (segment.maxTimestamp() >= timestampMs && segment.nextOffset() > start) {
                final Found found = findIn(segment, timestampMs, start, limit, out);
                if (found != Found.NO) {
                    return found;
                }
            }
        }
        return Found.NO;
    }

    /** Looks for the first record of a segment, from offset {@code start} on, that is not older than {@code timestampMs}. */
    private static Found findIn(
            final Segment segment,
            final long timestampMs,
            final long start,
            final long limit,
            final TimestampResult out) {
        if (!segment.pin()) {
            return Found.SEGMENT_GONE;
        }
        try {
            return findInPinned(segment, timestampMs, start, limit, out) ? Found.YES : Found.NO;
        } finally {
            segment.unpin();
        }
    }

    private static boolean findInPinned(
            final Segment segment,
            final long timestampMs,
            final long start,
            final long limit,
            final TimestampResult out) {
        final long end = segment.endPosition();
        final long base = segment.address();
        long position = segment.startPositionByTimestamp(timestampMs);
        while (position < end) {
            final int header = JournalFormat.header(base + position);
            if (JournalFormat.isData(header)) {
                final long entry = base + position;
                if (Batches.baseOffset(entry) >= limit) {
                    return false;
                }
                if (Batches.maxTimestamp(entry) >= timestampMs
                        && Batches.lastOffset(entry) >= start
                        && findInBatch(entry, JournalFormat.length(header), timestampMs, start, out)) {
                    return true;
                }
            } else if (!JournalFormat.isMetadata(header)) {
                return false;
            }
            position = JournalFormat.next(position, header);
        }
        return false;
    }

    private static boolean findInBatch(
            final long entry, final int length, final long timestampMs, final long start, final TimestampResult out) {
        final ByteBuffer copy = ByteBuffer.allocate(length);
        new UnsafeBuffer(entry + JournalFormat.HEADER_BYTES, length).getBytes(0, copy, 0, length);
        for (final RecordBatch batch : MemoryRecords.readableRecords(copy).batches()) {
            for (final Record record : batch) {
                if (record.timestamp() >= timestampMs && record.offset() >= start) {
                    out.set(record.offset(), record.timestamp(), batch.partitionLeaderEpoch());
                    return true;
                }
            }
        }
        return false;
    }

    /** See {@link PartitionLog#endOffsetForEpoch}. */
    short endOfEpoch(final int epoch, final TimestampResult out) {
        final EpochStarts epochs = files.epochs();
        final int found = epochs.floor(epoch);
        if (epoch == EpochStarts.NO_EPOCH || epoch > epochs.latest() || epochs.count() == 0) {
            out.none();
        } else if (found < 0) {
            out.set(epochs.start(0), -1, epoch);
        } else {
            final long end = found + 1 < epochs.count()
                    ? epochs.start(found + 1)
                    : files.offsets().logEnd();
            out.set(end, -1, epochs.epoch(found));
        }
        return KafkaErrors.NONE;
    }
}
