package io.tickwire.kafka.record;

import io.tickwire.kafka.Seeds;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Random batches, written by Kafka's own classes. */
public final class Batches {
    private Batches() {}

    /** One to {@code maxRecords} records around {@code nowMs}. */
    public static SimpleRecord[] records(final SplittableRandom random, final int maxRecords, final long nowMs) {
        final SimpleRecord[] records = new SimpleRecord[random.nextInt(1, maxRecords + 1)];
        for (int i = 0; i < records.length; i++) {
            final Header[] headers = new Header[random.nextInt(3)];
            for (int h = 0; h < headers.length; h++) {
                headers[h] = new RecordHeader("h" + random.nextInt(1000), nullable(random, 20));
            }
            final long timestamp = nowMs + random.nextInt(-100_000, 100_000);
            records[i] = new SimpleRecord(timestamp, nullable(random, 40), nullable(random, 300), headers);
        }
        return records;
    }

    /** Null one time in five, else up to {@code max} bytes. */
    public static byte[] nullable(final SplittableRandom random, final int max) {
        return random.nextInt(5) == 0 ? null : Seeds.bytes(random, random.nextInt(max + 1));
    }

    /** The bytes of one batch as a producer sends it. */
    public static byte[] encode(final CompressionType type, final SimpleRecord... records) {
        return toBytes(MemoryRecords.withRecords(Compression.of(type).build(), records));
    }

    /** The bytes of one idempotent batch. */
    public static byte[] encodeIdempotent(
            final CompressionType type,
            final long id,
            final short epoch,
            final int seq,
            final SimpleRecord... records) {
        return toBytes(MemoryRecords.withIdempotentRecords(Compression.of(type).build(), id, epoch, seq, records));
    }

    /** All bytes of {@code records}. */
    public static byte[] toBytes(final MemoryRecords records) {
        final ByteBuffer buffer = records.buffer().duplicate();
        final byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** Makes the CRC of the batch at index 0 right again. */
    public static byte[] reseal(final byte[] batch) {
        new RecordBatchFlyweight()
                .wrapMutable(new org.agrona.concurrent.UnsafeBuffer(batch), 0)
                .sealCrc(new Crc32C());
        return batch;
    }
}
