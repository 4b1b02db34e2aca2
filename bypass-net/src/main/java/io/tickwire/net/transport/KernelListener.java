package io.tickwire.net.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A listening kernel socket. What it accepts goes to the transports that listen on its address, in turn. */
final class KernelListener implements Listener, KernelTransport.Ready {
    private static final int ACCEPTS_PER_POLL = 16;

    private final KernelTransport transport;
    private final ServerSocketChannel channel;
    private final AcceptTargets targets;
    private final Runnable onClose;
    private final InetSocketAddress localAddress;
    private SelectionKey key;

    KernelListener(KernelTransport transport, ServerSocketChannel channel, AcceptTargets targets, Runnable onClose)
            throws IOException {
        this.transport = transport;
        this.channel = channel;
        this.targets = targets;
        this.onClose = onClose;
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
            deal(accepted);
        }
    }

    private void deal(SocketChannel accepted) {
        AcceptTargets.Target target = targets.next();
        if (target != null && target.transport() == transport) {
            transport.adopt(accepted, target.acceptor());
        } else if (target == null || !target.transport().handOver(accepted, target.acceptor())) {
            transport.refuse(accepted);
        }
    }

    @Override
    public void onTransportClosed() {
        close();
    }

    @Override
    public void close() {
        onClose.run();
        try {
            key.cancel();
            channel.close();
        } catch (IOException e) {
            throw new TransportException("listener on " + localAddress + " did not close: " + e.getMessage(), e);
        }
    }
}
