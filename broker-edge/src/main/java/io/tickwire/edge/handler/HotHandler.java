package io.tickwire.edge.handler;

import org.agrona.DirectBuffer;

/** A handler on the hot path: reads the request where it lies, on the shard's thread, and allocates nothing. */
public interface HotHandler extends Handler {
    /**
     * Serves a request, now or later, through its exchange.
     *
     * @param frame holds the request, header first, without the length in front; valid during the call only
     * @param nowNs the duty cycle's time
     */
    void handle(Exchange exchange, DirectBuffer frame, int offset, int length, long nowNs);

    /** The connection of an exchange that was not answered yet has ended. */
    void cancelled(Exchange exchange);
}
