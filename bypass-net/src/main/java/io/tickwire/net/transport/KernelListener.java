package io.tickwire.net.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A listening kernel socket. */
final class KernelListener implements Listener, KernelTransport.Ready {
    private static final int ACCEPTS_PER_POLL = 16;

    private final KernelTransport transport;
    private final ServerSocketChannel channel;
    private final StreamAcceptor acceptor;
    private final InetSocketAddress localAddress;
    private SelectionKey key;

    KernelListener(KernelTransport transport, ServerSocketChannel channel, StreamAcceptor acceptor) throws IOException {
        this.transport = transport;
        this.channel = channel;
        this.acceptor = acceptor;
        localAddress = (InetSocketAddress) channel.getLocalAddress();
    }

    void key(SelectionKey registered) {
        key = registered;
    }

    @Override
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public void readyOps(int ops) {
        // Accept is all there is.
    }

    @Override
    public void onReady() {
        for (int i = 0; i < ACCEPTS_PER_POLL && channel.isOpen(); i++) {
            SocketChannel accepted;
            try {
                accepted = channel.accept();
            } catch (IOException e) {
                // No descriptors left, most likely: the peer waits in the backlog and the next poll tries again.
                transport.counters().acceptFailures().increment();
                return;
            }
            if (accepted == null) {
                return;
            }
            adopt(accepted);
        }
    }

    private void adopt(SocketChannel accepted) {
        KernelStream stream = new KernelStream(transport, accepted);
        try {
            transport.configure(accepted);
            stream.key(transport.register(accepted, SelectionKey.OP_READ, stream));
        } catch (IOException e) {
            transport.counters().acceptFailures().increment();
            stream.discard();
            return;
        }
        StreamHandler handler = acceptor.onAccept(stream);
        if (handler == null) {
            transport.counters().refused().increment();
            stream.discard();
        } else {
            transport.counters().accepted().increment();
            stream.handler(handler);
        }
    }

    @Override
    public void onTransportClosed() {
        close();
    }

    @Override
    public void close() {
        try {
            key.cancel();
            channel.close();
        } catch (IOException e) {
            throw new TransportException("listener on " + localAddress + " did not close: " + e.getMessage(), e);
        }
    }
}
