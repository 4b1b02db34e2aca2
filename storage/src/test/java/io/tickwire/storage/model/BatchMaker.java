package io.tickwire.storage.model;

import io.tickwire.kafka.record.HeaderBlock;
import io.tickwire.kafka.record.RecordBatchEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;

/** Makes random batches and remembers what is in the last one. */
final class BatchMaker {
    private static final int MAX_BATCH_BYTES = 256 * 1024;

    private final Random random;
    private final RecordBatchEncoder encoder = new RecordBatchEncoder();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[MAX_BATCH_BYTES]);
    private final List<LogModel.Entry> contents = new ArrayList<>();
    private int length;

    BatchMaker(Random random) {
        this.random = random;
    }

    /** Encodes a plain batch of random records as if it began at {@code baseOffset}. */
    void make(long baseOffset, long nowMs) {
        make(baseOffset, nowMs, -1, (short) -1, -1, 0);
    }

    void make(long baseOffset, long nowMs, long producerId, short epoch, int sequence, int attributes) {
        contents.clear();
        encoder.begin(buffer, 0, MAX_BATCH_BYTES).attributes(attributes).producer(producerId, epoch, sequence);
        int count = 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 4);
        for (int i = 0; i < count; i++) {
            byte[] key = random.nextInt(4) == 0 ? null : bytes(1 + random.nextInt(16));
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
                count = i;
                break;
            }
            contents.add(new LogModel.Entry(baseOffset + i, timestampMs, key, value, 0, producerId));
        }
        long last = baseOffset + count - 1;
        contents.replaceAll(entry ->
                new LogModel.Entry(entry.offset(), entry.timestampMs(), entry.key(), entry.value(), last, producerId));
        length = encoder.finish();
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
