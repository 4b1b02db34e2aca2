package io.tickwire.edge.connection;

import io.tickwire.net.transport.StreamTransport;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A response of Kafka's generated classes on its way out. */
final class ColdResponse {
    // The transport copies heap memory through a buffer as long as what it is given: not longer than this.
    private static final int CHUNK_BYTES = 128 << 10;

    private final UnsafeBuffer bytes = new UnsafeBuffer(0, 0);
    private int sent;

    void start(ByteBuffer response) {
        bytes.wrap(response);
        sent = 0;
    }

    /** Sends what is left; true when it is all gone, to the peer or with the connection. */
    boolean send(StreamTransport stream) {
        while (sent < bytes.capacity()) {
            int chunk = Math.min(CHUNK_BYTES, bytes.capacity() - sent);
            int accepted = stream.send(bytes, sent, chunk);
            if (accepted == StreamTransport.CLOSED) {
                break;
            }
            sent += accepted;
            if (accepted < chunk) {
                return false;
            }
        }
        clear();
        return true;
    }

    void clear() {
        bytes.wrap(0, 0);
        sent = 0;
    }
}
