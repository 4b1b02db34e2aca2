package io.tickwire.compat.wire;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Record batches as they go over the wire: right ones, and ones with a field changed. */
final class RecordBytes {

    static final int BASE_OFFSET = 0;
    static final int LENGTH = 8;
    static final int LEADER_EPOCH = 12;
    static final int MAGIC = 16;
    static final int CRC = 17;
    static final int ATTRIBUTES = 21;
    static final int LAST_OFFSET_DELTA = 23;
    static final int COUNT = 57;

    private static final int PRODUCER_ID = 43;
    private static final int PRODUCER_EPOCH = 51;
    private static final int BASE_SEQUENCE = 53;

    private static final long TIME_MS = 1_000;

    private RecordBytes() {}

    static ByteBuffer plain(int count) {
        return of(Compression.NONE, count);
    }

    static ByteBuffer compressed(Compression compression) {
        return of(compression, 3);
    }

    static ByteBuffer idempotent(long producerId, int epoch, int sequence) {
        // Written over, because the builder refuses what is to be tried.
        ByteBuffer batch = plain(2).putLong(PRODUCER_ID, producerId).putShort(PRODUCER_EPOCH, (short) epoch);
        return withInt(batch, BASE_SEQUENCE, sequence);
    }

    private static ByteBuffer of(Compression compression, int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = new SimpleRecord(TIME_MS + i, new byte[] {'k', (byte) i}, new byte[20]);
        }
        return MemoryRecords.withRecords(compression, records).buffer();
    }

    static ByteBuffer withByte(ByteBuffer batch, int offset, int value) {
        return sealed(batch.put(offset, (byte) value));
    }

    static ByteBuffer withShort(ByteBuffer batch, int offset, int value) {
        return sealed(batch.putShort(offset, (short) value));
    }

    static ByteBuffer withInt(ByteBuffer batch, int offset, int value) {
        return offset == CRC ? batch.putInt(offset, value) : sealed(batch.putInt(offset, value));
    }

    static ByteBuffer twice(ByteBuffer batch) {
        return ByteBuffer.allocate(2 * batch.remaining())
                .put(batch.duplicate())
                .put(batch.duplicate())
                .flip();
    }

    static ByteBuffer cut(ByteBuffer batch, int bytes) {
        return batch.duplicate().limit(batch.remaining() - bytes);
    }

    private static ByteBuffer sealed(ByteBuffer batch) {
        CRC32C crc = new CRC32C();
        crc.update(batch.duplicate().position(ATTRIBUTES));
        return batch.putInt(CRC, (int) crc.getValue());
    }
}
