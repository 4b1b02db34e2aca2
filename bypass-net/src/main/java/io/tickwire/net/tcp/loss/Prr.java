package io.tickwire.net.tcp.loss;

/** Proportional Rate Reduction with the slow-start reduction bound. RFC 6937 §3. */
public final class Prr {
    private long delivered;
    private long out;
    private long flightAtEntry;
    private int thresholdBytes;

    /** Fast recovery begins. */
    public void enter(int flightBytes, int slowStartThresholdBytes) {
        delivered = 0;
        out = 0;
        flightAtEntry = Math.max(1, flightBytes);
        thresholdBytes = slowStartThresholdBytes;
    }

    /** A segment was sent in recovery. */
    public void onSent(int bytes) {
        out += bytes;
    }

    /**
     * An acknowledgement arrived in recovery.
     *
     * @param deliveredBytes newly acknowledged or SACKed by it
     * @param pipeBytes estimate of what is in the network
     * @return the congestion window until the next acknowledgement
     */
    public int window(int deliveredBytes, int pipeBytes, int mssBytes) {
        delivered += deliveredBytes;
        long send;
        if (pipeBytes > thresholdBytes) {
            // Proportional part.
            send = (delivered * thresholdBytes + flightAtEntry - 1) / flightAtEntry - out;
        } else {
            // PRR-SSRB.
            final long limit = Math.max(delivered - out, deliveredBytes) + mssBytes;
            send = Math.min((long) thresholdBytes - pipeBytes, limit);
        }
        if (out == 0) {
            // The fast retransmit itself is always sent.
            send = Math.max(send, mssBytes);
        }
        return pipeBytes + (int) Math.max(0, send);
    }
}
