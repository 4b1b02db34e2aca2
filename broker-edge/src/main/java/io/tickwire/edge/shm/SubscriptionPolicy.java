package io.tickwire.edge.shm;

/** What a subscription does when it cannot keep up with the ring. */
public enum SubscriptionPolicy {
    /** Reports the offsets it lost and goes on at the live end. */
    SKIP,
    /** Reads what it lost from the journal and joins the ring again: every record once, in order. */
    CATCH_UP,
    /** As CATCH_UP, but while records wait for the handler a later one takes the place of an earlier one of the same key. */
    CONFLATE,
    /** Reports the offsets it lost and ends. */
    DISCONNECT
}
