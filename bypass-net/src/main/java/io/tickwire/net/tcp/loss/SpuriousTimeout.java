package io.tickwire.net.tcp.loss;

import io.tickwire.net.tcp.SeqNum;

/**
 * Tells by timestamps whether a retransmission timeout was needed (Eifel detection, RFC 3522), and keeps what the response to one that was
 * not asks for (RFC 4015). The state of one connection; what to do is the caller's.
 */
public final class SpuriousTimeout {
    private boolean waiting;
    private boolean duplicateSackSeen;
    private int retransmitTimestamp;
    private int pipeBefore;
    private boolean adapting;
    private int unsentBefore;

    /** Starts a connection. */
    public void reset() {
        waiting = false;
        duplicateSackSeen = false;
        adapting = false;
    }

    /**
     * The oldest segment, sent once so far, timed out. RFC 3522 §3.2 step 2, RFC 4015 §3.2 step 0.
     *
     * @param timestamp of its retransmission; those of further ones do not count
     */
    public void onTimeout(int timestamp, int flightBytes, int thresholdBytes) {
        waiting = true;
        retransmitTimestamp = timestamp;
        pipeBefore = Math.max(flightBytes, thresholdBytes);
    }

    /** Recovery began in a way that this does not judge. */
    public void cancel() {
        waiting = false;
    }

    /** A D-SACK arrived: the peer sends them. */
    public void onDuplicateSack() {
        duplicateSackSeen = true;
    }

    /**
     * The first acknowledgement of new data since. RFC 3522 §3.2 steps 4–6.
     *
     * @param hasEcho whether it has timestamps
     * @param duplicateSack whether it carries a D-SACK
     * @param everything whether it acknowledges all that is outstanding: then a lost acknowledgement is as likely
     * @return true if it is of the original transmission
     */
    public boolean isSpurious(boolean hasEcho, int echo, boolean duplicateSack, boolean everything) {
        if (!waiting) {
            return false;
        }
        waiting = false;
        return hasEcho && SeqNum.lt(echo, retransmitTimestamp) && !duplicateSack && (duplicateSackSeen || !everything);
    }

    /** The caller resumed; new data begins at a sequence number. RFC 4015 §3.2 steps 8 and 9: the threshold to restore. */
    public int resume(int sndNxt) {
        adapting = true;
        unsentBefore = sndNxt;
        return pipeBefore;
    }

    /** True once: an acknowledgement covers data that was sent after the resumption. RFC 4015 §3.2 step 11. */
    public boolean adapts(int ack) {
        final boolean first = adapting && SeqNum.gt(ack, unsentBefore);
        adapting &= !first;
        return first;
    }
}
