package io.tickwire.net.transport;

import org.agrona.DirectBuffer;

/** Receives what happens on one stream, on the transport's thread. */
public interface StreamHandler {
    /**
     * Bytes have arrived. The buffer is valid during the call only. A handler that needs more bytes to make progress takes
     * all of these and keeps them; it may leave some only when it has paused reading, and is offered them again, before any
     * later bytes, once reading is resumed.
     *
     * @return bytes taken, 0 to {@code length}
     */
    int onData(DirectBuffer buffer, int offset, int length);

    /** There is room again after a send that was cut short. */
    void onWritable();

    /**
     * The peer sends no more, and all that it has sent was delivered.
     *
     * @return true to go on sending until the handler itself closes; false to end the stream with {@link CloseCause#PEER_CLOSED}
     */
    default boolean onPeerEnd() {
        return false;
    }

    /** The stream is over; nothing follows. Comes exactly once. */
    void onClosed(CloseCause cause);
}
