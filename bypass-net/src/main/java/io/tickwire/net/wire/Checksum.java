package io.tickwire.net.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * The Internet checksum: RFC 1071 (definition, §2 byte-order independence), RFC 1624 (incremental update).
 *
 * <p>Sums are kept as an unreduced 64-bit accumulator of little-endian words, so that eight bytes are added per step; they are
 * swapped to network order once, in {@link #finish(long)}. An accumulator cannot overflow for less than 2^31 bytes.
 */
public final class Checksum {
    private static final boolean IS_LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private Checksum() {}

    /**
     * Adds a range to an accumulator.
     *
     * @param initial the accumulator so far (0 to begin). The bytes added before must have been even in number.
     * @return the new accumulator
     */
    public static long add(DirectBuffer buffer, int offset, int length, long initial) {
        buffer.boundsCheck(offset, length);
        final byte[] array = buffer.byteArray();
        long at = buffer.addressOffset() + offset;
        // Bounds are checked once, and one sum need not wait for the other.
        long sum = initial;
        long other = 0;
        for (int pairs = length >>> 4; pairs > 0; pairs--) {
            sum += halves(UnsafeApi.getLong(array, at));
            other += halves(UnsafeApi.getLong(array, at + Long.BYTES));
            at += 2 * Long.BYTES;
        }
        sum += other;
        if ((length & 8) != 0) {
            sum += halves(UnsafeApi.getLong(array, at));
            at += Long.BYTES;
        }
        if ((length & 4) != 0) {
            final int word = UnsafeApi.getInt(array, at);
            sum += (IS_LITTLE_ENDIAN ? word : Integer.reverseBytes(word)) & 0xffff_ffffL;
            at += Integer.BYTES;
        }
        if ((length & 2) != 0) {
            final short word = UnsafeApi.getShort(array, at);
            sum += (IS_LITTLE_ENDIAN ? word : Short.reverseBytes(word)) & 0xffff;
            at += Short.BYTES;
        }
        if ((length & 1) != 0) {
            sum += UnsafeApi.getByte(array, at) & 0xff;
        }
        return sum;
    }

    private static long halves(long word) {
        final long ordered = IS_LITTLE_ENDIAN ? word : Long.reverseBytes(word);
        return (ordered & 0xffff_ffffL) + (ordered >>> 32);
    }

    /** Accumulator of the IPv4 pseudo-header. RFC 9293 §3.1, RFC 768. Addresses and length in host order. */
    public static long pseudoHeader(int source, int destination, int protocol, int length) {
        return (Integer.reverseBytes(source) & 0xffff_ffffL)
                + (Integer.reverseBytes(destination) & 0xffff_ffffL)
                + (Short.reverseBytes((short) protocol) & 0xffff)
                + (Short.reverseBytes((short) length) & 0xffff);
    }

    /** Folds an accumulator to the 16-bit one's-complement sum, in network order as a host integer, not complemented. */
    public static int fold(long accumulator) {
        long sum = (accumulator & 0xffff_ffffL) + (accumulator >>> 32);
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        return Short.reverseBytes((short) sum) & 0xffff;
    }

    /** The value to store in a header's checksum field (big-endian store). */
    public static int finish(long accumulator) {
        return ~fold(accumulator) & 0xffff;
    }

    /** Checksum of one contiguous range. Over data that contains its own correct checksum the result is 0. */
    public static int of(DirectBuffer buffer, int offset, int length) {
        return finish(add(buffer, offset, length, 0));
    }

    /** New checksum after a 16-bit field changed. RFC 1624 §3, eqn. 3: HC' = ~(~HC + ~m + m'). */
    public static int update16(int checksum, int oldField, int newField) {
        int sum = (~checksum & 0xffff) + (~oldField & 0xffff) + (newField & 0xffff);
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        return ~sum & 0xffff;
    }

    /** New checksum after a 32-bit field changed. */
    public static int update32(int checksum, int oldField, int newField) {
        return update16(update16(checksum, oldField >>> 16, newField >>> 16), oldField & 0xffff, newField & 0xffff);
    }
}
