package io.tickwire.edge.metrics;

/** What is timed on every shard. */
public enum Stage {
    /** From the kernel's or the NIC's receive stamp of a datagram to the feed handler. */
    FEED_WIRE("feed-wire"),
    /** From there until the batch that begins with the datagram is in the journal. */
    FEED_JOURNAL("feed-journal"),
    /** From the feed handler until the datagram's messages are in the shared-memory ring. */
    FEED_PUBLISH("feed-publish"),
    /** From the duty cycle that took a Produce request in to its response in the socket. */
    PRODUCE("produce"),
    /** From the duty cycle that took a Fetch request in to its response in the socket, where there was something at once. */
    FETCH("fetch"),
    /** From the append that a waiting Fetch waited for to its response in the socket. */
    FETCH_WAKEUP("fetch-wakeup"),
    /** Duration of duty cycles that did work. */
    CYCLE("cycle"),
    /** How long a thread that had nothing to do was kept from running, beyond one empty duty cycle. */
    HICCUP("hiccup");

    private final String label;

    Stage(String label) {
        this.label = label;
    }

    /** As it is printed and exported. */
    public String label() {
        return label;
    }
}
