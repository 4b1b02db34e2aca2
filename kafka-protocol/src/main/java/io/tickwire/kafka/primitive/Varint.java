package io.tickwire.kafka.primitive;

import org.agrona.MutableDirectBuffer;

/**
 * Variable-length integers as Kafka writes them: base-128 groups, least significant first, bit 7 set on all but the last
 * byte; signed values are zigzag-encoded first.
 *
 * <p>Source: Kafka protocol guide, "Protocol Primitive Types" (VARINT, VARLONG, UNSIGNED_VARINT). Writers assume that the
 * caller has reserved {@link #MAX_INT_BYTES} or {@link #MAX_LONG_BYTES}, or the exact size. No allocation.
 */
public final class Varint {
    /** Most bytes a 32-bit value takes. */
    public static final int MAX_INT_BYTES = 5;

    /** Most bytes a 64-bit value takes. */
    public static final int MAX_LONG_BYTES = 10;

    private Varint() {}

    /** Zigzag of a 32-bit value: 0, -1, 1, -2 become 0, 1, 2, 3. */
    public static int zigzag(final int value) {
        return (value << 1) ^ (value >> 31);
    }

    /** Zigzag of a 64-bit value. */
    public static long zigzag(final long value) {
        return (value << 1) ^ (value >> 63);
    }

    /** Inverse of {@link #zigzag(int)}. */
    public static int unzigzag(final int value) {
        return (value >>> 1) ^ -(value & 1);
    }

    /** Inverse of {@link #zigzag(long)}. */
    public static long unzigzag(final long value) {
        return (value >>> 1) ^ -(value & 1);
    }

    /** Bytes that {@code value}, taken as unsigned, occupies: 1 to 5. */
    public static int sizeOfUnsigned(final int value) {
        // ceil(bits / 7) for 1..32 bits without a division.
        return ((38 - Integer.numberOfLeadingZeros(value | 1)) * 37) >>> 8;
    }

    /** Bytes that {@code value}, taken as unsigned, occupies: 1 to 10. */
    public static int sizeOfUnsigned(final long value) {
        return ((70 - Long.numberOfLeadingZeros(value | 1)) * 37) >>> 8;
    }

    /** Bytes of a zigzag 32-bit value. */
    public static int sizeOf(final int value) {
        return sizeOfUnsigned(zigzag(value));
    }

    /** Bytes of a zigzag 64-bit value. */
    public static int sizeOf(final long value) {
        return sizeOfUnsigned(zigzag(value));
    }

    /** Writes an unsigned 32-bit value; returns the index after it. */
    public static int putUnsigned(final MutableDirectBuffer buffer, final int index, final int value) {
        int at = index;
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            buffer.putByte(at++, (byte) (rest | 0x80));
            rest >>>= 7;
        }
        buffer.putByte(at++, (byte) rest);
        return at;
    }

    /** Writes a zigzag 32-bit value; returns the index after it. */
    public static int put(final MutableDirectBuffer buffer, final int index, final int value) {
        return putUnsigned(buffer, index, zigzag(value));
    }

    /** Writes a zigzag 64-bit value; returns the index after it. */
    public static int put(final MutableDirectBuffer buffer, final int index, final long value) {
        int at = index;
        long rest = zigzag(value);
        while ((rest & ~0x7FL) != 0) {
            buffer.putByte(at++, (byte) (rest | 0x80));
            rest >>>= 7;
        }
        buffer.putByte(at++, (byte) rest);
        return at;
    }
}
