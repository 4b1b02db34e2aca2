package io.tickwire.net.transport;

import java.net.InetSocketAddress;

/** A listening endpoint. */
public interface Listener extends AutoCloseable {
    /** The bound address, with the port that was picked. */
    InetSocketAddress localAddress();

    /** Stops accepting; accepted streams live on. */
    @Override
    void close();
}
