package io.tickwire.net.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Ethernet II header, with an optional 802.1Q tag.
 *
 * <pre>
 *  0                   6                  12      14      16      18
 * +-------------------+-------------------+-------+
 * |    Destination    |      Source       | Type  |                     untagged
 * +-------------------+-------------------+-------+-------+-------+
 * |    Destination    |      Source       | 8100  |  TCI  | Type  |     802.1Q: TCI = PCP(3) DEI(1) VID(12)
 * +-------------------+-------------------+-------+-------+-------+
 * </pre>
 */
public final class EthernetHeader {
    /** Bytes of an untagged header. */
    public static final int LENGTH = 14;
    /** Bytes of a header with one 802.1Q tag. */
    public static final int TAGGED_LENGTH = 18;

    /** EtherType of IPv4. */
    public static final int TYPE_IPV4 = 0x0800;
    /** EtherType of ARP. */
    public static final int TYPE_ARP = 0x0806;
    /** EtherType of an 802.1Q tag. */
    public static final int TYPE_VLAN = 0x8100;

    private static final int DESTINATION_OFFSET = 0;
    private static final int SOURCE_OFFSET = 6;
    private static final int TYPE_OFFSET = 12;
    private static final int TCI_OFFSET = 14;
    private static final int INNER_TYPE_OFFSET = 16;

    private EthernetHeader() {}

    /** Destination MAC. */
    public static long destination(DirectBuffer buffer, int offset) {
        return getMac(buffer, offset + DESTINATION_OFFSET);
    }

    /** Source MAC. */
    public static long source(DirectBuffer buffer, int offset) {
        return getMac(buffer, offset + SOURCE_OFFSET);
    }

    /** First EtherType: {@link #TYPE_VLAN} for a tagged frame. */
    public static int type(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + TYPE_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /** VLAN identifier of a tagged frame. */
    public static int vlanId(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + TCI_OFFSET, ByteOrder.BIG_ENDIAN) & 0x0fff;
    }

    /** EtherType behind the tag of a tagged frame. */
    public static int innerType(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + INNER_TYPE_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffff;
    }

    /**
     * Writes a header.
     *
     * @param vlanId 802.1Q identifier 1–4094, or a negative number for an untagged frame
     * @return its length
     */
    public static int encode(
            MutableDirectBuffer buffer, int offset, long destination, long source, int vlanId, int type) {
        putMac(buffer, offset + DESTINATION_OFFSET, destination);
        putMac(buffer, offset + SOURCE_OFFSET, source);
        if (vlanId < 0) {
            buffer.putShort(offset + TYPE_OFFSET, (short) type, ByteOrder.BIG_ENDIAN);
            return LENGTH;
        }
        buffer.putShort(offset + TYPE_OFFSET, (short) TYPE_VLAN, ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + TCI_OFFSET, (short) vlanId, ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + INNER_TYPE_OFFSET, (short) type, ByteOrder.BIG_ENDIAN);
        return TAGGED_LENGTH;
    }

    /** Reads six octets as the low 48 bits of a long, first octet most significant. */
    public static long getMac(DirectBuffer buffer, int offset) {
        return ((buffer.getInt(offset, ByteOrder.BIG_ENDIAN) & 0xffff_ffffL) << 16)
                | (buffer.getShort(offset + 4, ByteOrder.BIG_ENDIAN) & 0xffff);
    }

    /** Writes six octets. */
    public static void putMac(MutableDirectBuffer buffer, int offset, long mac) {
        buffer.putInt(offset, (int) (mac >>> 16), ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + 4, (short) mac, ByteOrder.BIG_ENDIAN);
    }
}
