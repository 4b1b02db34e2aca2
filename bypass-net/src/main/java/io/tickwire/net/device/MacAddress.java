package io.tickwire.net.device;

import java.util.HexFormat;

/** Ethernet addresses held in the low 48 bits of a long, first octet on the wire highest. */
public final class MacAddress {
    public static final int LENGTH_BYTES = 6;
    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
    private static final long GROUP_BIT = 1L << 40;
    private static final long IPV4_MULTICAST_PREFIX = 0x0100_5E00_0000L;

    private MacAddress() {}

    /** Whether the address is a group's, broadcast included. */
    public static boolean isGroup(final long macAddress) {
        return (macAddress & GROUP_BIT) != 0;
    }

    /** The group address of an IPv4 multicast group: 01:00:5e and the low 23 bits (RFC 1112 §6.4). */
    public static long ofIpv4Group(final int group) {
        return IPV4_MULTICAST_PREFIX | (group & 0x7F_FFFF);
    }

    /**
     * Reads {@code aa:bb:cc:dd:ee:ff}.
     *
     * @throws IllegalArgumentException when the text is anything else.
     */
    public static long parse(final String text) {
        try {
            final byte[] octets = HexFormat.ofDelimiter(":").parseHex(text);
            if (octets.length == LENGTH_BYTES) {
                long macAddress = 0;
                for (final byte octet : octets) {
                    macAddress = (macAddress << Byte.SIZE) | (octet & 0xFF);
                }
                return macAddress;
            }
        } catch (final IllegalArgumentException malformed) {
            throw new IllegalArgumentException("not an Ethernet address (aa:bb:cc:dd:ee:ff): " + text, malformed);
        }
        throw new IllegalArgumentException("not an Ethernet address (aa:bb:cc:dd:ee:ff): " + text);
    }

    /** Writes {@code aa:bb:cc:dd:ee:ff}. */
    public static String format(final long macAddress) {
        final byte[] octets = new byte[LENGTH_BYTES];
        for (int i = 0; i < LENGTH_BYTES; i++) {
            octets[i] = (byte) (macAddress >>> ((LENGTH_BYTES - 1 - i) * Byte.SIZE));
        }
        return HexFormat.ofDelimiter(":").formatHex(octets);
    }
}
