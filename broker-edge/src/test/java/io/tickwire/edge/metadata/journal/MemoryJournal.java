package io.tickwire.edge.metadata.journal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/** A journal on the heap that outlives the coordinator that writes it. */
public final class MemoryJournal implements RecordJournal {
    private final List<byte[]> batches = new ArrayList<>();
    private long endOffset;

    @Override
    public synchronized long append(MemoryRecords records, int leaderEpoch) {
        for (MutableRecordBatch batch : records.batches()) {
            int count = Math.toIntExact(batch.lastOffset() - batch.baseOffset() + 1);
            batch.setLastOffset(endOffset + count - 1);
            batch.setPartitionLeaderEpoch(leaderEpoch);
            ByteBuffer bytes = ByteBuffer.allocate(batch.sizeInBytes());
            batch.writeTo(bytes);
            batches.add(bytes.array());
            endOffset += count;
        }
        return endOffset;
    }

    @Override
    public synchronized long replay(long fromOffset, Consumer<MutableRecordBatch> consumer) {
        long next = fromOffset;
        for (byte[] bytes : batches) {
            for (MutableRecordBatch batch :
                    MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).batches()) {
                if (batch.lastOffset() >= fromOffset) {
                    consumer.accept(batch);
                    next = batch.nextOffset();
                }
            }
        }
        return next;
    }

    @Override
    public void deleteBefore(long offset) {
        throw new UnsupportedOperationException("this journal keeps everything");
    }

    @Override
    public long startOffset() {
        return 0;
    }

    @Override
    public synchronized long endOffset() {
        return endOffset;
    }

    @Override
    public void flush() {}
}
