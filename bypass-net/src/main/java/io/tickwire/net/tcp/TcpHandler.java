package io.tickwire.net.tcp;

import org.agrona.DirectBuffer;

/** What an application sees of one connection; called on the stack's thread only, from within its duty cycle. */
public interface TcpHandler {

    /** An active open has succeeded. Not called for accepted connections. */
    default void onConnected(TcpConnection connection) {}

    /**
     * In-order data, often straight from the received frame: valid during the call.
     *
     * @return bytes consumed; fewer than {@code length} only if reading was paused within this call. The rest is offered again
     *     after {@link TcpConnection#resumeReading()}.
     */
    int onData(TcpConnection connection, DirectBuffer buffer, int offset, int length);

    /** The peer has closed its direction and all its data was delivered. The application may go on sending. */
    void onPeerClosed(TcpConnection connection);

    /** After a short {@link TcpConnection#send}: there is room again. */
    void onWritable(TcpConnection connection);

    /** The last call for this connection: it is gone, or only TIME_WAIT is left of it. */
    void onClosed(TcpConnection connection, CloseCause cause);
}
