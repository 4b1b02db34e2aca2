package io.tickwire.kafka.message;

import io.tickwire.kafka.record.RecordBatchFlyweight;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;

/** Writes a batch's records anew with the codec and level that its topic asks for ({@code compression.type}). One thread. */
public final class Recompressor {
    private final BufferSupplier buffers = BufferSupplier.create();
    private final UnsafeBuffer result = new UnsafeBuffer(0, 0);

    /**
     * Recompresses one sound batch: the same records, producer and sequence, from offset 0.
     *
     * @param batch wraps the batch
     * @return the new batch from index 0 on, as long as the buffer; until the next call
     */
    public DirectBuffer recompress(final RecordBatchFlyweight batch, final Compression target) {
        final byte[] copy = new byte[batch.sizeInBytes()];
        batch.buffer().getBytes(batch.offset(), copy);
        final MutableRecordBatch source = MemoryRecords.readableRecords(ByteBuffer.wrap(copy))
                .batches()
                .iterator()
                .next();
        final MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(copy.length),
                RecordBatch.CURRENT_MAGIC_VALUE,
                target,
                TimestampType.CREATE_TIME,
                0,
                RecordBatch.NO_TIMESTAMP,
                source.producerId(),
                source.producerEpoch(),
                source.baseSequence(),
                source.isTransactional(),
                RecordBatch.NO_PARTITION_LEADER_EPOCH);
        try (CloseableIterator<Record> records = source.streamingIterator(buffers)) {
            while (records.hasNext()) {
                builder.append(records.next());
            }
        }
        result.wrap(builder.build().buffer());
        return result;
    }
}
