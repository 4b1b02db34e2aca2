package io.tickwire.net.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * ARP for IPv4 over Ethernet. RFC 826.
 *
 * <pre>
 *  0       2       4   5   6       8            14          18           24          28
 * +-------+-------+---+---+-------+------------+-----------+------------+-----------+
 * | HRD 1 | 0800  | 6 | 4 |  OP   | sender MAC | sender IP | target MAC | target IP |
 * +-------+-------+---+---+-------+------------+-----------+------------+-----------+
 * </pre>
 */
public final class ArpPacket {
    /** Bytes of the packet. */
    public static final int LENGTH = 28;
    /** Operation: request. */
    public static final int REQUEST = 1;
    /** Operation: reply. */
    public static final int REPLY = 2;

    private static final long ETHERNET_IPV4 = 0x0001_0800_0604L;
    private static final int OPERATION_OFFSET = 6;
    private static final int SENDER_MAC_OFFSET = 8;
    private static final int SENDER_IP_OFFSET = 14;
    private static final int TARGET_MAC_OFFSET = 18;
    private static final int TARGET_IP_OFFSET = 24;

    private ArpPacket() {}

    /** True if {@code length} bytes hold an ARP packet for IPv4 over Ethernet. */
    public static boolean isValid(DirectBuffer buffer, int offset, int length) {
        return length >= LENGTH && EthernetHeader.getMac(buffer, offset) == ETHERNET_IPV4;
    }

    /** {@link #REQUEST}, {@link #REPLY} or something else. */
    public static int operation(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + OPERATION_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** Changes the operation. */
    public static void operation(MutableDirectBuffer buffer, int offset, int operation) {
        buffer.putShort(offset + OPERATION_OFFSET, (short) operation, ByteOrder.BIG_ENDIAN);
    }

    /** Sender hardware address. */
    public static long senderMac(DirectBuffer buffer, int offset) {
        return EthernetHeader.getMac(buffer, offset + SENDER_MAC_OFFSET);
    }

    /** Sender protocol address; 0 in an address probe (RFC 5227). */
    public static int senderIp(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + SENDER_IP_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /** Target hardware address. */
    public static long targetMac(DirectBuffer buffer, int offset) {
        return EthernetHeader.getMac(buffer, offset + TARGET_MAC_OFFSET);
    }

    /** Target protocol address. */
    public static int targetIp(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + TARGET_IP_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /** Writes a packet. */
    public static void encode(
            MutableDirectBuffer buffer,
            int offset,
            int operation,
            long senderMac,
            int senderIp,
            long targetMac,
            int targetIp) {
        EthernetHeader.putMac(buffer, offset, ETHERNET_IPV4);
        buffer.putShort(offset + OPERATION_OFFSET, (short) operation, ByteOrder.BIG_ENDIAN);
        EthernetHeader.putMac(buffer, offset + SENDER_MAC_OFFSET, senderMac);
        buffer.putInt(offset + SENDER_IP_OFFSET, senderIp, ByteOrder.BIG_ENDIAN);
        EthernetHeader.putMac(buffer, offset + TARGET_MAC_OFFSET, targetMac);
        buffer.putInt(offset + TARGET_IP_OFFSET, targetIp, ByteOrder.BIG_ENDIAN);
    }
}
