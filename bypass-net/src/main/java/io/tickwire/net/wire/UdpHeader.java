package io.tickwire.net.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * UDP header. RFC 768.
 *
 * <pre>
 *  0               2               4               6               8
 * +---------------+---------------+---------------+---------------+
 * |  Source port  |   Dest port   |    Length     |   Checksum    |
 * +---------------+---------------+---------------+---------------+
 * </pre>
 */
public final class UdpHeader {
    /** Bytes of the header. */
    public static final int LENGTH = 8;

    private static final int DESTINATION_PORT_OFFSET = 2;
    private static final int LENGTH_OFFSET = 4;
    private static final int CHECKSUM_OFFSET = 6;

    private UdpHeader() {}

    /** True if {@code available} bytes hold the datagram that the length field claims. */
    public static boolean isWellFormed(DirectBuffer buffer, int offset, int available) {
        return available >= LENGTH && length(buffer, offset) >= LENGTH && length(buffer, offset) <= available;
    }

    /** Source port. */
    public static int sourcePort(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** Destination port. */
    public static int destinationPort(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + DESTINATION_PORT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** Header and payload bytes. */
    public static int length(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + LENGTH_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** True if the checksum is right or absent (0). RFC 1122 §4.1.3.4. */
    public static boolean isChecksumValid(DirectBuffer buffer, int offset, int source, int destination) {
        if (buffer.getShort(offset + CHECKSUM_OFFSET) == 0) {
            return true;
        }
        final int length = length(buffer, offset);
        final long sum = Checksum.pseudoHeader(source, destination, Ipv4Header.PROTOCOL_UDP, length);
        return Checksum.finish(Checksum.add(buffer, offset, length, sum)) == 0;
    }

    /** Writes the header before a payload already in place, and the checksum. */
    public static void encode(
            MutableDirectBuffer buffer,
            int offset,
            int sourcePort,
            int destinationPort,
            int payloadLength,
            int source,
            int destination) {
        final int length = LENGTH + payloadLength;
        buffer.putShort(offset, (short) sourcePort, ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + DESTINATION_PORT_OFFSET, (short) destinationPort, ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + LENGTH_OFFSET, (short) length, ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) 0);
        final long sum = Checksum.pseudoHeader(source, destination, Ipv4Header.PROTOCOL_UDP, length);
        final int checksum = Checksum.finish(Checksum.add(buffer, offset, length, sum));
        // RFC 768: a computed zero is sent as all ones.
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) (checksum == 0 ? 0xffff : checksum), ByteOrder.BIG_ENDIAN);
    }
}
