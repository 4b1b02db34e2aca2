package io.tickwire.edge.connection;

import io.tickwire.net.transport.LongCell;

/** Counts of one shard's connections: written by its thread, read by any. */
public final class ConnectionCounters {
    private final LongCell opened = new LongCell();
    private final LongCell closed = new LongCell();
    private final LongCell refused = new LongCell();
    private final LongCell rejected = new LongCell();
    private final LongCell idleClosed = new LongCell();
    private final LongCell requests = new LongCell();
    private final LongCell memoryWaits = new LongCell();
    private final LongCell slowResponses = new LongCell();
    private final LongCell throttled = new LongCell();

    /** Connections accepted. */
    public LongCell opened() {
        return opened;
    }

    /** Connections ended. */
    public LongCell closed() {
        return closed;
    }

    /** Connections refused because of a limit. */
    public LongCell refused() {
        return refused;
    }

    /** Connections closed because of what they sent. */
    public LongCell rejected() {
        return rejected;
    }

    /** Connections closed because they were idle. */
    public LongCell idleClosed() {
        return idleClosed;
    }

    /** Requests dispatched. */
    public LongCell requests() {
        return requests;
    }

    /** Times a request waited for memory to be assembled in. */
    public LongCell memoryWaits() {
        return memoryWaits;
    }

    /** Responses that the client did not take at once. */
    public LongCell slowResponses() {
        return slowResponses;
    }

    /** Times a client had to wait because of a quota. */
    public LongCell throttled() {
        return throttled;
    }
}
