package io.tickwire.net.ip;

import io.tickwire.net.wire.Ipv4Address;
import java.util.concurrent.TimeUnit;

/** Address and limits of one IPv4 interface. Set before the stack is made; not to be changed afterwards. */
public final class IpSettings {
    /** Our address. */
    public int address;
    /** Prefix length of the link's network, 1–32. */
    public int prefixLength = 24;
    /** Router for other networks; 0 = none. */
    public int gateway;
    /** Largest IP packet; 0 = the device's. */
    public int mtuBytes;
    /** 802.1Q identifier, or -1 for untagged frames. */
    public int vlanId = -1;
    /** TTL of unicast datagrams. RFC 1700: 64. */
    public int ttl = 64;
    /** TTL of multicast UDP datagrams. */
    public int multicastTtl = 1;
    /** Frames held while one address is being resolved. RFC 1122 §2.3.2.2: at least one. */
    public int arpQueueFrames = 4;
    /** ARP cache entries; a power of two, at least 16. */
    public int arpEntries = 1_024;
    /** An entry confirmed less than this ago is used without a question. */
    public long arpReachableNs = TimeUnit.SECONDS.toNanos(30);
    /** Between ARP requests for one address. RFC 1122 §2.3.2.1: at most one per second. */
    public long arpRetryNs = TimeUnit.SECONDS.toNanos(1);
    /** Requests (broadcast, or unicast for a stale entry) before giving up. */
    public int arpProbes = 3;
    /** Datagrams in reassembly at once. */
    public int reassemblySlots = 16;
    /** Largest datagram that is reassembled. */
    public int reassemblyBytes = 65_536;
    /** Reassembly timeout. RFC 1122 §3.3.2 suggests 60 s; Linux 30 s, and so here. */
    public long reassemblyTimeoutNs = TimeUnit.SECONDS.toNanos(30);
    /** ICMP messages sent per second. RFC 1812 §4.3.2.8. */
    public int icmpPerSecond = 1_000;
    /** Destinations whose path MTU is remembered; a power of two. */
    public int pathMtuEntries = 256;
    /** How long a learnt path MTU holds. RFC 1191 §6.3: 10 minutes. */
    public long pathMtuAgeNs = TimeUnit.MINUTES.toNanos(10);
    /** Least path MTU believed. RFC 1191 §3 allows 68; 552 as Linux' min_pmtu, against blind attacks (RFC 5927 §7). */
    public int minPathMtuBytes = 552;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the field, its value and what would be right
     */
    public IpSettings validate() {
        if (!Ipv4Address.isValidSource(address)) {
            throw new IllegalArgumentException(
                    "address = " + Ipv4Address.format(address) + ": must be a unicast address of this host");
        }
        if (prefixLength < 1 || prefixLength > 32) {
            throw new IllegalArgumentException("prefixLength = " + prefixLength + ": must be 1 to 32");
        }
        if (vlanId != -1 && (vlanId < 1 || vlanId > 4094)) {
            throw new IllegalArgumentException("vlanId = " + vlanId + ": must be 1 to 4094, or -1 for none");
        }
        if (Integer.bitCount(arpEntries) != 1 || arpEntries < 16) {
            throw new IllegalArgumentException("arpEntries = " + arpEntries + ": must be a power of two from 16");
        }
        if (Integer.bitCount(pathMtuEntries) != 1) {
            throw new IllegalArgumentException("pathMtuEntries = " + pathMtuEntries + ": must be a power of two");
        }
        if (mtuBytes != 0 && (mtuBytes < 68 || mtuBytes > 65_535)) {
            throw new IllegalArgumentException(
                    "mtuBytes = " + mtuBytes + ": must be 68 to 65535, or 0 for the device's");
        }
        return this;
    }

    /** True if an address is on our link. */
    public boolean isOnLink(int other) {
        return ((other ^ address) & Ipv4Address.mask(prefixLength)) == 0;
    }

    /** True for 255.255.255.255 and the link's directed broadcast. */
    public boolean isBroadcast(int other) {
        if (other == Ipv4Address.BROADCAST) {
            return true;
        }
        final int mask = Ipv4Address.mask(prefixLength);
        return prefixLength < 31 && (other & mask) == (address & mask) && (other | mask) == -1;
    }
}
