package io.tickwire.net.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A TCP connection of the kernel.
 *
 * <pre>
 * CONNECTING --finishConnect--> OPEN --close/abort, peer's end, failure--> ENDING --deferred--> CLOSED
 * </pre>
 *
 * <p>After the peer's end it stays open, for sending alone, as long as its handler wants that.
 */
final class KernelStream implements StreamTransport, KernelTransport.Ready {
    private enum State {
        CONNECTING,
        OPEN,
        ENDING,
        CLOSED
    }

    private final KernelTransport transport;
    private final SocketChannel channel;
    private final UnsafeBuffer leftover = new UnsafeBuffer(0, 0);
    private InetSocketAddress localAddress;
    private InetSocketAddress remoteAddress;
    private SelectionKey key;
    private StreamHandler handler;
    private StreamConnector connector;
    private State state = State.OPEN;
    private CloseCause cause;
    private int readyOps;
    private boolean paused;
    private boolean peerEnded;
    private boolean isDeferred;

    KernelStream(KernelTransport transport, SocketChannel channel) {
        this.transport = transport;
        this.channel = channel;
    }

    void key(SelectionKey registered) throws IOException {
        key = registered;
        localAddress = (InetSocketAddress) channel.getLocalAddress();
        remoteAddress = (InetSocketAddress) channel.getRemoteAddress();
    }

    void handler(StreamHandler streamHandler) {
        handler = streamHandler;
    }

    void connecting(StreamConnector pending, SelectionKey registered) {
        state = State.CONNECTING;
        connector = pending;
        key = registered;
    }

    /** Closes a stream that never had a handler. */
    void discard() {
        state = State.CLOSED;
        closeChannel();
    }

    @Override
    public void readyOps(int ops) {
        readyOps = ops;
    }

    @Override
    public void onReady() {
        if (state == State.CONNECTING) {
            finishConnect();
            return;
        }
        if (state == State.OPEN && (readyOps & SelectionKey.OP_WRITE) != 0) {
            interest(SelectionKey.OP_WRITE, false);
            handler.onWritable();
        }
        if (state == State.OPEN && (readyOps & SelectionKey.OP_READ) != 0 && !paused) {
            read();
        }
    }

    private void finishConnect() {
        try {
            if (!channel.finishConnect()) {
                return;
            }
            key(key);
            key.interestOps(SelectionKey.OP_READ);
            state = State.OPEN;
            handler = connector.onConnected(this);
        } catch (IOException e) {
            discard();
            connector.onFailed(new TransportException("cannot connect: " + e.getMessage(), e));
        }
    }

    private void read() {
        ByteBuffer buffer = transport.readBuffer();
        int count;
        try {
            count = channel.read(buffer);
        } catch (IOException e) {
            end(isReset(e) ? CloseCause.PEER_RESET : CloseCause.FAILED);
            return;
        }
        if (count < 0) {
            if (handler.onPeerEnd()) {
                peerEnded = true;
                interest(SelectionKey.OP_READ, false);
            } else {
                end(CloseCause.PEER_CLOSED);
            }
            return;
        }
        transport.counters().bytesIn().add(count);
        int taken = handler.onData(transport.readView(), 0, count);
        if (taken < count && state == State.OPEN) {
            assert paused : "bytes left by a handler that still reads";
            keep(transport.readView(), taken, count - taken);
        }
    }

    private static boolean isReset(IOException e) {
        String message = e.getMessage();
        return message != null && (message.contains("reset") || message.contains("Broken pipe"));
    }

    private void keep(DirectBuffer buffer, int offset, int length) {
        ByteBuffer copy = ByteBuffer.allocateDirect(length);
        buffer.getBytes(offset, copy, 0, length);
        leftover.wrap(copy);
    }

    /** Offers what was left before; true when nothing is left now. */
    private boolean offerLeftover() {
        int length = leftover.capacity();
        if (length == 0) {
            return true;
        }
        int taken = handler.onData(leftover, 0, length);
        if (taken == length) {
            leftover.wrap(0, 0);
            return true;
        }
        assert paused || state != State.OPEN : "bytes left by a handler that still reads";
        if (taken > 0) {
            leftover.wrap(leftover.byteBuffer(), leftover.wrapAdjustment() + taken, length - taken);
        }
        return false;
    }

