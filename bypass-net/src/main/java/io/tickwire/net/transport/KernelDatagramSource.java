package io.tickwire.net.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A UDP socket of the kernel. */
final class KernelDatagramSource implements DatagramSource, KernelTransport.Ready {
    private static final int DATAGRAMS_PER_POLL = 64;

    private final KernelTransport transport;
    private final DatagramChannel channel;
    private final DatagramHandler handler;
    private final ByteBuffer receiveBuffer;
    private final UnsafeBuffer view;
    private final int maxDatagramBytes;
    private final int localPort;
    private final LongCell received = new LongCell();
    private final LongCell truncated = new LongCell();
    private SocketAddress lastSource;
    private int lastSourceIpv4;
    private int lastSourcePort;
    private InetSocketAddress lastDestination;
    private int lastDestinationIpv4;

    private KernelDatagramSource(
            KernelTransport transport, DatagramChannel channel, DatagramSettings settings, DatagramHandler handler)
            throws IOException {
        this.transport = transport;
        this.channel = channel;
        this.handler = handler;
        maxDatagramBytes = settings.maxDatagramBytes();
        // One byte more than allowed shows that a datagram was longer.
        receiveBuffer = ByteBuffer.allocateDirect(maxDatagramBytes + 1);
        view = new UnsafeBuffer(receiveBuffer);
        localPort = ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    static KernelDatagramSource open(KernelTransport transport, DatagramSettings settings, DatagramHandler handler) {
        try {
            DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
            try {
                configure(channel, settings);
                KernelDatagramSource source = new KernelDatagramSource(transport, channel, settings, handler);
                transport.register(channel, SelectionKey.OP_READ, source);
                return source;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new TransportException("cannot open UDP " + settings + ": " + e.getMessage(), e);
        }
    }

    private static void configure(DatagramChannel channel, DatagramSettings settings) throws IOException {
        channel.configureBlocking(false);
        if (settings.receiveBufferBytes() > 0) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, settings.receiveBufferBytes());
        }
        NetworkInterface networkInterface = networkInterface(settings.networkInterface());
        if (networkInterface != null) {
            channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, networkInterface);
            if (networkInterface.isLoopback()) {
                // What is meant for this host does not leave it, whatever the routes say.
                channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 0);
            }
        }
        if (settings.group() == null) {
            channel.bind(new InetSocketAddress(settings.port()));
            return;
        }
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        // Bound to the group, not to any address: otherwise Linux delivers every group that anyone on the host joined.
        channel.bind(new InetSocketAddress(settings.group(), settings.port()));
        NetworkInterface joined = networkInterface == null ? defaultInterface() : networkInterface;
        if (settings.source() == null) {
            channel.join(settings.group(), joined);
        } else {
            channel.join(settings.group(), joined, settings.source());
        }
    }

    private static NetworkInterface networkInterface(String nameOrAddress) throws IOException {
        if (nameOrAddress == null || nameOrAddress.isEmpty()) {
            return null;
        }
        NetworkInterface found = NetworkInterface.getByName(nameOrAddress);
        if (found == null && nameOrAddress.indexOf('.') > 0) {
            try {
                found = NetworkInterface.getByInetAddress(InetAddress.ofLiteral(nameOrAddress));
            } catch (IllegalArgumentException e) {
                throw new TransportException("interface '" + nameOrAddress + "' is neither a name nor an address", e);
            }
        }
        if (found == null) {
            String present = String.join(
                    ", ",
                    NetworkInterface.networkInterfaces()
                            .map(NetworkInterface::getName)
                            .toList());
            throw new TransportException("no interface '" + nameOrAddress + "'; this host has " + present);
        }
        return found;
    }

    private static NetworkInterface defaultInterface() throws IOException {
        return NetworkInterface.networkInterfaces()
                .filter(KernelDatagramSource::canMulticast)
                .findFirst()
                .orElseThrow(() -> new TransportException("no interface of this host is up and does multicast"));
    }

    private static boolean canMulticast(NetworkInterface candidate) {
        try {
            return candidate.isUp() && candidate.supportsMulticast() && !candidate.isLoopback();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void readyOps(int ops) {
        // Reading is all there is.
    }

    @Override
    public void onReady() {
        for (int i = 0; i < DATAGRAMS_PER_POLL && channel.isOpen(); i++) {
            receiveBuffer.clear();
            SocketAddress source;
            try {
                source = channel.receive(receiveBuffer);
            } catch (IOException e) {
                // An ICMP error of an earlier send; the socket stays usable.
                return;
            }
            if (source == null) {
                return;
            }
            int length = receiveBuffer.position();
            if (length > maxDatagramBytes) {
                truncated.increment();
                continue;
            }
            resolveSource(source);
            received.increment();
            handler.onDatagram(
                    view, 0, length, transport.settings().clock().nanoTime(), lastSourceIpv4, lastSourcePort);
        }
    }

    @SuppressWarnings(
            "ReferenceEquality") // a cheap test first: unequal objects with equal values only cost the conversion
    private void resolveSource(SocketAddress source) {
        // The channel hands out the same object while the sender stays the same.
        if (source != lastSource) {
            InetSocketAddress address = (InetSocketAddress) source;
            lastSource = source;
            lastSourceIpv4 = toInt(address.getAddress().getAddress());
            lastSourcePort = address.getPort();
        }
    }

    private static int toInt(byte[] ipv4) {
        return (ipv4[0] & 0xFF) << 24 | (ipv4[1] & 0xFF) << 16 | (ipv4[2] & 0xFF) << 8 | (ipv4[3] & 0xFF);
    }

    @Override
    public boolean send(DirectBuffer buffer, int offset, int length, int destinationIpv4, int destinationPort) {
        try {
            InetSocketAddress destination = destination(destinationIpv4, destinationPort);
            ByteBuffer bytes = buffer.byteArray() == null
                    ? transport.sendBuffers().point(0, buffer.addressOffset() + offset, length)
                    : ByteBuffer.wrap(buffer.byteArray(), buffer.wrapAdjustment() + offset, length);
            return channel.send(bytes, destination) == length;
        } catch (IOException e) {
            return false;
        }
    }

    private InetSocketAddress destination(int ipv4, int port) throws UnknownHostException {
        if (lastDestination == null || ipv4 != lastDestinationIpv4 || port != lastDestination.getPort()) {
            byte[] octets = {(byte) (ipv4 >>> 24), (byte) (ipv4 >>> 16), (byte) (ipv4 >>> 8), (byte) ipv4};
            lastDestination = new InetSocketAddress(InetAddress.getByAddress(octets), port);
            lastDestinationIpv4 = ipv4;
        }
        return lastDestination;
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
        return localPort;
    }

    @Override
    public void onTransportClosed() {
        close();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new TransportException("UDP port " + localPort + " did not close: " + e.getMessage(), e);
        }
    }
}
