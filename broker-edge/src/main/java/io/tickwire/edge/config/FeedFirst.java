package io.tickwire.edge.config;

/** What a feed's message reaches first. */
public enum FeedFirst {
    /** Shared memory; the journal in the same duty cycle. */
    RING,
    /** The journal. */
    JOURNAL
}
