package io.tickwire.edge.launch;

import io.tickwire.edge.config.ConfigException;
import io.tickwire.edge.config.DpdkConfig;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.dpdk.CpuAffinity;
import io.tickwire.net.dpdk.DpdkPort;
import io.tickwire.net.dpdk.Eal;
import io.tickwire.net.dpdk.EalSettings;
import io.tickwire.net.dpdk.PortSettings;
import io.tickwire.net.dpdk.ffi.DpdkException;
import io.tickwire.net.ip.IpSettings;
import io.tickwire.net.stack.QueueGroup;
import io.tickwire.net.stack.StackSettings;
import io.tickwire.net.transport.DatagramHandler;
import io.tickwire.net.transport.DatagramSettings;
import io.tickwire.net.transport.DatagramSource;
import io.tickwire.net.transport.Listener;
import io.tickwire.net.transport.StreamAcceptor;
import io.tickwire.net.transport.StreamConnector;
import io.tickwire.net.transport.Transport;
import io.tickwire.net.transport.TransportCounters;
import io.tickwire.net.transport.UserspaceTransport;
import io.tickwire.net.wire.Ipv4Address;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * The userspace stack on one queue of a DPDK port, from the settings. With a core given, the thread that polls is bound to it at its first
 * poll and never parks. The port is closed with the last of its transports.
 */
final class DpdkTransport implements Transport {
    private static final int MEGABYTE = 1 << 20;
    /** DPDK's own needs, beside the frames. */
    private static final int BASE_MEGABYTES = 64;
    /** Descriptors of the frame, of the pool's element and its padding. */
    private static final int FRAME_OVERHEAD_BYTES = 512;

    private static final int LEAST_BUFFER_BYTES = 2048;
    private static final int UNBOUND = -1;
    private static final int ANY_CORE = -1;

    private final DpdkPort port;
    private final FrameDevice device;
    private final UserspaceTransport stack;
    private final InetSocketAddress address;
    private final int core;
    private final AtomicInteger openTransports;
    private int boundCore = UNBOUND;

    private DpdkTransport(
            DpdkPort port, FrameDevice device, StackSettings settings, int core, AtomicInteger openTransports) {
        this.port = port;
        this.device = device;
        this.core = core;
        this.openTransports = openTransports;
        stack = UserspaceTransport.open(settings, device);
        address = new InetSocketAddress(Ipv4Address.format(settings.ip().address), 0);
    }

    /**
     * Starts DPDK, opens the port and puts a stack on each of its queues.
     *
     * @param count transports, each for one thread: as many queues
     * @throws ConfigException naming the setting that is missing or wrong, or what DPDK found missing
     */
    static List<DpdkTransport> open(DpdkConfig config, int count) {
        StackSettings settings = StackSettings.of(ip(config), new SecureRandom().nextLong());
        if (config.device().isEmpty()) {
            throw ConfigException.of(
                    "net.dpdk.device",
                    "",
                    "net.mode=dpdk needs one, such as net_af_packet0,iface=eth1 or 0000:03:00.0");
        }
        if (count > 1 && config.core() != ANY_CORE) {
            throw ConfigException.of(
                    "net.dpdk.core",
                    Integer.toString(config.core()),
                    "is one CPU for " + count + " shards: use threading.mode=dedicated and threading.cpus instead");
        }
        try {
            Eal eal = Eal.start(EalSettings.of(
                    config.device(), config.hugeMegabytes(), ordinaryMegabytes(config, count), config.ealArgs()));
            return transports(DpdkPort.open(eal, port(config).withQueues(count)), settings, config.core());
        } catch (DpdkException | IllegalArgumentException | IllegalStateException e) {
            throw ConfigException.of(
                    "net.dpdk.device",
                    config.device(),
                    e.getMessage() + " (tickwire net check --device=" + config.device() + " says what is missing)");
        }
    }

    private static List<DpdkTransport> transports(DpdkPort port, StackSettings settings, int core) {
        List<FrameDevice> queues =
                IntStream.range(0, port.queueCount()).mapToObj(port::queue).toList();
        QueueGroup group = new QueueGroup(queues, QueueGroup.DEFAULT_INBOX_BYTES);
        AtomicInteger openTransports = new AtomicInteger(queues.size());
        return IntStream.range(0, queues.size())
                .mapToObj(queue -> new DpdkTransport(
                        port, queues.size() == 1 ? queues.get(0) : group.member(queue), settings, core, openTransports))
                .toList();
    }

    private static PortSettings port(DpdkConfig config) {
        return PortSettings.of(config.device())
                .withFrames(config.frames())
                .withMtu(config.mtuBytes())
                .withPromiscuous(config.promiscuous())
                .withOffloads(config.offloads());
    }

    private static int ordinaryMegabytes(DpdkConfig config, int queues) {
        long frameBytes = (long) Math.max(config.mtuBytes(), LEAST_BUFFER_BYTES) + FRAME_OVERHEAD_BYTES;
        return BASE_MEGABYTES + (int) ((long) queues * config.frames() * frameBytes / MEGABYTE);
    }

    /** The stack's address settings. */
    static IpSettings ip(DpdkConfig config) {
        IpSettings ip = new IpSettings();
        int slash = config.address().indexOf('/');
        try {
            ip.address = Ipv4Address.parse(
                    slash < 0 ? config.address() : config.address().substring(0, slash));
            ip.prefixLength = slash < 0 ? 0 : Integer.parseInt(config.address().substring(slash + 1));
            ip.mtuBytes = config.mtuBytes();
            ip.validate();
        } catch (IllegalArgumentException e) {
            throw ConfigException.of(
                    "net.dpdk.address",
                    config.address(),
                    "needs an IPv4 address of its own with the prefix length of its network, such as 10.77.0.1/24");
        }
        if (!config.gateway().isEmpty()) {
            try {
                ip.gateway = Ipv4Address.parse(config.gateway());
            } catch (IllegalArgumentException e) {
                throw ConfigException.of("net.dpdk.gateway", config.gateway(), "needs an IPv4 address");
            }
            if (!ip.isOnLink(ip.gateway) || ip.gateway == ip.address) {
                throw ConfigException.of(
                        "net.dpdk.gateway",
                        config.gateway(),
                        "needs another address of the network " + config.address());
            }
        }
        return ip;
    }

    /** Listens; the loopback address, the default of {@code kafka.listen}, stands for the port's own, as a port has no loopback. */
    @Override
    public Listener listen(InetSocketAddress local, int backlog, StreamAcceptor acceptor) {
        boolean isLoopback = local.getAddress() != null && local.getAddress().isLoopbackAddress();
        return stack.listen(
                isLoopback ? new InetSocketAddress(address.getAddress(), local.getPort()) : local, backlog, acceptor);
    }

    @Override
    public void connect(InetSocketAddress remote, StreamConnector connector) {
        stack.connect(remote, connector);
    }

    @Override
    public DatagramSource open(DatagramSettings settings, DatagramHandler handler) {
        return stack.open(settings, handler);
    }

    @Override
    public int poll(long nowNs) {
        if (boundCore != core) {
            CpuAffinity.pin(core);
            boundCore = core;
        }
        return stack.poll(nowNs);
    }

    @Override
    public void park(long maxNs) {
        if (core == ANY_CORE) {
            stack.park(maxNs);
        } else {
            Thread.onSpinWait();
        }
    }

    @Override
    public void wakeup() {
        stack.wakeup();
    }

    @Override
    public TransportCounters counters() {
        return stack.counters();
    }

    @Override
    public void close() {
        stack.close();
        device.close();
        if (openTransports.decrementAndGet() == 0) {
            port.close();
        }
    }
}