    /** Second half of a close, a resume or an immediate connect: outside of the handler that asked for it. */
    void runDeferred() {
        isDeferred = false;
        switch (state) {
            case CONNECTING -> finishConnect();
            case ENDING -> {
                state = State.CLOSED;
                leftover.wrap(0, 0);
                closeChannel();
                handler.onClosed(cause);
            }
            case OPEN -> {
                if (!paused && offerLeftover() && state == State.OPEN && !paused && !peerEnded) {
                    interest(SelectionKey.OP_READ, true);
                }
            }
            case CLOSED -> {}
        }
    }

    private void defer() {
        if (!isDeferred) {
            isDeferred = true;
            transport.defer(this);
        }
    }

    @Override
    public int send(DirectBuffer buffer, int offset, int length) {
        if (state != State.OPEN) {
            return CLOSED;
        }
        ByteBuffer source = buffer.byteArray() == null
                ? transport.sendBuffers().point(0, buffer.addressOffset() + offset, length)
                : ByteBuffer.wrap(buffer.byteArray(), buffer.wrapAdjustment() + offset, length);
        try {
            int sent = channel.write(source);
            accountSend(sent, length);
            return sent;
        } catch (IOException e) {
            end(isReset(e) ? CloseCause.PEER_RESET : CloseCause.FAILED);
            return CLOSED;
        }
    }

    @Override
    public long send(SendVector vector) {
        if (state != State.OPEN) {
            return CLOSED;
        }
        long total = 0;
        while (vector.size() > 0) {
            AddressBuffers buffers = transport.sendBuffers();
            int count = Math.min(vector.size(), buffers.count());
            long offered = 0;
            for (int i = 0; i < count; i++) {
                buffers.point(i, vector.address(i), vector.length(i));
                offered += vector.length(i);
            }
            long sent;
            try {
                sent = channel.write(buffers.array(), 0, count);
            } catch (IOException e) {
                end(isReset(e) ? CloseCause.PEER_RESET : CloseCause.FAILED);
                return CLOSED;
            }
            vector.advance(sent);
            accountSend(sent, offered);
            total += sent;
            if (sent < offered) {
                break;
            }
        }
        return total;
    }

    private void accountSend(long sent, long offered) {
        transport.counters().bytesOut().add(sent);
        if (sent < offered) {
            transport.counters().shortSends().increment();
            interest(SelectionKey.OP_WRITE, true);
        }
    }

    private void interest(int op, boolean on) {
        int before = key.interestOps();
        int after = on ? before | op : before & ~op;
        if (after != before) {
            key.interestOps(after);
        }
    }

    @Override
    public void pauseReading() {
        if (!paused && state == State.OPEN) {
            paused = true;
            interest(SelectionKey.OP_READ, false);
        }
    }

    @Override
    public void resumeReading() {
        if (paused && state == State.OPEN) {
            paused = false;
            defer();
        }
    }

    private void end(CloseCause why) {
        if (state == State.OPEN) {
            state = State.ENDING;
            cause = why;
            key.interestOps(0);
            defer();
        }
    }

    @Override
    public void close() {
        end(CloseCause.LOCAL_CLOSE);
    }

    @Override
    public void abort() {
        if (state == State.OPEN) {
            try {
                // RFC 9293 §3.10.5: with a linger of 0 Linux answers close with a reset.
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException e) {
                cause = CloseCause.FAILED;
            }
        }
        end(CloseCause.LOCAL_CLOSE);
    }

    @Override
    public void onTransportClosed() {
        if (state == State.OPEN || state == State.ENDING) {
            state = State.CLOSED;
            closeChannel();
            handler.onClosed(cause == null ? CloseCause.LOCAL_CLOSE : cause);
        } else {
            closeChannel();
        }
    }

    private void closeChannel() {
        if (key != null) {
            key.cancel();
        }
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is gone either way; what the peer did not get, it will miss.
            cause = CloseCause.FAILED;
        }
    }

    @Override
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remoteAddress;
    }
}
