package io.tickwire.edge.feed;

/** What happens rarely on a feed; called on the shard, so an implementation hands it to the control thread at once. */
public interface FeedEvents {
    /** Why messages are missing from the topic. */
    enum GapCause {
        /** They did not arrive. */
        NOT_RECEIVED,
        /** They arrived and the journal refused them. */
        NOT_JOURNALLED
    }

    /** Messages {@code firstSequence} and the {@code count - 1} after it are missing. */
    void onGap(String feed, String session, long firstSequence, long count, GapCause cause, long receiveEpochNs);

    /** Another session began. */
    void onSessionChange(String feed, String session, long firstSequence);

    /** The session's last message was {@code nextSequence - 1}. */
    void onEndOfSession(String feed, String session, long nextSequence);
}
