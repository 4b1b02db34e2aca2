package io.tickwire.net.ip;

/** Path MTUs learnt from ICMP, by destination: a direct-mapped table of fixed size with ageing. RFC 1191 §6. */
public final class PathMtuCache {
    /** RFC 1191 §7.1: plateaus, for routers that do not say. */
    private static final int[] PLATEAUS = {32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68};

    private final IpSettings settings;
    private final int linkMtuBytes;
    private final int[] address;
    private final int[] mtu;
    private final long[] learntNs;

    PathMtuCache(IpSettings settings, int linkMtuBytes) {
        this.settings = settings;
        this.linkMtuBytes = linkMtuBytes;
        address = new int[settings.pathMtuEntries];
        mtu = new int[settings.pathMtuEntries];
        learntNs = new long[settings.pathMtuEntries];
    }

    private int slot(int destination) {
        final int mixed = destination * 0x9e37_79b9;
        return (mixed ^ mixed >>> 15) & address.length - 1;
    }

    /** Path MTU to a destination. */
    public int get(int destination, long nowNs) {
        final int slot = slot(destination);
        if (mtu[slot] == 0 || address[slot] != destination) {
            return linkMtuBytes;
        }
        if (nowNs - learntNs[slot] > settings.pathMtuAgeNs) {
            mtu[slot] = 0;
            return linkMtuBytes;
        }
        return mtu[slot];
    }

    /**
     * A router could not forward a datagram.
     *
     * @param nextHopMtu what it said, 0 if nothing
     * @param datagramBytes length of the datagram
     * @return the new path MTU, or 0 if it is not lower than what was known
     */
    public int onTooBig(int destination, int nextHopMtu, int datagramBytes, long nowNs) {
        int claimed = nextHopMtu;
        if (claimed == 0) {
            for (int i = 0; i < PLATEAUS.length && claimed == 0; i++) {
                claimed = PLATEAUS[i] < datagramBytes ? PLATEAUS[i] : 0;
            }
        }
        final int believed = Math.max(claimed, settings.minPathMtuBytes);
        if (believed >= get(destination, nowNs)) {
            return 0;
        }
        final int slot = slot(destination);
        address[slot] = destination;
        mtu[slot] = believed;
        learntNs[slot] = nowNs;
        return believed;
    }
}
