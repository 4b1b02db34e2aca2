package io.tickwire.kafka.record;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.tickwire.kafka.primitive.Varint;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Encodes one uncompressed RecordBatch in place, for instance straight into a claimed journal region.
 *
 * <pre>
 *   encoder.begin(region, 0, region.capacity(), BASE);
 *   while (…) if (encoder.append(…) == INSUFFICIENT_SPACE) break;
 *   int batchLength = encoder.finish();
 * </pre>
 *
 * A record that does not fit leaves the batch as it was, so the caller can finish it and start the next one. The batch is not
 * readable before {@link #finish()}. One thread per instance; no allocation.
 */
public final class RecordBatchEncoder {
    /** Nothing was written: the record does not fit in what is left. */
    public static final int INSUFFICIENT_SPACE = -1;

    /** Length that stands for a null key or value. */
    public static final int NULL_LENGTH = -1;

    private final RecordBatchFlyweight header = new RecordBatchFlyweight();
    private final Crc32C crc32c = new Crc32C();

    private MutableDirectBuffer buffer;
    private int start;
    private int limit;
    private int position;
    private int recordCount;
    private long baseTimestamp;
    private long maxTimestamp;
    private int attributes;
    private long producerId;
    private short producerEpoch;
    private int baseSequence;

    /** Starts a plain batch: not idempotent, CreateTime. At least {@link RecordBatchFlyweight#HEADER_BYTES} are needed. */
    public RecordBatchEncoder begin(final MutableDirectBuffer target, final int offset, final int maxLength) {
        if (maxLength < RecordBatchFlyweight.HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "a batch takes at least " + RecordBatchFlyweight.HEADER_BYTES + " bytes, there are " + maxLength);
        }
        target.boundsCheck(offset, maxLength);
        buffer = target;
        start = offset;
        limit = offset + maxLength;
        position = offset + RecordBatchFlyweight.HEADER_BYTES;
        recordCount = 0;
        baseTimestamp = RecordBatchFlyweight.NO_TIMESTAMP;
        maxTimestamp = RecordBatchFlyweight.NO_TIMESTAMP;
        attributes = 0;
        producerId = RecordBatchFlyweight.NO_PRODUCER_ID;
        producerEpoch = RecordBatchFlyweight.NO_PRODUCER_EPOCH;
        baseSequence = RecordBatchFlyweight.NO_SEQUENCE;
        return this;
    }

    /** Attributes to write, of {@link RecordBatchFlyweight}'s masks; the codec stays 0. */
    public RecordBatchEncoder attributes(final int mask) {
        assert (mask & RecordBatchFlyweight.CODEC_MASK) == 0;
        attributes = mask;
        return this;
    }

    /** Makes the batch idempotent. */
    public RecordBatchEncoder producer(final long id, final short epoch, final int sequence) {
        producerId = id;
        producerEpoch = epoch;
        baseSequence = sequence;
        return this;
    }

    /** Records so far. */
    public int recordCount() {
        return recordCount;
    }

    /** Bytes so far, with the header. */
    public int length() {
        return position - start;
    }

    /**
     * Appends a record; the first one's timestamp becomes the batch's base.
     *
     * @param timestampMs milliseconds since the epoch
     * @param keyLength bytes, or {@link #NULL_LENGTH}: then {@code key} may be null
     * @param valueLength bytes, or {@link #NULL_LENGTH}: then {@code value} may be null
     * @return bytes the record took, or {@link #INSUFFICIENT_SPACE}
     */
    public int append(
            final long timestampMs,
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength,
            final HeaderBlock headers) {
        final long timestampDelta = recordCount == 0 ? 0 : timestampMs - baseTimestamp;
        final int offsetDelta = recordCount;
        final long bodyBytes = 1L
                + Varint.sizeOf(timestampDelta)
                + Varint.sizeOf(offsetDelta)
                + sizeOfRange(keyLength)
                + sizeOfRange(valueLength)
                + Varint.sizeOf(headers.count())
                + headers.length();
        if (bodyBytes > limit - position || bodyBytes + Varint.sizeOf((int) bodyBytes) > limit - position) {
            return INSUFFICIENT_SPACE;
        }
        int at = Varint.put(buffer, position, (int) bodyBytes);
        buffer.putByte(at++, (byte) 0);
        at = Varint.put(buffer, at, timestampDelta);
        at = Varint.put(buffer, at, offsetDelta);
        at = putRange(at, key, keyOffset, keyLength);
        at = putRange(at, value, valueOffset, valueLength);
        at = Varint.put(buffer, at, headers.count());
        buffer.putBytes(at, headers.buffer(), 0, headers.length());
        at += headers.length();

        if (recordCount == 0) {
            baseTimestamp = timestampMs;
        }
        maxTimestamp = Math.max(maxTimestamp, timestampMs);
        recordCount++;
        final int written = at - position;
        position = at;
        return written;
    }

    private static long sizeOfRange(final int length) {
        return Varint.sizeOf(length) + (long) Math.max(length, 0);
    }

    private int putRange(final int index, final DirectBuffer source, final int offset, final int length) {
        final int at = Varint.put(buffer, index, length);
        if (length <= 0) {
            return at;
        }
        buffer.putBytes(at, source, offset, length);
        return at + length;
    }

    /**
     * Writes the header and the CRC. The base offset is 0 and the leader epoch -1: the log sets both, the CRC does not cover them.
     * A batch without records is the caller's mistake: its last offset would come before its first.
     *
     * @return bytes of the whole batch
     */
    public int finish() {
        assert recordCount > 0;
        final int length = position - start;
        buffer.putLong(start + RecordBatchFlyweight.BASE_OFFSET_OFFSET, 0L, BIG_ENDIAN);
        buffer.putInt(
                start + RecordBatchFlyweight.LENGTH_OFFSET,
                length - RecordBatchFlyweight.LOG_OVERHEAD_BYTES,
                BIG_ENDIAN);
        buffer.putInt(start + RecordBatchFlyweight.PARTITION_LEADER_EPOCH_OFFSET, -1, BIG_ENDIAN);
        buffer.putByte(start + RecordBatchFlyweight.MAGIC_OFFSET, RecordBatchFlyweight.MAGIC);
        buffer.putShort(start + RecordBatchFlyweight.ATTRIBUTES_OFFSET, (short) attributes, BIG_ENDIAN);
        buffer.putInt(start + RecordBatchFlyweight.LAST_OFFSET_DELTA_OFFSET, recordCount - 1, BIG_ENDIAN);
        buffer.putLong(start + RecordBatchFlyweight.BASE_TIMESTAMP_OFFSET, baseTimestamp, BIG_ENDIAN);
        buffer.putLong(start + RecordBatchFlyweight.MAX_TIMESTAMP_OFFSET, maxTimestamp, BIG_ENDIAN);
        buffer.putLong(start + RecordBatchFlyweight.PRODUCER_ID_OFFSET, producerId, BIG_ENDIAN);
        buffer.putShort(start + RecordBatchFlyweight.PRODUCER_EPOCH_OFFSET, producerEpoch, BIG_ENDIAN);
        buffer.putInt(start + RecordBatchFlyweight.BASE_SEQUENCE_OFFSET, baseSequence, BIG_ENDIAN);
        buffer.putInt(start + RecordBatchFlyweight.RECORD_COUNT_OFFSET, recordCount, BIG_ENDIAN);
        header.wrapMutable(buffer, start).sealCrc(crc32c);
        return length;
    }
}
