package io.tickwire.net.transport;

import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.stack.NetStack;
import io.tickwire.net.stack.StackSettings;
import io.tickwire.net.tcp.TcpConnection;
import io.tickwire.net.tcp.TcpListener;
import io.tickwire.net.udp.UdpSocket;
import io.tickwire.net.wire.Ipv4Address;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;

/**
 * Streams and datagrams over the userspace stack on one device queue. The device is the caller's to close, after this.
 *
 * <p>The stack has no file descriptor to block on: {@link #park} sleeps for a fraction of a millisecond at most. Threads that care
 * about latency poll without parking.
 */
public final class UserspaceTransport implements Transport {
    private static final long LONGEST_PARK_NS = 50_000;
    private static final int FIRST_FREE_PORT = 49_152;
    private static final int LAST_PORT = 65_535;

    private final NetStack stack;
    private final int address;
    private final TransportCounters counters = new TransportCounters();
    private final ArrayDeque<UserspaceStream> ended = new ArrayDeque<>();
    private final Set<UserspaceStream> streams = new HashSet<>();
    private final long epochOffsetNs;
    private volatile boolean woken;
    private volatile Thread parked;
    private long nowNs;
    private boolean closed;

    private UserspaceTransport(StackSettings settings, FrameDevice device) {
        stack = new NetStack(settings, device);
        address = settings.ip().address;
        nowNs = System.nanoTime();
        epochOffsetNs = System.currentTimeMillis() * 1_000_000L - nowNs;
        stack.now(nowNs);
    }

    /**
     * Opens a transport.
     *
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public static UserspaceTransport open(StackSettings settings, FrameDevice device) {
        return new UserspaceTransport(settings, device);
    }

    /** The stack, for its counters. */
    public NetStack stack() {
        return stack;
    }

    @Override
    public Listener listen(InetSocketAddress local, int backlog, StreamAcceptor acceptor) {
        requireLocal(local);
        final int port = local.getPort() == 0 ? freePort() : local.getPort();
        final TcpListener listener;
        try {
            listener = stack.tcp().listen(port, connection -> accept(connection, acceptor));
        } catch (IllegalStateException refused) {
            throw new TransportException("cannot listen on " + local + ": " + refused.getMessage(), refused);
        }
        final InetSocketAddress bound = address(port);
        return new Listener() {
            @Override
            public InetSocketAddress localAddress() {
                return bound;
            }

            @Override
            public void close() {
                listener.close();
                stack.flush();
            }
        };
    }

    private void requireLocal(InetSocketAddress local) {
        final InetAddress wanted = local.getAddress();
        if (wanted == null
                || (!wanted.isAnyLocalAddress() && !wanted.equals(address(0).getAddress()))) {
            throw new TransportException(
                    "cannot listen on " + local + ": this stack has only the address " + Ipv4Address.format(address));
        }
    }

    private int freePort() {
        for (int port = FIRST_FREE_PORT; port <= LAST_PORT; port++) {
            if (!stack.tcp().isListening(port)) {
                return port;
            }
        }
        throw new TransportException("no free port to listen on");
    }

    private UserspaceStream accept(TcpConnection connection, StreamAcceptor acceptor) {
        final UserspaceStream stream = new UserspaceStream(this, null);
        if (!stream.accept(connection, acceptor)) {
            counters.refused().increment();
            return null;
        }
        counters.accepted().increment();
        streams.add(stream);
        return stream;
    }

    @Override
    public void connect(InetSocketAddress remote, StreamConnector connector) {
        final UserspaceStream stream = new UserspaceStream(this, connector);
        streams.add(stream);
        final TcpConnection connection = remote.getAddress() instanceof Inet4Address peer
                ? stack.tcp().connect(toInt(peer), remote.getPort(), 0, stream)
                : null;
        if (connection == null) {
            stream.abort();
        } else {
            stack.flush();
        }
    }

    @Override
    public DatagramSource open(DatagramSettings settings, DatagramHandler handler) {
        final int group = settings.group() == null ? 0 : toInt(settings.group());
        final int sender = settings.source() == null ? 0 : toInt(settings.source());
        final Datagrams datagrams = new Datagrams(settings.maxDatagramBytes(), group, sender, handler);
        try {
            datagrams.socket = stack.udp().open(settings.port(), group, sender, datagrams::deliver);
            if (group != 0) {
                stack.igmp().join(group, sender);
                stack.flush();
            }
        } catch (IllegalStateException refused) {
            if (datagrams.socket != null) {
                datagrams.socket.close();
            }
            throw new TransportException("cannot open " + settings + ": " + refused.getMessage(), refused);
        }
        return datagrams;
    }

    /** A datagram endpoint. */
    private final class Datagrams implements DatagramSource {
        private final int maxBytes;
        private final int group;
        private final int sender;
        private final DatagramHandler handler;
        private final LongCell received = new LongCell();
        private final LongCell truncated = new LongCell();
        private UdpSocket socket;
        private boolean isClosed;

        Datagrams(int maxBytes, int group, int sender, DatagramHandler handler) {
            this.maxBytes = maxBytes;
            this.group = group;
            this.sender = sender;
            this.handler = handler;
        }

        void deliver(DirectBuffer buffer, int offset, int length, long deviceNs, int source, int port) {
            if (length > maxBytes) {
                truncated.increment();
                return;
            }
            received.increment();
            handler.onDatagram(buffer, offset, length, nowNs + epochOffsetNs, source, port);
        }

        @Override
        public boolean send(DirectBuffer buffer, int offset, int length, int destinationIpv4, int destinationPort) {
            return socket.send(buffer, offset, length, destinationIpv4, destinationPort);
        }

        @Override
        public long received() {
            return received.get();
        }

        @Override
        public long truncated() {
            return truncated.get();
        }

        @Override
        public int localPort() {
            return socket.port();
        }

        @Override
        public void close() {
            if (isClosed) {
                return;
            }
            isClosed = true;
            socket.close();
            if (group != 0) {
                stack.igmp().leave(group, sender);
                stack.flush();
            }
        }
    }

    @Override
    public int poll(long timeNs) {
        nowNs = timeNs;
        int work = stack.poll(timeNs);
        // Those that end while others are being told wait for the next poll.
        for (int left = ended.size(); left > 0; left--) {
            final UserspaceStream stream = ended.poll();
            streams.remove(stream);
            stream.notifyEnd();
            work++;
        }
        return work;
    }

    void ended(UserspaceStream stream) {
        ended.add(stream);
    }

    @Override
    public void park(long maxNs) {
        if (maxNs <= 0) {
            return;
        }
        parked = Thread.currentThread();
        if (!woken) {
            LockSupport.parkNanos(this, Math.min(maxNs, LONGEST_PARK_NS));
        }
        parked = null;
        woken = false;
    }

    @Override
    public void wakeup() {
        woken = true;
        final Thread thread = parked;
        if (thread != null) {
            LockSupport.unpark(thread);
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
        for (final UserspaceStream stream : streams.toArray(new UserspaceStream[0])) {
            stream.shutdown();
        }
        streams.clear();
        ended.clear();
        stack.close();
    }

    InetSocketAddress address(int port) {
        return address(address, port);
    }

    static InetSocketAddress address(int ipv4, int port) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(
                            ByteBuffer.allocate(Integer.BYTES).putInt(ipv4).array()),
                    port);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an address", impossible);
        }
    }

    private static int toInt(Inet4Address peer) {
        return ByteBuffer.wrap(peer.getAddress()).getInt();
    }
}
