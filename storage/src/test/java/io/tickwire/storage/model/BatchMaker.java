package io.tickwire.storage.model;

import io.tickwire.kafka.record.HeaderBlock;
import io.tickwire.kafka.record.RecordBatchEncoder;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Makes random batches and remembers what is in the last one. */
final class BatchMaker {
    private static final int MAX_BATCH_BYTES = 256 * 1024;
    private static final int KEYS = 25;

    private final Random random;
    private final RecordBatchEncoder encoder = new RecordBatchEncoder();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[MAX_BATCH_BYTES]);
    private final List<LogModel.Entry> contents = new ArrayList<>();
    private int length;

    BatchMaker(Random random) {
        this.random = random;
    }

    /** Encodes a batch of random records as if it began at {@code baseOffset}. */
    void make(long baseOffset, long nowMs, boolean keyed, long producerId, int sequence, boolean transactional) {
        contents.clear();
        encoder.begin(buffer, 0, MAX_BATCH_BYTES)
                .attributes(transactional ? RecordBatchFlyweight.TRANSACTIONAL_MASK : 0)
                .producer(producerId, (short) (producerId < 0 ? -1 : 0), sequence);
        int count = 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 4);
        for (int i = 0; i < count; i++) {
            byte[] key = keyed || random.nextInt(4) > 0 ? new byte[] {(byte) random.nextInt(KEYS)} : null;
            byte[] value = random.nextInt(10) == 0 ? null : bytes(random.nextInt(random.nextInt(6) == 0 ? 5_000 : 200));
            long timestampMs = nowMs - random.nextInt(50);
            int written = encoder.append(
                    timestampMs,
                    wrap(key),
                    0,
                    key == null ? RecordBatchEncoder.NULL_LENGTH : key.length,
                    wrap(value),
                    0,
                    value == null ? RecordBatchEncoder.NULL_LENGTH : value.length,
                    HeaderBlock.EMPTY);
            if (written == RecordBatchEncoder.INSUFFICIENT_SPACE) {
                break;
            }
            contents.add(new LogModel.Entry(baseOffset + i, timestampMs, key, value));
        }
        length = encoder.finish();
    }

    /** Encodes the marker that ends a transaction. */
    void makeMarker(long offset, long nowMs, long producerId, boolean abort) {
        ByteBuffer marker = MemoryRecords.withEndTransactionMarker(
                        nowMs,
                        producerId,
                        (short) 0,
                        new EndTransactionMarker(abort ? ControlRecordType.ABORT : ControlRecordType.COMMIT, 0))
                .buffer();
        length = marker.remaining();
        buffer.putBytes(0, marker, marker.position(), length);
        contents.clear();
        contents.add(new LogModel.Entry(offset, nowMs, null, null));
    }

    private byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private static UnsafeBuffer wrap(byte[] bytes) {
        return new UnsafeBuffer(bytes == null ? new byte[0] : bytes);
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    int length() {
        return length;
    }

    List<LogModel.Entry> contents() {
        return contents;
    }
}
