package io.tickwire.kafka.record;

import static java.nio.ByteOrder.BIG_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Header of a RecordBatch, format version 2.
 *
 * <pre>
 *   0                   8           12          16  17          21    23
 *  +-------------------+-----------+-----------+---+-----------+-----+-----------+
 *  | base offset       | length    | ldr epoch |mag| CRC-32C   |attrs| last delta|
 *  +-------------------+-----------+-----------+---+-----------+-----+-----------+
 *   27                  35                  43                  51    53
 *  +-------------------+-------------------+-------------------+-----+-----------+
 *  | base timestamp    | max timestamp     | producer id       |epoch| base seq  |
 *  +-------------------+-------------------+-------------------+-----+-----------+
 *   57          61
 *  +-----------+---------------- ... length counts from 12 to the end of the batch
 *  | count     | records               the CRC covers 21 to the end of the batch
 *  +-----------+---------------- ...
 * </pre>
 *
 * Big endian. Source: KIP-98 and the Kafka documentation, "Message Format". The getters trust that {@link #HEADER_BYTES}
 * bytes are there; whoever wraps untrusted bytes checks that first. No state but the wrap; no allocation.
 */
public final class RecordBatchFlyweight {
    /** INT64: offset of the first record. */
    public static final int BASE_OFFSET_OFFSET = 0;

    /** INT32: bytes after this field. */
    public static final int LENGTH_OFFSET = 8;

    /** INT32. */
    public static final int PARTITION_LEADER_EPOCH_OFFSET = 12;

    /** INT8: format version. */
    public static final int MAGIC_OFFSET = 16;

    /** UINT32: CRC-32C from {@link #ATTRIBUTES_OFFSET} to the end. */
    public static final int CRC_OFFSET = 17;

    /** INT16: see the {@code _MASK} constants. */
    public static final int ATTRIBUTES_OFFSET = 21;

    /** INT32: offset of the last record minus the base offset. */
    public static final int LAST_OFFSET_DELTA_OFFSET = 23;

    /** INT64: milliseconds; the delete horizon instead when {@link #DELETE_HORIZON_MASK} is set. */
    public static final int BASE_TIMESTAMP_OFFSET = 27;

    /** INT64: milliseconds. */
    public static final int MAX_TIMESTAMP_OFFSET = 35;

    /** INT64: -1 when not idempotent. */
    public static final int PRODUCER_ID_OFFSET = 43;

    /** INT16. */
    public static final int PRODUCER_EPOCH_OFFSET = 51;

    /** INT32. */
    public static final int BASE_SEQUENCE_OFFSET = 53;

    /** INT32. */
    public static final int RECORD_COUNT_OFFSET = 57;

    /** Bytes before the first record. */
    public static final int HEADER_BYTES = 61;

    /** Bytes that the length field does not count. */
    public static final int LOG_OVERHEAD_BYTES = 12;

    /** The only format version served. */
    public static final byte MAGIC = 2;

    /** Attributes: compression codec, 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
    public static final int CODEC_MASK = 0x07;

    /** Attributes: set for LogAppendTime. */
    public static final int LOG_APPEND_TIME_MASK = 0x08;

    /** Attributes: part of a transaction. */
    public static final int TRANSACTIONAL_MASK = 0x10;

    /** Attributes: control records. */
    public static final int CONTROL_MASK = 0x20;

    /** Attributes: the base timestamp is a delete horizon (KIP-534). */
    public static final int DELETE_HORIZON_MASK = 0x40;

    /** Timestamp of a record that has none. */
    public static final long NO_TIMESTAMP = -1L;

    /** Producer id of a batch that is not idempotent. */
    public static final long NO_PRODUCER_ID = -1L;

    /** Producer epoch of a batch that is not idempotent. */
    public static final short NO_PRODUCER_EPOCH = -1;

    /** Base sequence of a batch that is not idempotent. */
    public static final int NO_SEQUENCE = -1;

    private DirectBuffer buffer;
    private MutableDirectBuffer mutable;
    private int offset;

    /** Reads the batch at {@code start}. Setters are not allowed after this. */
    public RecordBatchFlyweight wrap(final DirectBuffer source, final int start) {
        buffer = source;
        mutable = null;
        offset = start;
        return this;
    }

    /** Reads and changes the batch at {@code start}. */
    public RecordBatchFlyweight wrapMutable(final MutableDirectBuffer target, final int start) {
        buffer = target;
        mutable = target;
        offset = start;
        return this;
    }

    /** The wrapped buffer. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Index of the batch in the buffer. */
    public int offset() {
        return offset;
    }

    /** Whole size: {@link #LOG_OVERHEAD_BYTES} plus the length field. */
    public int sizeInBytes() {
        return LOG_OVERHEAD_BYTES + buffer.getInt(offset + LENGTH_OFFSET, BIG_ENDIAN);
    }

    public long baseOffset() {
        return buffer.getLong(offset + BASE_OFFSET_OFFSET, BIG_ENDIAN);
    }

    /** Base offset plus the last offset delta. */
    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    /** Offset after the last one of the batch. */
    public long nextOffset() {
        return lastOffset() + 1;
    }

    public int partitionLeaderEpoch() {
        return buffer.getInt(offset + PARTITION_LEADER_EPOCH_OFFSET, BIG_ENDIAN);
    }

    public byte magic() {
        return buffer.getByte(offset + MAGIC_OFFSET);
    }

    /** The stored CRC-32C, as an int. */
    public int crc() {
        return buffer.getInt(offset + CRC_OFFSET, BIG_ENDIAN);
    }

    public short attributes() {
        return buffer.getShort(offset + ATTRIBUTES_OFFSET, BIG_ENDIAN);
    }

    /** Compression codec id, 0 to 7; 5 and above are not assigned. */
    public int codec() {
        return attributes() & CODEC_MASK;
    }

    public boolean isCompressed() {
        return codec() != 0;
    }

    public boolean isLogAppendTime() {
        return (attributes() & LOG_APPEND_TIME_MASK) != 0;
    }

    public boolean isTransactional() {
        return (attributes() & TRANSACTIONAL_MASK) != 0;
    }

    public boolean isControl() {
        return (attributes() & CONTROL_MASK) != 0;
    }

    public boolean hasDeleteHorizon() {
        return (attributes() & DELETE_HORIZON_MASK) != 0;
    }

    public int lastOffsetDelta() {
        return buffer.getInt(offset + LAST_OFFSET_DELTA_OFFSET, BIG_ENDIAN);
    }

    public long baseTimestamp() {
        return buffer.getLong(offset + BASE_TIMESTAMP_OFFSET, BIG_ENDIAN);
    }

    public long maxTimestamp() {
        return buffer.getLong(offset + MAX_TIMESTAMP_OFFSET, BIG_ENDIAN);
    }

    public long producerId() {
        return buffer.getLong(offset + PRODUCER_ID_OFFSET, BIG_ENDIAN);
    }

    public boolean hasProducerId() {
        return producerId() > NO_PRODUCER_ID;
    }

    public short producerEpoch() {
        return buffer.getShort(offset + PRODUCER_EPOCH_OFFSET, BIG_ENDIAN);
    }

    public int baseSequence() {
        return buffer.getInt(offset + BASE_SEQUENCE_OFFSET, BIG_ENDIAN);
    }

    public int recordCount() {
        return buffer.getInt(offset + RECORD_COUNT_OFFSET, BIG_ENDIAN);
    }

    /** True when the stored CRC matches the bytes; the batch must lie whole inside the buffer. */
    public boolean crcMatches(final Crc32C crc32c) {
        return crc() == computeCrc(crc32c);
    }

    private int computeCrc(final Crc32C crc32c) {
        return crc32c.compute(buffer, offset + ATTRIBUTES_OFFSET, sizeInBytes() - ATTRIBUTES_OFFSET);
    }

    /** Sets the base offset; the CRC does not cover it. */
    public RecordBatchFlyweight baseOffset(final long value) {
        mutable.putLong(offset + BASE_OFFSET_OFFSET, value, BIG_ENDIAN);
        return this;
    }

    /** Sets the leader epoch; the CRC does not cover it. */
    public RecordBatchFlyweight partitionLeaderEpoch(final int value) {
        mutable.putInt(offset + PARTITION_LEADER_EPOCH_OFFSET, value, BIG_ENDIAN);
        return this;
    }

    /** Sets the attributes; the CRC covers them. */
    public RecordBatchFlyweight attributes(final int value) {
        mutable.putShort(offset + ATTRIBUTES_OFFSET, (short) value, BIG_ENDIAN);
        return this;
    }

    /** Sets the maximal timestamp; the CRC covers it. */
    public RecordBatchFlyweight maxTimestamp(final long value) {
        mutable.putLong(offset + MAX_TIMESTAMP_OFFSET, value, BIG_ENDIAN);
        return this;
    }

    /** Sets the stored CRC. */
    public RecordBatchFlyweight crc(final int value) {
        mutable.putInt(offset + CRC_OFFSET, value, BIG_ENDIAN);
        return this;
    }

    /** Computes and stores the CRC. */
    public RecordBatchFlyweight sealCrc(final Crc32C crc32c) {
        return crc(computeCrc(crc32c));
    }

    /**
     * Sets timestamp type and maximal timestamp, and the CRC again when that changed anything, as the broker does after
     * validation (Kafka {@code DefaultRecordBatch.setMaxTimestamp}).
     *
     * @return true when the batch was changed
     */
    public boolean stampTimestamp(final boolean logAppendTime, final long timestampMs, final Crc32C crc32c) {
        if (isLogAppendTime() == logAppendTime && maxTimestamp() == timestampMs) {
            return false;
        }
        final int others = attributes() & ~LOG_APPEND_TIME_MASK;
        attributes(logAppendTime ? others | LOG_APPEND_TIME_MASK : others);
        maxTimestamp(timestampMs);
        sealCrc(crc32c);
        return true;
    }
}
