package io.tickwire.kafka.primitive;

import static java.nio.ByteOrder.BIG_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A bounded forward writer.
 *
 * <p>Writing past the limit sets {@link #overflowed()} and writes nothing more, so an encoder checks once at the end. One thread;
 * no allocation.
 */
public final class ByteWriter {
    private MutableDirectBuffer buffer;
    private int start;
    private int position;
    private int limit;
    private boolean overflowed;

    /** Starts writing at {@code offset}, at most {@code maxLength} bytes. */
    public ByteWriter wrap(final MutableDirectBuffer target, final int offset, final int maxLength) {
        target.boundsCheck(offset, maxLength);
        buffer = target;
        start = offset;
        position = offset;
        limit = offset + maxLength;
        overflowed = false;
        return this;
    }

    /** The buffer given to {@link #wrap}. */
    public MutableDirectBuffer buffer() {
        return buffer;
    }

    /** Index of the next byte. */
    public int position() {
        return position;
    }

    /** Bytes written. */
    public int length() {
        return position - start;
    }

    /** True once something did not fit. */
    public boolean overflowed() {
        return overflowed;
    }

    private boolean fits(final int count) {
        if (count > limit - position) {
            overflowed = true;
            limit = position;
            return false;
        }
        return true;
    }

    /** INT8. */
    public void int8(final int value) {
        if (fits(Byte.BYTES)) {
            buffer.putByte(position++, (byte) value);
        }
    }

    /** INT16, big endian. */
    public void int16(final int value) {
        if (fits(Short.BYTES)) {
            buffer.putShort(position, (short) value, BIG_ENDIAN);
            position += Short.BYTES;
        }
    }

    /** INT32, big endian. */
    public void int32(final int value) {
        if (fits(Integer.BYTES)) {
            buffer.putInt(position, value, BIG_ENDIAN);
            position += Integer.BYTES;
        }
    }

    /** INT64, big endian. */
    public void int64(final long value) {
        if (fits(Long.BYTES)) {
            buffer.putLong(position, value, BIG_ENDIAN);
            position += Long.BYTES;
        }
    }

    /** UNSIGNED_VARINT. */
    public void unsignedVarint(final int value) {
        if (fits(Varint.sizeOfUnsigned(value))) {
            position = Varint.putUnsigned(buffer, position, value);
        }
    }

    /** Bytes as they are. */
    public void bytes(final DirectBuffer source, final int offset, final int length) {
        if (length > 0 && fits(length)) {
            buffer.putBytes(position, source, offset, length);
            position += length;
        }
    }

    /** Count of an ARRAY: compact when {@code flexible}; -1 for null. */
    public void arrayCount(final boolean flexible, final int count) {
        if (flexible) {
            unsignedVarint(count + 1);
        } else {
            int32(count);
        }
    }

    /** A STRING: compact when {@code flexible}; a length of -1 for null. */
    public void string(final boolean flexible, final DirectBuffer source, final int offset, final int length) {
        if (flexible) {
            unsignedVarint(length + 1);
        } else {
            int16(length);
        }
        bytes(source, offset, length);
    }

    /** A STRING of characters below 128; others become {@code ?}. Null is allowed. */
    public void ascii(final boolean flexible, final String text) {
        final int length = text == null ? -1 : text.length();
        if (flexible) {
            unsignedVarint(length + 1);
        } else {
            int16(length);
        }
        if (length > 0 && fits(length)) {
            position += buffer.putStringWithoutLengthAscii(position, text);
        }
    }

    /** An empty section of tagged fields, when {@code flexible}. */
    public void noTaggedFields(final boolean flexible) {
        if (flexible) {
            unsignedVarint(0);
        }
    }

    /** Replaces an INT32 written before. */
    public void patchInt32(final int index, final int value) {
        if (!overflowed) {
            buffer.putInt(index, value, BIG_ENDIAN);
        }
    }
}
