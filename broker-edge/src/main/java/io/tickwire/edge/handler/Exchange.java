package io.tickwire.edge.handler;

import io.tickwire.edge.quota.QuotaClient;

/**
 * One request of one connection as a {@link HotHandler} sees it, until it is answered. Belongs to the shard's thread; a
 * connection has one and uses it again for its next request.
 */
public interface Exchange {
    /** Version of the request. */
    short apiVersion();

    /** Goes back in the response's header. */
    int correlationId();

    /** As in {@code RequestContext.connectionId}. */
    String connectionId();

    /** Counts this connection's requests: tells a late answer's request from the next one. */
    long sequence();

    /** False once the connection has ended: then nothing needs to be answered. */
    boolean isOpen();

    /** Counts what the request uses against the client's quotas. */
    QuotaClient quota();

    /** Nothing more is read from the client for a while once this request is answered (KIP-219); 0 for no while. */
    void throttle(int waitMs);

    /** Answers: takes the response over, which is given back to its pool when it is sent or the connection ends. */
    void respond(HotResponse response);

    /** Answers nothing, as Kafka does for acks=0, and goes on to the next request. */
    void respondNothing();

    /** Ends the connection, as Kafka does for what it cannot parse; the reason is logged. */
    void fail(String reason);

    /** Ends the connection because the broker failed over its request, which is counted. */
    void fail(Throwable failure);
}
