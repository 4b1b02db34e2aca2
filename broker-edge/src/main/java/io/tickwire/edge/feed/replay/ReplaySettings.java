package io.tickwire.edge.feed.replay;

/**
 * How a source is played.
 *
 * @param pace when messages are due.
 * @param session MoldUDP64 session, up to 10 characters; null to send each message as a datagram as it is.
 * @param firstSequence sequence of the first message.
 * @param maxDatagramBytes of a datagram, header included.
 * @param maxMessagesPerDatagram messages due at the same moment share datagrams up to this many.
 * @param spinNs how close to a due time waiting turns from sleeping to spinning; 0 never spins.
 * @param endOfSessionCount end-of-session datagrams after the last message, a second apart from the second on; 0 for none.
 */
public record ReplaySettings(
        Pace pace,
        String session,
        long firstSequence,
        int maxDatagramBytes,
        int maxMessagesPerDatagram,
        long spinNs,
        int endOfSessionCount) {
    /** Most of an Ethernet frame. */
    public static final int DEFAULT_DATAGRAM_BYTES = 1400;

    public ReplaySettings {
        if (session != null && (session.isEmpty() || session.length() > 10)) {
            throw new IllegalArgumentException("session '" + session + "' must have 1 to 10 characters");
        }
        if (maxDatagramBytes < 64 || maxDatagramBytes > 65_507) {
            throw new IllegalArgumentException("datagrams of " + maxDatagramBytes + " bytes: must be 64 to 65507");
        }
        if (maxMessagesPerDatagram < 1 || maxMessagesPerDatagram > 0xFFFE) {
            throw new IllegalArgumentException(
                    "messages per datagram: " + maxMessagesPerDatagram + ", must be 1 to 65534");
        }
    }

    /** MoldUDP64 at a pace, datagrams filled with what is due. */
    public static ReplaySettings mold(final Pace pace, final String session) {
        return new ReplaySettings(pace, session, 1, DEFAULT_DATAGRAM_BYTES, 0xFFFE, 50_000, 1);
    }

    public ReplaySettings withFirstSequence(final long sequence) {
        return new ReplaySettings(
                pace, session, sequence, maxDatagramBytes, maxMessagesPerDatagram, spinNs, endOfSessionCount);
    }

    public ReplaySettings withSpinNs(final long ns) {
        return new ReplaySettings(
                pace, session, firstSequence, maxDatagramBytes, maxMessagesPerDatagram, ns, endOfSessionCount);
    }

    public ReplaySettings withMaxMessagesPerDatagram(final int count) {
        return new ReplaySettings(pace, session, firstSequence, maxDatagramBytes, count, spinNs, endOfSessionCount);
    }

    public ReplaySettings withEndOfSessionCount(final int count) {
        return new ReplaySettings(
                pace, session, firstSequence, maxDatagramBytes, maxMessagesPerDatagram, spinNs, count);
    }
}
