package io.tickwire.net.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Ethernet addresses as the low 48 bits of a long, first octet most significant. */
public final class MacAddress {
    /** ff:ff:ff:ff:ff:ff. */
    public static final long BROADCAST = 0xffff_ffff_ffffL;

    private MacAddress() {}

    /** Reads six octets. */
    public static long get(DirectBuffer buffer, int offset) {
        return ((buffer.getInt(offset, ByteOrder.BIG_ENDIAN) & 0xffff_ffffL) << 16)
                | (buffer.getShort(offset + 4, ByteOrder.BIG_ENDIAN) & 0xffff);
    }

    /** Writes six octets. */
    public static void put(MutableDirectBuffer buffer, int offset, long mac) {
        buffer.putInt(offset, (int) (mac >>> 16), ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + 4, (short) mac, ByteOrder.BIG_ENDIAN);
    }

    /** True for group addresses, the broadcast address included. */
    public static boolean isGroup(long mac) {
        return (mac & 0x0100_0000_0000L) != 0;
    }

    /** Group address for an IPv4 multicast address. RFC 1112 §6.4. */
    public static long ofMulticast(int group) {
        return 0x0100_5e00_0000L | (group & 0x7f_ffff);
    }

    /**
     * Parses {@code aa:bb:cc:dd:ee:ff}.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static long parse(String text) {
        final String[] parts = text.split(":", -1);
        if (parts.length != 6) {
            throw new IllegalArgumentException("not a MAC address: '" + text + "' (expected aa:bb:cc:dd:ee:ff)");
        }
        long mac = 0;
        for (final String part : parts) {
            if (part.isEmpty() || part.length() > 2) {
                throw new IllegalArgumentException("not a MAC address: '" + text + "' (expected aa:bb:cc:dd:ee:ff)");
            }
            mac = mac << 8 | Integer.parseInt(part, 16);
        }
        return mac;
    }

    /** {@code aa:bb:cc:dd:ee:ff}. Allocates. */
    public static String format(long mac) {
        final StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            final int octet = (int) (mac >>> shift) & 0xff;
            text.append(Character.forDigit(octet >>> 4, 16)).append(Character.forDigit(octet & 15, 16));
            if (shift > 0) {
                text.append(':');
            }
        }
        return text.toString();
    }
}
