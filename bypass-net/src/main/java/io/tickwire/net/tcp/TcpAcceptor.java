package io.tickwire.net.tcp;

/** Decides about a connection whose handshake is complete. */
@FunctionalInterface
public interface TcpAcceptor {

    /** Returns the handler that serves it, or null to refuse it: it is reset. */
    TcpHandler onAccept(TcpConnection connection);
}
