package io.tickwire.kafka.record;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.tickwire.kafka.primitive.Varint;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The headers of one record in their wire form, kept so that the same block can be encoded into many records and its fixed
 * values changed in place.
 *
 * <p>Build once with {@link #add} or {@link #addLong}, then per record {@link #setLong} what differs and pass the block to
 * {@link RecordBatchEncoder#append}. One thread per instance; allocates in the constructor only.
 */
public final class HeaderBlock {
    /** No headers. Shared: it cannot be added to. */
    public static final HeaderBlock EMPTY = new HeaderBlock(0);

    /** Return value of the adders when the block is full. */
    public static final int INSUFFICIENT_SPACE = -1;

    private final MutableDirectBuffer buffer;
    private int count;
    private int length;

    /** A block with room for {@code capacityBytes} of encoded headers. */
    public HeaderBlock(final int capacityBytes) {
        buffer = new UnsafeBuffer(new byte[capacityBytes]);
    }

    /** Forgets all headers. */
    public void clear() {
        count = 0;
        length = 0;
    }

    /**
     * Takes headers that are encoded already, in place of what is in the block; whether they are well formed is for who reads the record.
     *
     * @param headerCount how many they are
     * @return false, with nothing changed, when they do not fit
     */
    public boolean load(
            final DirectBuffer encoded, final int encodedOffset, final int encodedLength, final int headerCount) {
        if (encodedLength > buffer.capacity()) {
            return false;
        }
        buffer.putBytes(0, encoded, encodedOffset, encodedLength);
        length = encodedLength;
        count = headerCount;
        return true;
    }

    /** Headers in the block. */
    public int count() {
        return count;
    }

    /** Encoded bytes, without the count that precedes them in a record. */
    public int length() {
        return length;
    }

    /** The encoded headers, from index 0 to {@link #length()}. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /**
     * Adds a header.
     *
     * @param valueLength -1 for a null value
     * @return index of the value's first byte in the block, or {@link #INSUFFICIENT_SPACE} with nothing added
     */
    public int add(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength) {
        final int valueBytes = Math.max(valueLength, 0);
        final int valueAt = reserve(key, keyOffset, keyLength, valueLength, valueBytes);
        if (valueAt >= 0 && valueBytes > 0) {
            buffer.putBytes(valueAt, value, valueOffset, valueBytes);
        }
        return valueAt;
    }

    /** Adds a header whose value is eight bytes, big endian; returns as {@link #add}. */
    public int addLong(final DirectBuffer key, final int keyOffset, final int keyLength, final long value) {
        final int valueAt = reserve(key, keyOffset, keyLength, Long.BYTES, Long.BYTES);
        if (valueAt >= 0) {
            buffer.putLong(valueAt, value, BIG_ENDIAN);
        }
        return valueAt;
    }

    /** Replaces eight bytes, big endian, at an index that {@link #addLong} returned. */
    public void setLong(final int valueIndex, final long value) {
        buffer.putLong(valueIndex, value, BIG_ENDIAN);
    }

    private int reserve(
            final DirectBuffer key, final int keyOffset, final int keyLength, final int declared, final int bytes) {
        final int size = Varint.sizeOf(keyLength) + keyLength + Varint.sizeOf(declared) + bytes;
        if (size > buffer.capacity() - length) {
            return INSUFFICIENT_SPACE;
        }
        int at = Varint.put(buffer, length, keyLength);
        buffer.putBytes(at, key, keyOffset, keyLength);
        at = Varint.put(buffer, at + keyLength, declared);
        length += size;
        count++;
        return at;
    }
}
