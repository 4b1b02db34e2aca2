package io.tickwire.net.transport;

import java.net.InetSocketAddress;
import org.agrona.DirectBuffer;

/** One open stream. Belongs to its transport's thread. */
public interface StreamTransport {
    /** Returned by sends on a stream that has ended. */
    int CLOSED = -1;

    /**
     * Sends bytes. What is accepted has been copied when the call returns. When less than all was accepted,
     * {@link StreamHandler#onWritable()} follows.
     *
     * @return bytes accepted, or {@link #CLOSED}
     */
    int send(DirectBuffer buffer, int offset, int length);

    /**
     * Sends the remaining slices of a vector and moves its cursor past what was accepted; otherwise as
     * {@link #send(DirectBuffer, int, int)}.
     *
     * @return bytes accepted, or {@link #CLOSED}
     */
    long send(SendVector vector);

    /** No more bytes are offered, and the peer is held back once its window is full. */
    void pauseReading();

    /** Bytes are offered again, from the next poll on. */
    void resumeReading();

    /** Ends the stream in order after what was accepted; {@link StreamHandler#onClosed} follows from a poll. */
    void close();

    /** Resets the stream; {@link StreamHandler#onClosed} follows from a poll. */
    void abort();

    /** This end. */
    InetSocketAddress localAddress();

    /** The peer. */
    InetSocketAddress remoteAddress();
}
