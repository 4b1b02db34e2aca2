package io.tickwire.edge.feed.replay;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes finished datagrams. */
public interface DatagramSender extends AutoCloseable {
    /** Sends the remaining bytes. */
    void send(ByteBuffer datagram) throws IOException;

    @Override
    void close() throws IOException;
}
