package io.tickwire.kafka.record;

import io.tickwire.kafka.primitive.ByteReader;
import org.agrona.DirectBuffer;

/**
 * Walks the records of an uncompressed batch without copying.
 *
 * <p>Safe on any bytes: {@link #next()} answers false at the end and on the first record that is not well formed, and
 * {@link #isMalformed()} tells the two apart. Ranges are indexes into {@link #buffer()}. The well-formedness rules are those of
 * Kafka's {@code DefaultRecord} and {@code DefaultRecordBatch} iteration: as many records as declared, each using exactly its
 * declared size, nothing left over (but a count of 0 is not looked behind, there as here). One thread per instance; no allocation.
 */
public final class RecordCursor {
    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private final ByteReader reader = new ByteReader();
    private final ByteReader headers = new ByteReader();

    private DirectBuffer buffer;
    private long baseOffset;
    private long baseTimestamp;
    private long fixedTimestamp;
    private boolean logAppendTime;
    private int remaining;
    private boolean malformed;

    private int offsetDelta;
    private long timestampDelta;
    private int keyOffset;
    private int keyLength;
    private int valueOffset;
    private int valueLength;
    private int headerCount;
    private int headersOffset;
    private int recordEnd;
    private int headersLeft;

    private int headerKeyOffset;
    private int headerKeyLength;
    private int headerValueOffset;
    private int headerValueLength;

    /**
     * Starts at the first record of the uncompressed batch at {@code offset}, of which {@code length} bytes may be read. A batch
     * that declares more bytes than that, fewer than its header, or a codec is malformed.
     */
    public RecordCursor wrap(final DirectBuffer source, final int offset, final int length) {
        buffer = source;
        recordEnd = -1;
        headersLeft = 0;
        source.boundsCheck(offset, length);
        malformed = length < RecordBatchFlyweight.HEADER_BYTES;
        if (!malformed) {
            batch.wrap(source, offset);
            final int size = batch.sizeInBytes();
            malformed = size < RecordBatchFlyweight.HEADER_BYTES
                    || size > length
                    || batch.isCompressed()
                    || batch.recordCount() < 0;
        }
        if (malformed) {
            remaining = 0;
            return this;
        }
        reader.wrap(
                source,
                offset + RecordBatchFlyweight.HEADER_BYTES,
                batch.sizeInBytes() - RecordBatchFlyweight.HEADER_BYTES);
        baseOffset = batch.baseOffset();
        baseTimestamp = batch.baseTimestamp();
        logAppendTime = batch.isLogAppendTime();
        fixedTimestamp = batch.maxTimestamp();
        remaining = batch.recordCount();
        return this;
    }

    /** Goes to the next record; false at the end or when the rest is malformed. */
    public boolean next() {
        if (remaining == 0) {
            return false;
        }
        if (!readRecord()) {
            malformed = true;
            remaining = 0;
            return false;
        }
        remaining--;
        if (remaining == 0 && reader.remaining() > 0) {
            // The last record stands, but bytes are left over: reported after it.
            malformed = true;
        }
        return true;
    }

    private boolean readRecord() {
        final int bodyBytes = reader.varint();
        if (reader.malformed() || bodyBytes < 0 || bodyBytes > reader.remaining()) {
            return false;
        }
        recordEnd = reader.position() + bodyBytes;
        reader.int8();
        timestampDelta = reader.varlong();
        offsetDelta = reader.varint();
        keyLength = range();
        keyOffset = reader.position() - Math.max(keyLength, 0);
        valueLength = range();
        valueOffset = reader.position() - Math.max(valueLength, 0);
        headerCount = reader.varint();
        if (reader.malformed() || headerCount < 0 || reader.position() > recordEnd) {
            return false;
        }
        headersOffset = reader.position();
        for (int i = 0; i < headerCount; i++) {
            reader.skip(reader.varint());
            range();
            if (reader.malformed()) {
                return false;
            }
        }
        headersLeft = headerCount;
        headers.wrap(buffer, headersOffset, reader.position() - headersOffset);
        return reader.position() == recordEnd;
    }

    private int range() {
        final int length = reader.varint();
        if (length < 0) {
            // Kafka reads any negative length as null.
            return ByteReader.NULL_LENGTH;
        }
        reader.skip(length);
        return length;
    }

    /** Goes to the next header of the current record. */
    public boolean nextHeader() {
        if (headersLeft == 0) {
            return false;
        }
        headersLeft--;
        headerKeyLength = headers.varint();
        headerKeyOffset = headers.position();
        headers.skip(headerKeyLength);
        final int declared = headers.varint();
        headerValueLength = Math.max(declared, ByteReader.NULL_LENGTH);
        headerValueOffset = headers.position();
        headers.skip(Math.max(headerValueLength, 0));
        return true;
    }

    /** True once the batch or a record turned out not to be well formed. */
    public boolean isMalformed() {
        return malformed;
    }

    /** What all ranges index into. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Offset of the current record. */
    public long offset() {
        return baseOffset + offsetDelta;
    }

    /** The current record's own offset delta. */
    public int offsetDelta() {
        return offsetDelta;
    }

    /** Milliseconds: the record's own, or the batch's maximum under LogAppendTime. */
    public long timestamp() {
        return logAppendTime ? fixedTimestamp : baseTimestamp + timestampDelta;
    }

    /** Index of the key's first byte. */
    public int keyOffset() {
        return keyOffset;
    }

    /** Bytes of the key, -1 for null. */
    public int keyLength() {
        return keyLength;
    }

    /** Index of the value's first byte. */
    public int valueOffset() {
        return valueOffset;
    }

    /** Bytes of the value, -1 for null. */
    public int valueLength() {
        return valueLength;
    }

    /** Headers of the current record. */
    public int headerCount() {
        return headerCount;
    }

    /** Index of the first header's first byte (after the count). */
    public int headersOffset() {
        return headersOffset;
    }

    /** Bytes of all headers, without the count. */
    public int headersLength() {
        return recordEnd - headersOffset;
    }

    /** Index of the current header's key. */
    public int headerKeyOffset() {
        return headerKeyOffset;
    }

    /** Bytes of the current header's key. */
    public int headerKeyLength() {
        return headerKeyLength;
    }

    /** Index of the current header's value. */
    public int headerValueOffset() {
        return headerValueOffset;
    }

    /** Bytes of the current header's value, -1 for null. */
    public int headerValueLength() {
        return headerValueLength;
    }
}
