package io.tickwire.net.transport;

/** Counts of one transport: one writer, the owner thread; any reader. */
public final class TransportCounters {
    private final LongCell accepted = new LongCell();
    private final LongCell refused = new LongCell();
    private final LongCell acceptFailures = new LongCell();
    private final LongCell bytesIn = new LongCell();
    private final LongCell bytesOut = new LongCell();
    private final LongCell shortSends = new LongCell();

    /** Streams accepted. */
    public LongCell accepted() {
        return accepted;
    }

    /** Streams the acceptor refused. */
    public LongCell refused() {
        return refused;
    }

    /** Accepts that failed, as without file descriptors. */
    public LongCell acceptFailures() {
        return acceptFailures;
    }

    /** Stream bytes received. */
    public LongCell bytesIn() {
        return bytesIn;
    }

    /** Stream bytes accepted for sending. */
    public LongCell bytesOut() {
        return bytesOut;
    }

    /** Sends that were cut short: the peer reads slower than it is sent to. */
    public LongCell shortSends() {
        return shortSends;
    }
}
