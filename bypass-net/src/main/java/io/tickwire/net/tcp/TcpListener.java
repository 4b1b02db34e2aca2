package io.tickwire.net.tcp;

/** A local port in LISTEN. */
public final class TcpListener {
    private final Tcp tcp;
    private final int port;
    private final TcpAcceptor acceptor;

    TcpListener(Tcp tcp, int port, TcpAcceptor acceptor) {
        this.tcp = tcp;
        this.port = port;
        this.acceptor = acceptor;
    }

    /** Local port. */
    public int port() {
        return port;
    }

    TcpAcceptor acceptor() {
        return acceptor;
    }

    /** Stops listening. Half-open connections are reset; established ones live on. */
    public void close() {
        tcp.close(this);
    }
}
