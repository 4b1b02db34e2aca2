package io.tickwire.net.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.agrona.concurrent.UnsafeBuffer;

/** {@link Transport} over the kernel's sockets through one NIO selector. */
public final class KernelTransport implements Transport {
    private static final int GATHER_SLICES = 64;
    private static final int HAND_OVERS = 4096;

    /** A connection that another transport of the group has accepted for this one. */
    private record HandOver(SocketChannel channel, StreamAcceptor acceptor) {}

    private final KernelTransportSettings settings;
    private final KernelTransportGroup group;
    private final ManyToOneConcurrentArrayQueue<HandOver> handOvers = new ManyToOneConcurrentArrayQueue<>(HAND_OVERS);
    private final TransportCounters counters = new TransportCounters();
    private final AddressBuffers sendBuffers = new AddressBuffers(GATHER_SLICES);
    private final ByteBuffer readBuffer;
    private final UnsafeBuffer readView;
    private final Selector selector;
    private final Consumer<SelectionKey> collect = this::collect;
    private final ArrayDeque<KernelStream> deferred = new ArrayDeque<>();
    private final AtomicBoolean wakeRequested = new AtomicBoolean();
    private volatile boolean parked;
    private volatile boolean closed;
    private Ready[] ready = new Ready[64];
    private int readyCount;
    private long nowNs;

    private KernelTransport(KernelTransportSettings settings, KernelTransportGroup group, Selector selector) {
        this.settings = settings;
        this.group = group;
        this.selector = selector;
        readBuffer = ByteBuffer.allocateDirect(settings.readBufferBytes());
        readView = new UnsafeBuffer(readBuffer);
    }

    /** Opens a transport, to be used by one thread. */
    public static KernelTransport open(KernelTransportSettings settings) {
        return KernelTransportGroup.open(settings, 1).get(0);
    }

    static KernelTransport open(KernelTransportSettings settings, KernelTransportGroup group) {
        try {
            return new KernelTransport(settings, group, Selector.open());
        } catch (IOException e) {
            throw new TransportException("no selector: " + e.getMessage(), e);
        }
    }

