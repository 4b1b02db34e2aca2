package io.tickwire.net.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * The Internet checksum: RFC 1071 (definition, §2 byte-order independence), RFC 1624 (incremental update).
 *
 * <p>Sums are kept as an unreduced 64-bit accumulator of little-endian words, so that eight bytes are added per step; they are
 * swapped to network order once, in {@link #finish(long)}. An accumulator cannot overflow for less than 2^31 bytes.
 */
public final class Checksum {

    private Checksum() {}

    /**
     * Adds a range to an accumulator.
     *
     * @param initial the accumulator so far (0 to begin). The bytes added before must have been even in number.
     * @return the new accumulator
     */
    public static long add(DirectBuffer buffer, int offset, int length, long initial) {
        long sum = initial;
        int index = offset;
        final int end = offset + length;
        for (final int limit = end - 7; index < limit; index += 8) {
            final long word = buffer.getLong(index, ByteOrder.LITTLE_ENDIAN);
            sum += (word & 0xffff_ffffL) + (word >>> 32);
        }
        if (index + 4 <= end) {
            sum += buffer.getInt(index, ByteOrder.LITTLE_ENDIAN) & 0xffff_ffffL;
            index += 4;
        }
        if (index + 2 <= end) {
            sum += buffer.getShort(index, ByteOrder.LITTLE_ENDIAN) & 0xffff;
            index += 2;
        }
        if (index < end) {
            sum += buffer.getByte(index) & 0xff;
        }
        return sum;
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
