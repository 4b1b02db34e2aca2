package io.tickwire.edge.shm;

/** What a subscriber is told, on the thread that polls. Every offset of the partition is either a record or inside a reported gap. */
public interface SubscriptionHandler {
    /** Why offsets were not delivered. */
    enum GapCause {
        /** The writer overwrote them before they were read, and the policy is not to read the journal. */
        LAPPED,
        /** Only the journal has them (compressed, or larger than the ring takes) and there is no journal to read. */
        IN_JOURNAL,
        /** They passed while the broker restarted or the subscriber was away, and there is no journal to read. */
        AWAY,
        /** The journal no longer has them: retention or a delete request. */
        RETENTION,
        /** The journal could not be read in time. */
        JOURNAL_UNAVAILABLE,
        /**
         * The broker came back with a shorter log, or could not journal what it had published: offsets from {@code nextOffset} on are given
         * out anew. Or the log ends there, before the offset that was asked for.
         */
        TRUNCATED,
        /** The topic was deleted and created again; offsets start over. */
        TOPIC_RECREATED
    }

    /** The next record. The view is valid until this returns. */
    void onRecord(SharedRecord record);

    /**
     * Offsets that will not be delivered.
     *
     * @param firstMissing the first of them.
     * @param nextOffset the offset that delivery goes on from; below {@code firstMissing} for {@code TRUNCATED} and {@code TOPIC_RECREATED}.
     */
    void onGap(long firstMissing, long nextOffset, GapCause cause);
}
