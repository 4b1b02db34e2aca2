package io.tickwire.edge.metadata.journal;

import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSlices;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TimestampResult;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.utils.Time;

/**
 * A coordinator's view of its partition log.
 *
 * <p>The first {@link #append} binds the log to the calling thread; all others must come from the same.
 */
public final class PartitionJournal implements RecordJournal {
    private static final int READ_BYTES = 1 << 20;
    private static final int SLICES = 64;

    private final PartitionLog log;
    private final Time time;
    private final AppendResult result = new AppendResult();
    private final UnsafeBuffer source = new UnsafeBuffer();
    private boolean bound;

    /** Wraps {@code log}, which no other thread writes from now on. */
    public PartitionJournal(PartitionLog log, Time time) {
        this.log = log;
        this.time = time;
    }

    @Override
    public long append(MemoryRecords records, int leaderEpoch) {
        bind();
        ByteBuffer bytes = records.buffer();
        source.wrap(bytes, bytes.position(), bytes.remaining());
        long nowMs = time.milliseconds();
        short error = log.append(source, 0, bytes.remaining(), AppendOrigin.COORDINATOR, leaderEpoch, nowMs, result);
        if (error != Errors.NONE.code()) {
            throw Errors.forCode(error).exception(result.errorMessage());
        }
        if (log.highWatermark() <= result.lastOffset()) {
            // The topic is set to acknowledge only what is on disk, and so are its coordinator's answers.
            log.flush();
        }
        return result.lastOffset() + 1;
    }

    private void bind() {
        if (!bound) {
            log.bindOwner();
            bound = true;
        }
    }

    @Override
    public long replay(long fromOffset, Consumer<MutableRecordBatch> consumer) {
        long next = Math.max(fromOffset, log.logStartOffset());
        LogSlices slices = new LogSlices(SLICES);
        while (next < log.logEndOffset()) {
            short error = log.read(next, READ_BYTES, true, Isolation.LOG_END, slices);
            if (error != Errors.NONE.code()) {
                throw Errors.forCode(error).exception("Cannot read " + log.key() + " at " + next);
            }
            MemoryRecords records = MemoryRecords.readableRecords(onHeap(slices));
            slices.release();
            long before = next;
            for (MutableRecordBatch batch : records.batches()) {
                consumer.accept(batch);
                next = batch.nextOffset();
            }
            if (next == before) {
                break;
            }
        }
        return next;
    }

    private static ByteBuffer onHeap(LogSlices slices) {
        int total = 0;
        for (int i = 0; i < slices.count(); i++) {
            total += slices.length(i);
        }
        byte[] copy = new byte[total];
        UnsafeBuffer mapped = new UnsafeBuffer();
        int at = 0;
        for (int i = 0; i < slices.count(); i++) {
            mapped.wrap(slices.address(i), slices.length(i));
            mapped.getBytes(0, copy, at, slices.length(i));
            at += slices.length(i);
        }
        return ByteBuffer.wrap(copy);
    }

    @Override
    public void deleteBefore(long offset) {
        short error = log.deleteRecordsBefore(offset, new TimestampResult());
        if (error != Errors.NONE.code()) {
            throw Errors.forCode(error).exception("Cannot delete records of " + log.key() + " before " + offset);
        }
    }

    @Override
    public long startOffset() {
        return log.logStartOffset();
    }

    @Override
    public long endOffset() {
        return log.logEndOffset();
    }

    @Override
    public void flush() {
        log.flush();
    }
}
