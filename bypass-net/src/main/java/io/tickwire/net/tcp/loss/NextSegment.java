package io.tickwire.net.tcp.loss;

/**
 * RFC 6675 §4 NextSeg, rules 3 and 4: which segment to send again when nothing is deemed lost and no new data can be sent, the congestion
 * window allowing. Rules 1 and 2 are the sender's. The state of one connection.
 */
public final class NextSegment {
    private boolean rescued;

    /** Recovery begins. */
    public void enter() {
        rescued = false;
    }

    /** Index of an old segment to send: one below what is SACKed, or once per recovery the last of all; -1 if there is none. */
    public int find(SentSegments segments) {
        final int last = segments.size() - 1;
        int highest = last;
        while (highest >= 0 && !segments.has(highest, SentSegments.SACKED)) {
            highest--;
        }
        for (int n = 0; n < highest; n++) {
            if (!segments.has(n, SentSegments.SACKED | SentSegments.RETRANSMITTED)) {
                return n;
            }
        }
        return rescued || last == highest || segments.has(last, SentSegments.RETRANSMITTED) ? -1 : last;
    }

    /** The segment found was sent. */
    public void onSent(SentSegments segments, int n) {
        rescued |= n == segments.size() - 1;
    }
}
