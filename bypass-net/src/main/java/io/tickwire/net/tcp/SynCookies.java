package io.tickwire.net.tcp;

/**
 * SYN cookies: the state of a half-open connection folded into our initial sequence number. RFC 4987 §3.6 and appendix A.
 *
 * <pre>
 *  31       27 26      24 23                                          0
 * +-----------+----------+---------------------------------------------+
 * | minute    | MSS      | keyed hash of 4-tuple, peer's ISN,          |
 * | counter   | index    | counter and MSS index                       |
 * +-----------+----------+---------------------------------------------+
 * </pre>
 *
 * <p>With timestamps the low five bits of our TSval carry what else the SYN offered: SACK in bit 4, the window shift in bits 3–0
 * (15 = none); the peer echoes them.
 */
final class SynCookies {
    private static final long PERIOD_NS = 60_000_000_000L;
    private static final int COUNTER_MASK = 31;
    private static final int HASH_MASK = 0xff_ffff;
    private static final int[] MSS = {64, 536, 1_024, 1_300, 1_400, 1_440, 1_460, 8_960};
    private static final int OPTION_BITS = 5;
    private static final int OPTION_MASK = (1 << OPTION_BITS) - 1;
    private static final int SACK_BIT = 16;
    private static final int NO_SHIFT = 15;

    private final SipHash hash;

    SynCookies(SipHash hash) {
        this.hash = hash;
    }

    int make(int localPort, int remoteAddress, int remotePort, int peerIsn, int mss, long nowNs) {
        int index = MSS.length - 1;
        while (index > 0 && MSS[index] > mss) {
            index--;
        }
        final int counter = (int) (nowNs / PERIOD_NS) & COUNTER_MASK;
        return counter << 27 | index << 24 | digest(localPort, remoteAddress, remotePort, peerIsn, counter, index);
    }

    /** MSS encoded in a valid cookie of this minute or the last; 0 if it is not valid. */
    int check(int cookie, int localPort, int remoteAddress, int remotePort, int peerIsn, long nowNs) {
        final int counter = cookie >>> 27;
        final int index = cookie >>> 24 & 7;
        final int age = (int) (nowNs / PERIOD_NS) - counter & COUNTER_MASK;
        if (age > 1 || (cookie & HASH_MASK) != digest(localPort, remoteAddress, remotePort, peerIsn, counter, index)) {
            return 0;
        }
        return MSS[index];
    }

    private int digest(int localPort, int remoteAddress, int remotePort, int peerIsn, int counter, int index) {
        final long ports = (long) localPort << 16 | remotePort;
        return (int) hash.hash(
                        ports << 32 | (remoteAddress & 0xffff_ffffL),
                        (long) (counter << 3 | index) << 32 | (peerIsn & 0xffff_ffffL))
                & HASH_MASK;
    }

    /** A timestamp not later than {@code timestamp} that carries the options. */
    static int encodeOptions(int timestamp, boolean sack, int windowShift) {
        final int bits = (sack ? SACK_BIT : 0) | (windowShift < 0 ? NO_SHIFT : windowShift);
        final int candidate = (timestamp & ~OPTION_MASK) | bits;
        return SeqNum.gt(candidate, timestamp) ? candidate - (1 << OPTION_BITS) : candidate;
    }

    static boolean sack(int echo) {
        return (echo & SACK_BIT) != 0;
    }

    /** Window shift that the peer had offered, -1 if none. */
    static int windowShift(int echo) {
        final int shift = echo & NO_SHIFT;
        return shift == NO_SHIFT ? -1 : shift;
    }
}
