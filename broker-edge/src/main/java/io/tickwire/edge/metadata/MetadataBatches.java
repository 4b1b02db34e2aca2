package io.tickwire.edge.metadata;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.raft.Batch;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/** Metadata records to and from record batches, in the format of Kafka's own {@code __cluster_metadata} log. */
final class MetadataBatches {
    private static final MetadataRecordSerde SERDE = MetadataRecordSerde.INSTANCE;

    private MetadataBatches() {}

    /**
     * Encodes records as one uncompressed batch: no key, the value is frame version, type, version and body.
     *
     * @param baseOffset offset of the first record
     * @param epoch leader epoch of the batch
     * @param timestampMs append time of every record
     * @param records at least one
     */
    static MemoryRecords encode(long baseOffset, int epoch, long timestampMs, List<ApiMessageAndVersion> records) {
        SimpleRecord[] simple = new SimpleRecord[records.size()];
        ObjectSerializationCache cache = new ObjectSerializationCache();
        for (int i = 0; i < simple.length; i++) {
            ByteBuffer value = ByteBuffer.allocate(SERDE.recordSize(records.get(i), cache));
            SERDE.write(records.get(i), cache, new ByteBufferAccessor(value));
            value.flip();
            simple[i] = new SimpleRecord(timestampMs, null, value);
        }
        return MemoryRecords.withRecords(baseOffset, Compression.NONE, epoch, simple);
    }

    /** Decodes one batch; control batches give a batch without data records. */
    static Batch<ApiMessageAndVersion> decode(MutableRecordBatch batch) {
        List<ApiMessageAndVersion> records = new ArrayList<>();
        for (Record record : batch) {
            records.add(SERDE.read(new ByteBufferAccessor(record.value()), record.valueSize()));
        }
        return Batch.data(
                batch.baseOffset(), batch.partitionLeaderEpoch(), batch.maxTimestamp(), batch.sizeInBytes(), records);
    }
}
