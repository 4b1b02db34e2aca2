package io.tickwire.compat.bench.hotpath;

import io.tickwire.net.dpdk.DpdkPort;
import io.tickwire.net.dpdk.Eal;
import io.tickwire.net.dpdk.EalSettings;
import io.tickwire.net.dpdk.PortSettings;
import io.tickwire.net.ip.IpSettings;
import io.tickwire.net.stack.StackSettings;
import io.tickwire.net.transport.DatagramSettings;
import io.tickwire.net.transport.DatagramSource;
import io.tickwire.net.transport.UserspaceTransport;
import io.tickwire.net.wire.Ipv4Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/** The exchange's end of the wire into a broker. Used by one thread. */
interface FeedWire extends AutoCloseable {
    String GROUP = "239.255.41.8";
    int PORT = 26_478;

    /** Sends one datagram to the feed's group; false when there is no room at the moment. */
    boolean send(UnsafeBuffer datagram, int length);

    /** Gives the wire's own machinery its turn. */
    void poll();

    @Override
    void close();

    /** The two kinds there are. */
    enum Kind {
        /** Kernel sockets: multicast over the loopback interface. */
        KERNEL("kernel-udp", 200_000),
        /** DPDK's memif, a virtual device in memory that two processes share, and the userspace stack on either side. */
        MEMIF("memif", Integer.MAX_VALUE);

        private final String label;
        private final int maxRate;

        Kind(String label, int maxRate) {
            this.label = label;
            this.maxRate = maxRate;
        }

        String label() {
            return label;
        }

        /** Messages a second that are worth asking for. */
        int maxRate() {
            return maxRate;
        }

        /** Settings of the broker at the other end; {@code socket} is memif's. */
        Map<String, String> brokerKeys(Path socket) {
            return this == KERNEL
                    ? Map.of("feeds.bench.interface", "lo")
                    : Map.of(
                            "net.mode",
                            "dpdk",
                            "net.dpdk.device",
                            "net_memif0,role=server,socket-abstract=no,socket=" + socket,
                            "net.dpdk.address",
                            "10.9.0.1/24");
        }

        FeedWire open(Path socket) throws IOException {
            return this == KERNEL ? new Kernel() : new Memif(socket);
        }
    }

    /** A socket of the kernel. */
    final class Kernel implements FeedWire {
        private final DatagramChannel channel;
        private final InetSocketAddress group = new InetSocketAddress(GROUP, PORT);

        private Kernel() throws IOException {
            channel = DatagramChannel.open(StandardProtocolFamily.INET);
            channel.setOption(
                    StandardSocketOptions.IP_MULTICAST_IF,
                    NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()));
            channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 0);
            channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
        }

        @Override
        public boolean send(UnsafeBuffer datagram, int length) {
            ByteBuffer bytes = datagram.byteBuffer();
            try {
                return channel.send(bytes.clear().limit(length), group) == length;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void poll() {
            // The kernel needs no help.
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A userspace stack over memif; one in a process, as DPDK is started once. */
    final class Memif implements FeedWire {
        private static final long LINK_LIMIT_NS = TimeUnit.SECONDS.toNanos(20);

        private final DpdkPort port;
        private final UserspaceTransport transport;
        private final DatagramSource source;
        private final int group = Ipv4Address.parse(GROUP);

        private Memif(Path socket) {
            Eal eal = Eal.start(EalSettings.ordinaryMemory());
            port = DpdkPort.open(eal, PortSettings.of("net_memif0,role=client,socket-abstract=no,socket=" + socket));
            IpSettings ip = new IpSettings();
            ip.address = Ipv4Address.parse("10.9.0.2");
            transport = UserspaceTransport.open(StackSettings.of(ip, 5), port.queue(0));
            source = transport.open(DatagramSettings.unicast(0, null), (b, o, l, ns, address, p) -> {});
            long untilNs = System.nanoTime() + LINK_LIMIT_NS;
            while (!port.queue(0).isLinkUp()) {
                poll();
                if (System.nanoTime() - untilNs > 0) {
                    throw new IllegalStateException("memif does not connect");
                }
            }
        }

        @Override
        public boolean send(UnsafeBuffer datagram, int length) {
            boolean sent = source.send(datagram, 0, length, group, PORT);
            poll();
            return sent;
        }

        @Override
        public void poll() {
            transport.poll(System.nanoTime());
        }

        @Override
        public void close() {
            transport.close();
            port.queue(0).close();
            port.close();
        }
    }
}
