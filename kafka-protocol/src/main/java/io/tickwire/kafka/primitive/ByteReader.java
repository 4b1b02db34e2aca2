package io.tickwire.kafka.primitive;

import org.agrona.DirectBuffer;

/**
 * A bounded forward reader over untrusted bytes.
 *
 * <p>Reading past the end, or an illegal encoding, sets {@link #malformed()} and returns 0 (or -1 for lengths); every later
 * read does the same, so a decoder checks once at the end, or wherever it is about to trust a count. Never throws for any
 * input. One thread; no allocation.
 */
public final class ByteReader {
    /** Length that stands for null, in lengths returned here. */
    public static final int NULL_LENGTH = -1;

    private DirectBuffer buffer;
    private int position;
    private int limit;
    private boolean malformed;

    /** Starts reading {@code length} bytes at {@code offset}; the range must lie inside the buffer. */
    public ByteReader wrap(final DirectBuffer source, final int offset, final int length) {
        source.boundsCheck(offset, length);
        buffer = source;
        position = offset;
        limit = offset + length;
        malformed = false;
        return this;
    }

    /** The buffer given to {@link #wrap}. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Index of the next byte. */
    public int position() {
        return position;
    }

    /** Index after the last byte. */
    public int limit() {
        return limit;
    }

    /** Bytes not read yet. */
    public int remaining() {
        return limit - position;
    }

    /** True once anything read did not fit or was not legal. */
    public boolean malformed() {
        return malformed;
    }

    /** Declares the input illegal; returns {@link #NULL_LENGTH}. */
    public int fail() {
        malformed = true;
        position = limit;
        return NULL_LENGTH;
    }

    /** Goes to an index between the start and the limit, for a second pass over bytes already seen to be whole. */
    public void position(final int index) {
        assert index <= limit;
        position = index;
    }

    /** Passes over {@code count} bytes; a negative count or one past the end is malformed. */
    public void skip(final int count) {
        if (count < 0 || count > limit - position) {
            fail();
        } else {
            position += count;
        }
    }

    private boolean lacks(final int count) {
        if (limit - position < count) {
            fail();
            return true;
        }
        return false;
    }

    /** INT8. */
    public byte int8() {
        return lacks(1) ? 0 : buffer.getByte(position++);
    }

    /** BOOLEAN: any byte but 0 is true. */
    public boolean bool() {
        return int8() != 0;
    }

    /** INT16, big endian. */
    public short int16() {
        if (lacks(Short.BYTES)) {
            return 0;
        }
        final short value = buffer.getShort(position, java.nio.ByteOrder.BIG_ENDIAN);
        position += Short.BYTES;
        return value;
    }

    /** INT32, big endian. */
    public int int32() {
        if (lacks(Integer.BYTES)) {
            return 0;
        }
        final int value = buffer.getInt(position, java.nio.ByteOrder.BIG_ENDIAN);
        position += Integer.BYTES;
        return value;
    }

    /** INT64, big endian. */
    public long int64() {
        if (lacks(Long.BYTES)) {
            return 0;
        }
        final long value = buffer.getLong(position, java.nio.ByteOrder.BIG_ENDIAN);
        position += Long.BYTES;
        return value;
    }

    /** UNSIGNED_VARINT: at most five bytes; bits beyond 32 are dropped, as Kafka's reader drops them. */
    public int unsignedVarint() {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            if (lacks(1)) {
                return 0;
            }
            final byte group = buffer.getByte(position++);
            value |= (group & 0x7F) << shift;
            if (group >= 0) {
                return value;
            }
        }
        fail();
        return 0;
    }

    /** VARINT: zigzag, at most five bytes. */
    public int varint() {
        return Varint.unzigzag(unsignedVarint());
    }

    /** VARLONG: zigzag, at most ten bytes. */
    public long varlong() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (lacks(1)) {
                return 0;
            }
            final byte group = buffer.getByte(position++);
            value |= (group & 0x7FL) << shift;
            if (group >= 0) {
                return Varint.unzigzag(value);
            }
        }
        fail();
        return 0;
    }

    /**
     * Length of a STRING or BYTES body that follows, checked to be present.
     *
     * @param flexible true for the compact form (UNSIGNED_VARINT of length + 1), false for INT16
     * @return the length, or {@link #NULL_LENGTH}; the position is at the body
     */
    public int stringLength(final boolean flexible) {
        final int length = flexible ? unsignedVarint() - 1 : int16();
        // Kafka refuses longer strings in the compact form, too.
        return present(length > Short.MAX_VALUE ? Integer.MIN_VALUE : length);
    }

    /** Length of a BYTES or RECORDS body that follows: UNSIGNED_VARINT of length + 1, or INT32. */
    public int bytesLength(final boolean flexible) {
        return present(flexible ? unsignedVarint() - 1 : int32());
    }

    private int present(final int length) {
        if (malformed || length < NULL_LENGTH || length > limit - position) {
            return fail();
        }
        return length;
    }

    /**
     * Count of an ARRAY whose elements take at least {@code minElementBytes} each, so that no count can promise more than
     * the bytes that are left.
     *
     * @return the count, or {@link #NULL_LENGTH} for a null array (or when malformed)
     */
    public int arrayCount(final boolean flexible, final int minElementBytes) {
        final int count = flexible ? unsignedVarint() - 1 : int32();
        if (malformed || count < NULL_LENGTH || (long) count * minElementBytes > limit - position) {
            return fail();
        }
        return count;
    }

    /**
     * Passes over a whole tagged-field section.
     *
     * @return the number of fields
     */
    public int skipTaggedFields() {
        final int count = unsignedVarint();
        if (malformed || count < 0 || count * 2L > limit - position) {
            fail();
            return 0;
        }
        for (int i = 0; i < count && !malformed; i++) {
            unsignedVarint();
            skip(unsignedVarint());
        }
        return count;
    }
}
