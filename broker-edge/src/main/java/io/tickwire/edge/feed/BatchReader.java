package io.tickwire.edge.feed;

import io.tickwire.kafka.message.KafkaDecompressor;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordCursor;
import io.tickwire.kafka.record.RecordDecompressor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/** The records of one stored batch, compressed or not. One thread; allocates for compressed batches only. */
final class BatchReader {
    /** Most that a compressed batch may grow to, bytes. */
    static final int MAX_INFLATED_BYTES = 256 << 20;

    private final RecordDecompressor decompressor = new KafkaDecompressor();
    private final UnsafeBuffer stored = new UnsafeBuffer(0, 0);
    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private final UnsafeBuffer inflated = new UnsafeBuffer(new byte[0]);
    private byte[] inflatedBytes = new byte[64 * 1024];

    /** Points the cursor at the batch's records; a batch that cannot be read leaves the cursor malformed. */
    void open(final long address, final int length, final RecordCursor cursor) {
        stored.wrap(address, length);
        batch.wrap(stored, 0);
        if (!batch.isCompressed()) {
            cursor.wrap(stored, 0, length);
            return;
        }
        int inflatedLength;
        try {
            inflatedLength = inflate(length);
        } catch (final IOException e) {
            // A batch of no length is what the cursor calls malformed.
            inflatedLength = 0;
        }
        inflated.wrap(inflatedBytes, 0, inflatedLength);
        cursor.wrap(inflated, 0, inflatedLength);
    }

    /** Rebuilds the batch without compression; returns its length. */
    private int inflate(final int length) throws IOException {
        final int header = RecordBatchFlyweight.HEADER_BYTES;
        stored.getBytes(0, inflatedBytes, 0, header);
        int end = header;
        try (InputStream records = decompressor.open(batch.codec(), stored, header, length - header)) {
            while (true) {
                if (end == inflatedBytes.length) {
                    if (end >= MAX_INFLATED_BYTES) {
                        throw new IOException("batch expands beyond " + MAX_INFLATED_BYTES + " bytes");
                    }
                    inflatedBytes = Arrays.copyOf(inflatedBytes, Math.min(2 * end, MAX_INFLATED_BYTES));
                }
                final int read = records.read(inflatedBytes, end, inflatedBytes.length - end);
                if (read < 0) {
                    break;
                }
                end += read;
            }
        }
        final UnsafeBuffer rebuilt = new UnsafeBuffer(inflatedBytes);
        rebuilt.putInt(
                RecordBatchFlyweight.LENGTH_OFFSET,
                end - RecordBatchFlyweight.LOG_OVERHEAD_BYTES,
                ByteOrder.BIG_ENDIAN);
        new RecordBatchFlyweight()
                .wrapMutable(rebuilt, 0)
                .attributes(batch.attributes() & ~RecordBatchFlyweight.CODEC_MASK);
        return end;
    }

    boolean isControl() {
        return batch.isControl();
    }

    boolean isTransactional() {
        return batch.isTransactional();
    }
}
