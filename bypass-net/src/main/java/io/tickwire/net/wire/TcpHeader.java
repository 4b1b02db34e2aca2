package io.tickwire.net.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * TCP header. RFC 9293 §3.1.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |          Source Port          |       Destination Port        |
 * +-------------------------------+-------------------------------+
 * |                        Sequence Number                        |
 * +---------------------------------------------------------------+
 * |                    Acknowledgment Number                      |
 * +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 * |Offset | Rsrvd |C|E|U|A|P|R|S|F|            Window             |
 * +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 * |           Checksum            |         Urgent Pointer        |
 * +-------------------------------+-------------------------------+
 * |                           [Options]                           |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class TcpHeader {
    /** Bytes without options. */
    public static final int LENGTH = 20;
    /** Largest header. */
    public static final int MAX_LENGTH = 60;

    /** Control bit FIN. */
    public static final int FIN = 0x01;
    /** Control bit SYN. */
    public static final int SYN = 0x02;
    /** Control bit RST. */
    public static final int RST = 0x04;
    /** Control bit PSH. */
    public static final int PSH = 0x08;
    /** Control bit ACK. */
    public static final int ACK = 0x10;
    /** Control bit URG. */
    public static final int URG = 0x20;

    /** Where the checksum lies, for devices that fill it in. */
    public static final int CHECKSUM_OFFSET = 16;

    private static final int DESTINATION_PORT_OFFSET = 2;
    private static final int SEQUENCE_OFFSET = 4;
    private static final int ACK_OFFSET = 8;
    private static final int DATA_OFFSET = 12;
    private static final int FLAGS_OFFSET = 13;
    private static final int WINDOW_OFFSET = 14;
    private static final int URGENT_OFFSET = 18;

    private TcpHeader() {}

    /** True if {@code length} bytes hold a whole header. */
    public static boolean isWellFormed(DirectBuffer buffer, int offset, int length) {
        if (length < LENGTH) {
            return false;
        }
        final int headerLength = headerLength(buffer, offset);
        return headerLength >= LENGTH && headerLength <= length;
    }

    /** True if the checksum over header and payload ({@code length} bytes) is right. */
    public static boolean isChecksumValid(DirectBuffer buffer, int offset, int length, int source, int destination) {
        final long sum = Checksum.pseudoHeader(source, destination, Ipv4Header.PROTOCOL_TCP, length);
        return Checksum.finish(Checksum.add(buffer, offset, length, sum)) == 0;
    }

    /** Source port. */
    public static int sourcePort(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** Destination port. */
    public static int destinationPort(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + DESTINATION_PORT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** Sequence number. */
    public static int sequence(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + SEQUENCE_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /** Acknowledgement number. */
    public static int acknowledgement(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + ACK_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /** Header bytes, options included: 0–60, to be checked with {@link #isWellFormed}. */
    public static int headerLength(DirectBuffer buffer, int offset) {
        return (buffer.getByte(offset + DATA_OFFSET) & 0xf0) >>> 2;
    }

    /** The eight control bits. */
    public static int flags(DirectBuffer buffer, int offset) {
        return buffer.getByte(offset + FLAGS_OFFSET) & 0xff;
    }

    /** Window field, unscaled. */
    public static int window(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + WINDOW_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** Urgent pointer. */
    public static int urgentPointer(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + URGENT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** Writes the fixed part with a zero checksum and urgent pointer; options and payload go behind it. */
    public static void encode(
            MutableDirectBuffer buffer,
            int offset,
            int sourcePort,
            int destinationPort,
            int sequence,
            int acknowledgement,
            int headerLength,
            int flags,
            int window) {
        buffer.putInt(offset, sourcePort << 16 | destinationPort, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + SEQUENCE_OFFSET, sequence, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + ACK_OFFSET, acknowledgement, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + DATA_OFFSET, headerLength << 26 | flags << 16 | window, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + CHECKSUM_OFFSET, 0);
    }

    /** Computes and stores the checksum over header and payload ({@code length} bytes). */
    public static void putChecksum(MutableDirectBuffer buffer, int offset, int length, int source, int destination) {
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) 0);
        final long sum = Checksum.pseudoHeader(source, destination, Ipv4Header.PROTOCOL_TCP, length);
        final int checksum = Checksum.finish(Checksum.add(buffer, offset, length, sum));
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) checksum, ByteOrder.BIG_ENDIAN);
    }

    /** Stores the folded pseudo-header sum, which is what a device that inserts checksums wants to find. */
    public static void putPseudoChecksum(
            MutableDirectBuffer buffer, int offset, int length, int source, int destination) {
        final int sum = Checksum.fold(Checksum.pseudoHeader(source, destination, Ipv4Header.PROTOCOL_TCP, length));
        buffer.putShort(offset + CHECKSUM_OFFSET, (short) sum, ByteOrder.BIG_ENDIAN);
    }
}
