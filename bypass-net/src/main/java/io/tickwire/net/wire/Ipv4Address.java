package io.tickwire.net.wire;

/** IPv4 addresses as host-order ints: 10.0.0.1 is 0x0a000001. */
public final class Ipv4Address {
    /** 0.0.0.0. */
    public static final int ANY = 0;
    /** 255.255.255.255. */
    public static final int BROADCAST = 0xffff_ffff;
    /** 224.0.0.1. */
    public static final int ALL_HOSTS = 0xe000_0001;
    /** 224.0.0.2. */
    public static final int ALL_ROUTERS = 0xe000_0002;
    /** 224.0.0.22: destination of IGMPv3 reports. RFC 9776 §4.2.14. */
    public static final int IGMPV3_ROUTERS = 0xe000_0016;

    private Ipv4Address() {}

    /** True for 224.0.0.0/4. */
    public static boolean isMulticast(int address) {
        return (address >>> 28) == 0xe;
    }

    /** True for 127.0.0.0/8. */
    public static boolean isLoopback(int address) {
        return (address >>> 24) == 127;
    }

    /** The mask of a prefix length 0–32. */
    public static int mask(int prefixLength) {
        return prefixLength == 0 ? 0 : -1 << (32 - prefixLength);
    }

    /**
     * True where an address may be the source of a unicast datagram. RFC 1122 §3.2.1.3: never multicast, broadcast, 0/8, 127/8
     * or 240/4.
     */
    public static boolean isValidSource(int address) {
        final int top = address >>> 24;
        return top != 0 && top != 127 && top < 224;
    }

    /**
     * Parses dotted decimal.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static int parse(String text) {
        final String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("not an IPv4 address: '" + text + "' (expected a.b.c.d)");
        }
        int address = 0;
        for (final String part : parts) {
            final int octet = part.isEmpty() || part.length() > 3 ? -1 : Integer.parseInt(part);
            if (octet < 0 || octet > 255) {
                throw new IllegalArgumentException("not an IPv4 address: '" + text + "' (expected a.b.c.d)");
            }
            address = address << 8 | octet;
        }
        return address;
    }

    /** Dotted decimal. Allocates. */
    public static String format(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 0xff) + "." + (address >>> 8 & 0xff) + "." + (address & 0xff);
    }
}