    @Override
    public Listener listen(InetSocketAddress local, int backlog, StreamAcceptor acceptor) {
        AcceptTargets.Target target = new AcceptTargets.Target(this, acceptor);
        AcceptTargets shared = group.targets(local);
        if (shared != null && !shared.has(this)) {
            shared.add(target);
            return new SharedListener(local, shared, target);
        }
        try {
            ServerSocketChannel channel = ServerSocketChannel.open();
            try {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.configureBlocking(false);
                channel.bind(local, backlog);
                InetSocketAddress bound = (InetSocketAddress) channel.getLocalAddress();
                AcceptTargets targets = new AcceptTargets();
                targets.add(target);
                KernelListener listener = new KernelListener(this, channel, targets, () -> group.ended(bound));
                listener.key(register(channel, SelectionKey.OP_ACCEPT, listener));
                group.listening(bound, targets);
                return listener;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new TransportException("cannot listen on " + local + ": " + e.getMessage(), e);
        }
    }

    /** Listens through the listener of another transport. */
    private record SharedListener(InetSocketAddress localAddress, AcceptTargets targets, AcceptTargets.Target target)
            implements Listener {
        @Override
        public void close() {
            targets.remove(target);
        }
    }

    /** Takes an accepted connection; this transport's thread. */
    void adopt(SocketChannel channel, StreamAcceptor acceptor) {
        KernelStream stream = new KernelStream(this, channel);
        try {
            configure(channel);
            stream.key(register(channel, SelectionKey.OP_READ, stream));
        } catch (IOException e) {
            counters.acceptFailures().increment();
            stream.discard();
            return;
        }
        StreamHandler handler = acceptor.onAccept(stream);
        if (handler == null) {
            counters.refused().increment();
            stream.discard();
        } else {
            counters.accepted().increment();
            stream.handler(handler);
        }
    }

    /** Closes a connection that nobody takes; this transport's thread. */
    void refuse(SocketChannel channel) {
        counters.refused().increment();
        new KernelStream(this, channel).discard();
    }

    /** Gives this transport a connection, from the thread of another one; false when it takes none. */
    boolean handOver(SocketChannel channel, StreamAcceptor acceptor) {
        boolean taken = !closed && handOvers.offer(new HandOver(channel, acceptor));
        if (taken) {
            wakeup();
        }
        return taken;
    }

    private int adoptHandedOver() {
        int count = 0;
        for (HandOver next = handOvers.poll(); next != null; next = handOvers.poll()) {
            adopt(next.channel(), next.acceptor());
            count++;
        }
        return count;
    }

    @Override
    public void connect(InetSocketAddress remote, StreamConnector connector) {
        try {
            SocketChannel channel = SocketChannel.open();
            KernelStream stream = new KernelStream(this, channel);
            try {
                configure(channel);
                boolean connected = channel.connect(remote);
                stream.connecting(connector, register(channel, SelectionKey.OP_CONNECT, stream));
                if (connected) {
                    defer(stream);
                }
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            connector.onFailed(new TransportException("cannot connect to " + remote + ": " + e.getMessage(), e));
        }
    }

    @Override
    public DatagramSource open(DatagramSettings datagrams, DatagramHandler handler) {
        return KernelDatagramSource.open(this, datagrams, handler);
    }

    @Override
    public int poll(long now) {
        nowNs = now;
        if (readyCount == 0) {
            select(0);
        }
        int work = dispatch();
        if (!handOvers.isEmpty()) {
            work += adoptHandedOver();
        }
        for (int i = deferred.size(); i > 0; i--) {
            deferred.poll().runDeferred();
            work++;
        }
        return work;
    }

    private int dispatch() {
        int count = readyCount;
        for (int i = 0; i < count; i++) {
            Ready item = ready[i];
            ready[i] = null;
            item.onReady();
        }
        readyCount = 0;
        return count;
    }

    @Override
    public void park(long maxNs) {
        if (maxNs <= 0 || readyCount > 0 || !deferred.isEmpty() || !handOvers.isEmpty()) {
            return;
        }
        // A waker stores its message, then the request, then looks at parked; this side stores parked, then looks at
        // the
        // request: one of the two sees the other.
        parked = true;
        if (!wakeRequested.get()) {
            select(Math.max(1, (maxNs + 999_999) / 1_000_000));
        }
        parked = false;
        wakeRequested.set(false);
    }

    @Override
    public void wakeup() {
        if (!wakeRequested.getAndSet(true) && parked) {
            selector.wakeup();
        }
    }

    @Override
    public TransportCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (HandOver next = handOvers.poll(); next != null; next = handOvers.poll()) {
            refuse(next.channel());
        }
        for (SelectionKey key : selector.keys().toArray(new SelectionKey[0])) {
            ((Ready) key.attachment()).onTransportClosed();
        }
        deferred.clear();
        try {
            selector.close();
        } catch (IOException e) {
            throw new TransportException("selector did not close: " + e.getMessage(), e);
        }
    }

    private void select(long timeoutMs) {
        try {
            if (timeoutMs == 0) {
                selector.selectNow(collect);
            } else {
                selector.select(collect, timeoutMs);
            }
        } catch (IOException e) {
            throw new TransportException("select failed: " + e.getMessage(), e);
        }
    }

    private void collect(SelectionKey key) {
        if (readyCount == ready.length) {
            ready = Arrays.copyOf(ready, ready.length * 2);
        }
        Ready item = (Ready) key.attachment();
        item.readyOps(key.readyOps());
        ready[readyCount++] = item;
    }

    SelectionKey register(SelectableChannel channel, int ops, Ready item) throws IOException {
        return channel.register(selector, ops, item);
    }

    void configure(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        if (settings.sendBufferBytes() > 0) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, settings.sendBufferBytes());
        }
        if (settings.receiveBufferBytes() > 0) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, settings.receiveBufferBytes());
        }
    }

    /** The stream is visited once in the next poll. */
    void defer(KernelStream stream) {
        deferred.add(stream);
    }

    ByteBuffer readBuffer() {
        return readBuffer.clear();
    }

    UnsafeBuffer readView() {
        return readView;
    }

    AddressBuffers sendBuffers() {
        return sendBuffers;
    }

    KernelTransportSettings settings() {
        return settings;
    }

    long nowNs() {
        return nowNs;
    }

    /** What is attached to a selection key. */
    interface Ready {
        void readyOps(int ops);

        void onReady();

        void onTransportClosed();
    }
}
