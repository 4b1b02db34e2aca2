package io.tickwire.net.tcp;

/** Initial sequence numbers: ISN = M + F(4-tuple, secret), M a 4 µs clock. RFC 6528 §3. Also the timestamp offsets, RFC 7323 §7.1. */
final class IsnGenerator {
    private static final int TICK_NS = 4_000;
    private static final long TIMESTAMP_DOMAIN = 0x5453_0000_0000_0000L;

    private final SipHash hash;

    IsnGenerator(SipHash hash) {
        this.hash = hash;
    }

    int initial(int localAddress, int localPort, int remoteAddress, int remotePort, long nowNs) {
        return (int) (nowNs / TICK_NS) + (int) tuple(localAddress, localPort, remoteAddress, remotePort, 0);
    }

    int timestampOffset(int localAddress, int localPort, int remoteAddress, int remotePort) {
        return (int) tuple(localAddress, localPort, remoteAddress, remotePort, TIMESTAMP_DOMAIN);
    }

    /** RFC 6056 §3.3.3: where the search for an ephemeral port begins. */
    int portOffset(int localAddress, int remoteAddress, int remotePort) {
        return (int) tuple(localAddress, 0, remoteAddress, remotePort, TIMESTAMP_DOMAIN << 1) & 0x7fff_ffff;
    }

    private long tuple(int localAddress, int localPort, int remoteAddress, int remotePort, long domain) {
        return hash.hash(
                (long) localAddress << 32 | (remoteAddress & 0xffff_ffffL),
                domain ^ (long) localPort << 16 ^ remotePort);
    }
}
