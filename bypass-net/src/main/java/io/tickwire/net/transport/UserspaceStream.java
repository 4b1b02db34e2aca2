package io.tickwire.net.transport;

import io.tickwire.net.tcp.TcpConnection;
import io.tickwire.net.tcp.TcpHandler;
import java.net.InetSocketAddress;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One stream over a connection of the userspace stack. */
final class UserspaceStream implements StreamTransport, TcpHandler {
    private final UserspaceTransport transport;
    private final StreamConnector connector;
    private final UnsafeBuffer slice = new UnsafeBuffer(0, 0);
    private TcpConnection connection;
    private StreamHandler handler;
    private InetSocketAddress local;
    private InetSocketAddress remote;
    private CloseCause cause;
    private boolean notified;

    /** @param connector told how an active open ends; null for an accepted stream */
    UserspaceStream(UserspaceTransport transport, StreamConnector connector) {
        this.transport = transport;
        this.connector = connector;
    }

    /** A peer's connection. Returns false if the acceptor refuses it. */
    boolean accept(TcpConnection accepted, StreamAcceptor acceptor) {
        adopt(accepted);
        handler = acceptor.onAccept(this);
        if (handler == null) {
            notified = true;
            connection = null;
            return false;
        }
        return true;
    }

    private void adopt(TcpConnection open) {
        connection = open;
        local = transport.address(open.localPort());
        remote = UserspaceTransport.address(open.remoteAddress(), open.remotePort());
    }

    @Override
    public void onConnected(TcpConnection open) {
        adopt(open);
        handler = connector.onConnected(this);
    }

    @Override
    public int onData(TcpConnection from, DirectBuffer buffer, int offset, int length) {
        if (cause != null) {
            // Closed by us a moment ago: nobody is interested.
            return length;
        }
        final int taken = handler.onData(buffer, offset, length);
        transport.counters().bytesIn().add(taken);
        return taken;
    }

    @Override
    public void onPeerClosed(TcpConnection from) {
        if (cause == null && !handler.onPeerEnd()) {
            end(CloseCause.PEER_CLOSED);
            from.close();
        }
    }

    @Override
    public void onWritable(TcpConnection from) {
        if (cause == null) {
            handler.onWritable();
        }
    }

    @Override
    public void onClosed(TcpConnection from, io.tickwire.net.tcp.CloseCause why) {
        connection = null;
        if (cause == null) {
            end(
                    switch (why) {
                        case RESET, REFUSED -> CloseCause.PEER_RESET;
                        case TIMED_OUT -> CloseCause.TIMED_OUT;
                        case CLOSED, ABORTED -> CloseCause.LOCAL_CLOSE;
                    });
        }
    }

    /** The stream is over for the handler, which is told from the next poll. */
    private void end(CloseCause why) {
        cause = why;
        transport.ended(this);
    }

    /** Tells the handler, or the connector, that it is over. */
    void notifyEnd() {
        if (notified) {
            return;
        }
        notified = true;
        if (handler != null) {
            handler.onClosed(cause);
        } else if (connector != null) {
            connector.onFailed(new TransportException("connection failed: " + cause));
        }
    }

    /** The transport closes: the connection is reset and the handler told at once. */
    void shutdown() {
        if (cause == null) {
            cause = CloseCause.LOCAL_CLOSE;
        }
        if (connection != null) {
            connection.abort();
        }
        notifyEnd();
    }

    @Override
    public int send(DirectBuffer buffer, int offset, int length) {
        if (cause != null || connection == null) {
            return CLOSED;
        }
        final int accepted = connection.send(buffer, offset, length);
        if (accepted < 0) {
            return CLOSED;
        }
        transport.counters().bytesOut().add(accepted);
        if (accepted < length) {
            transport.counters().shortSends().increment();
        }
        return accepted;
    }

    @Override
    public long send(SendVector vector) {
        if (cause != null || connection == null) {
            return CLOSED;
        }
        long total = 0;
        while (vector.size() > 0) {
            final int length = vector.length(0);
            slice.wrap(vector.address(0), length);
            final int accepted = connection.send(slice, 0, length);
            if (accepted < 0) {
                return CLOSED;
            }
            vector.advance(accepted);
            total += accepted;
            if (accepted < length) {
                transport.counters().shortSends().increment();
                break;
            }
        }
        transport.counters().bytesOut().add(total);
        return total;
    }

    @Override
    public void pauseReading() {
        if (connection != null) {
            connection.pauseReading();
        }
    }

    @Override
    public void resumeReading() {
        if (connection != null) {
            connection.resumeReading();
        }
    }

    @Override
    public void close() {
        if (cause == null) {
            end(CloseCause.LOCAL_CLOSE);
            if (connection != null) {
                connection.close();
            }
        }
    }

    @Override
    public void abort() {
        if (cause == null) {
            end(CloseCause.LOCAL_CLOSE);
        }
        if (connection != null) {
            connection.abort();
        }
    }

    @Override
    public InetSocketAddress localAddress() {
        return local;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }
}
