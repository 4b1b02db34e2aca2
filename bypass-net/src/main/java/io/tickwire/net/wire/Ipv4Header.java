package io.tickwire.net.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * IPv4 header. RFC 791 §3.1.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+-------+---------------+-------------------------------+
 * |Version|  IHL  |Type of Service|          Total Length         |
 * +-------+-------+---------------+-----+-------------------------+
 * |         Identification        |Flags|     Fragment Offset     |
 * +---------------+---------------+-----+-------------------------+
 * |  Time to Live |    Protocol   |        Header Checksum        |
 * +---------------+---------------+-------------------------------+
 * |                         Source Address                        |
 * +---------------------------------------------------------------+
 * |                       Destination Address                     |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv4Header {
    /** Bytes without options. */
    public static final int LENGTH = 20;
    /** Largest header. */
    public static final int MAX_LENGTH = 60;

    /** Protocol number of ICMP. */
    public static final int PROTOCOL_ICMP = 1;
    /** Protocol number of IGMP. */
    public static final int PROTOCOL_IGMP = 2;
    /** Protocol number of TCP. */
    public static final int PROTOCOL_TCP = 6;
    /** Protocol number of UDP. */
    public static final int PROTOCOL_UDP = 17;

    /** Don't-fragment bit of the flags-and-offset field. */
    public static final int FLAG_DF = 0x4000;
    /** More-fragments bit of the flags-and-offset field. */
    public static final int FLAG_MF = 0x2000;

    private static final int TOTAL_LENGTH_OFFSET = 2;
    private static final int ID_OFFSET = 4;
    private static final int FRAGMENT_OFFSET = 6;
    private static final int TTL_OFFSET = 8;
    private static final int PROTOCOL_OFFSET = 9;
    private static final int CHECKSUM_OFFSET = 10;
    private static final int SOURCE_OFFSET = 12;
    private static final int DESTINATION_OFFSET = 16;

    private Ipv4Header() {}

    /** True if {@code available} bytes hold a whole IPv4 header whose lengths agree. The checksum is checked apart. */
    public static boolean isWellFormed(DirectBuffer buffer, int offset, int available) {
        if (available < LENGTH) {
            return false;
        }
        final int versionAndLength = buffer.getByte(offset) & 0xff;
        final int headerLength = (versionAndLength & 15) << 2;
        final int total = totalLength(buffer, offset);
        return versionAndLength >>> 4 == 4 && headerLength >= LENGTH && total >= headerLength && total <= available;
    }

    /** Header bytes, 20–60. */
    public static int headerLength(DirectBuffer buffer, int offset) {
        return (buffer.getByte(offset) & 15) << 2;
    }

    /** Type of service. */
    public static int tos(DirectBuffer buffer, int offset) {
        return buffer.getByte(offset + 1) & 0xff;
    }

    /** Header and payload bytes. */
    public static int totalLength(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + TOTAL_LENGTH_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** Identification. */
    public static int identification(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + ID_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** Flags and fragment offset as one field. */
    public static int flagsAndOffset(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + FRAGMENT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** True for any fragment, the first and the last included. */
    public static boolean isFragment(DirectBuffer buffer, int offset) {
        return (flagsAndOffset(buffer, offset) & 0x3fff) != 0;
    }

    /** Byte offset of a fragment's payload in its datagram. */
    public static int fragmentOffset(DirectBuffer buffer, int offset) {
        return (flagsAndOffset(buffer, offset) & 0x1fff) << 3;
    }

    /** True if more fragments follow. */
    public static boolean moreFragments(DirectBuffer buffer, int offset) {
        return (flagsAndOffset(buffer, offset) & FLAG_MF) != 0;
    }

    /** Time to live. */
    public static int ttl(DirectBuffer buffer, int offset) {
        return buffer.getByte(offset + TTL_OFFSET) & 0xff;
    }

    /** Protocol number. */
    public static int protocol(DirectBuffer buffer, int offset) {
        return buffer.getByte(offset + PROTOCOL_OFFSET) & 0xff;
    }

    /** Source address. */
    public static int source(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + SOURCE_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /** Destination address. */
    public static int destination(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + DESTINATION_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /** True if the header checksum is right. */
    public static boolean isChecksumValid(DirectBuffer buffer, int offset) {
        return Checksum.of(buffer, offset, headerLength(buffer, offset)) == 0;
    }

    /** Rewrites the total length and the fragment field, and mends the checksum. */
    public static void rewriteLengthAndFragment(
            MutableDirectBuffer buffer, int offset, int totalLength, int flagsAndOffset) {
        buffer.putShort(offset + TOTAL_LENGTH_OFFSET, (short) totalLength, ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + FRAGMENT_OFFSET, (short) flagsAndOffset, ByteOrder.BIG_ENDIAN);
        putChecksum(buffer, offset, headerLength(buffer, offset));
    }

    /**
     * Writes a header without options, checksum included.
     *
     * @param payloadLength bytes behind the header
     * @param flagsAndOffset {@link #FLAG_DF} or 0
     */
    public static void encode(
            MutableDirectBuffer buffer,
            int offset,
            int payloadLength,
            int identification,
            int flagsAndOffset,
            int ttl,
            int protocol,
            int source,
            int destination) {
        encodePrefix(buffer, offset, LENGTH, payloadLength, identification, flagsAndOffset);
        buffer.putByte(offset + TTL_OFFSET, (byte) ttl);
        buffer.putByte(offset + PROTOCOL_OFFSET, (byte) protocol);
        buffer.putInt(offset + SOURCE_OFFSET, source, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + DESTINATION_OFFSET, destination, ByteOrder.BIG_ENDIAN);
        putChecksum(buffer, offset, LENGTH);
    }

    /** Clears the checksum, which a device fills in. */
    public static void clearChecksum(MutableDirectBuffer buffer, int offset) {
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) 0);
    }

    /**
     * Writes a 24-byte header with the Router Alert option (RFC 2113), as IGMP messages need (RFC 9776 §4).
     *
     * @return the header's length
     */
    public static int encodeRouterAlert(
            MutableDirectBuffer buffer,
            int offset,
            int payloadLength,
            int identification,
            int ttl,
            int protocol,
            int source,
            int destination) {
        final int headerLength = LENGTH + 4;
        encodePrefix(buffer, offset, headerLength, payloadLength, identification, 0);
        // RFC 9776 §4: precedence of Internetwork Control.
        buffer.putByte(offset + 1, (byte) 0xc0);
        buffer.putByte(offset + TTL_OFFSET, (byte) ttl);
        buffer.putByte(offset + PROTOCOL_OFFSET, (byte) protocol);
        buffer.putInt(offset + SOURCE_OFFSET, source, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + DESTINATION_OFFSET, destination, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + LENGTH, 0x9404_0000, ByteOrder.BIG_ENDIAN);
        putChecksum(buffer, offset, headerLength);
        return headerLength;
    }

    private static void encodePrefix(
            MutableDirectBuffer buffer, int offset, int headerLength, int payloadLength, int id, int flagsAndOffset) {
        buffer.putByte(offset, (byte) (0x40 | headerLength >>> 2));
        buffer.putByte(offset + 1, (byte) 0);
        buffer.putShort(offset + TOTAL_LENGTH_OFFSET, (short) (headerLength + payloadLength), ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + ID_OFFSET, (short) id, ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + FRAGMENT_OFFSET, (short) flagsAndOffset, ByteOrder.BIG_ENDIAN);
    }

    private static void putChecksum(MutableDirectBuffer buffer, int offset, int headerLength) {
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) 0);
        final int checksum = Checksum.of(buffer, offset, headerLength);
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) checksum, ByteOrder.BIG_ENDIAN);
    }
}
