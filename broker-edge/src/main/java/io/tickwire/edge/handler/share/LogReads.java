package io.tickwire.edge.handler.share;

import io.tickwire.edge.share.FetchedBatches;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSlices;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TimestampResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.errors.OffsetNotAvailableException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.group.ShareGroupAutoOffsetResetStrategy;

/** Reads of logs for share fetches: batches are looked at where they lie, and copied only once they are acquired. One thread. */
final class LogReads {
    private static final int BATCHES_PER_READ = 1024;

    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private final UnsafeBuffer memory = new UnsafeBuffer(0, 0);
    private final FetchedBatches fetched = new FetchedBatches();
    private final List<LogSlices> free = new ArrayList<>();

    /** Memory for a read, to be {@linkplain #release given back}. */
    LogSlices acquire() {
        return free.isEmpty() ? new LogSlices(BATCHES_PER_READ) : free.removeLast();
    }

    void release(LogSlices slices) {
        slices.release();
        free.add(slices);
    }

    /** What was read, as far as delivery depends on it; valid until the next call. */
    FetchedBatches describe(LogSlices slices) {
        fetched.clear();
        for (int i = 0; i < slices.count(); i++) {
            memory.wrap(slices.address(i), slices.length(i));
            batch.wrap(memory, 0);
            fetched.add(batch.baseOffset(), batch.lastOffset(), batch.producerId(), kind(batch));
        }
        for (int i = 0; i < slices.abortedCount(); i++) {
            fetched.addAborted(slices.abortedProducerId(i), slices.abortedFirstOffset(i));
        }
        return fetched;
    }

    private static FetchedBatches.Kind kind(RecordBatchFlyweight batch) {
        if (batch.isControl()) {
            return FetchedBatches.Kind.MARKER;
        }
        return batch.isTransactional() ? FetchedBatches.Kind.TRANSACTIONAL : FetchedBatches.Kind.PLAIN;
    }

    /** A copy of the batches that hold any of the offsets. */
    MemoryRecords copy(LogSlices slices, long firstOffset, long lastOffset) {
        int from = slices.count();
        int to = 0;
        int bytes = 0;
        for (int i = 0; i < slices.count(); i++) {
            memory.wrap(slices.address(i), slices.length(i));
            batch.wrap(memory, 0);
            if (batch.lastOffset() >= firstOffset && batch.baseOffset() <= lastOffset) {
                from = Math.min(from, i);
                to = i + 1;
                bytes += slices.length(i);
            }
        }
        byte[] copy = new byte[bytes];
        int at = 0;
        for (int i = from; i < to; i++) {
            memory.wrap(slices.address(i), slices.length(i));
            memory.getBytes(0, copy, at, slices.length(i));
            at += slices.length(i);
        }
        return MemoryRecords.readableRecords(ByteBuffer.wrap(copy));
    }

    /**
     * Where a group starts that has no offset yet.
     *
     * @throws OffsetNotAvailableException when no record is as young as the group wants
     */
    static long initialOffset(PartitionLog log, ShareGroupAutoOffsetResetStrategy reset) {
        return switch (reset.type()) {
            case EARLIEST -> log.logStartOffset();
            case LATEST -> log.highWatermark();
            case BY_DURATION -> {
                TimestampResult found = new TimestampResult();
                short error = log.offsetForTimestamp(reset.timestamp(), Isolation.UNCOMMITTED, found);
                if (error != KafkaErrors.NONE) {
                    throw Errors.forCode(error).exception();
                }
                if (found.offset() < 0) {
                    throw new OffsetNotAvailableException(
                            "No record of " + log.key() + " is young enough to start at.");
                }
                yield found.offset();
            }
        };
    }
}
