package io.tickwire.net.dpdk;

import io.tickwire.net.device.DeviceInfo;
import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.dpdk.ffi.BurstCalls;
import io.tickwire.net.dpdk.ffi.DpdkException;
import io.tickwire.net.dpdk.ffi.EthCalls;
import io.tickwire.net.dpdk.ffi.Libc;
import io.tickwire.net.dpdk.ffi.PortCapabilities;
import java.util.Set;

/**
 * A port: attached, configured with as many queue pairs as there are threads to serve it, and started. Opened and closed by one thread;
 * its queues belong to theirs, which close them before the port is closed.
 */
public final class DpdkPort implements AutoCloseable {
    private static final int ETHERNET_OVERHEAD_BYTES = 18 + 8; // header, one tag and what drivers round up by
    private static final int DEFAULT_BUFFER_BYTES = 2048 + Frame.HEADROOM_BYTES;
    private static final int POOL_CACHE = 256;
    private static final int DEFAULT_MAX_SEGMENTS = 8;
    /** Virtual devices that make no system calls; PCI drivers make none either. */
    private static final Set<String> NO_SYSTEM_CALLS = Set.of("net_ring", "net_null", "net_memif");

    private final Eal eal;
    private final EthCalls calls;
    private final DeviceAddress address;
    private final PortSettings settings;
    private final DpdkPool[] pools;
    private final DpdkQueue[] queues;
    private int port = -1;
    private boolean started;
    private String driver = "";

    private DpdkPort(final Eal eal, final PortSettings settings) {
        this.eal = eal;
        this.settings = settings;
        calls = eal.ethCalls();
        address = DeviceAddress.parse(settings.device());
        pools = new DpdkPool[settings.queues()];
        queues = new DpdkQueue[settings.queues()];
    }

    /**
     * Attaches, configures and starts a port.
     *
     * @throws DpdkException when the device does not exist, the driver refuses something, or there is no memory for its frames.
     */
    public static DpdkPort open(final Eal eal, final PortSettings settings) {
        final DpdkPort port = new DpdkPort(eal, settings);
        try {
            port.attach();
            port.configure();
            return port;
        } catch (final RuntimeException failure) {
            port.close();
            throw failure;
        }
    }

    private void attach() {
        if (address.isPci() && !eal.settings().pciDevices().contains(address.name())) {
            throw new DpdkException("DPDK was started without the PCI device " + address.name());
        }
        if (calls.portByName(address.name()) < 0) {
            require("attach", eal.ealCalls().hotplugAdd(address.bus(), address.name(), address.arguments()));
        }
        port = calls.portByName(address.name());
        if (port < 0) {
            // Drivers log their reason and answer success.
            throw new DpdkException("the device " + settings.device() + " did not appear: see DPDK's message above");
        }
    }

    private void configure() {
        final PortCapabilities can = calls.capabilities(port);
        driver = can.driver();
        if (settings.queues() > can.maxReceiveQueues() || settings.queues() > can.maxSendQueues()) {
            throw new DpdkException(settings.device() + " has " + Math.min(can.maxReceiveQueues(), can.maxSendQueues())
                    + " queues; " + settings.queues() + " are wanted");
        }
        final long receiveOffloads = settings.offloads() ? can.receiveOffloads() & PortOffloads.RECEIVE_WANTED : 0;
        final long sendOffloads = PortOffloads.send(can.sendOffloads(), settings.offloads());
        final long rss = settings.queues() > 1 ? can.rssFunctions() & PortCapabilities.RSS_IP_TCP_UDP : 0;
        require(
                "configure",
                calls.configure(port, settings.queues(), settings.mtuBytes(), receiveOffloads, sendOffloads, rss));
        if (calls.mtu(port) != settings.mtuBytes()) {
            throw new DpdkException("an MTU of " + settings.mtuBytes() + " was set on " + settings.device() + " and "
                    + calls.mtu(port) + " read back: the layout of rte_eth_conf is not the one known");
        }
        setUpQueues();
        require("start", calls.start(port));
        started = true;
        if (settings.promiscuous()) {
            require("make promiscuous", calls.promiscuous(port));
        }
        makeQueues(can, receiveOffloads, sendOffloads);
    }

    private void setUpQueues() {
        final int adjusted = calls.adjustDescriptors(port, settings.descriptors(), settings.descriptors());
        final int bufferBytes =
                Math.max(DEFAULT_BUFFER_BYTES, settings.mtuBytes() + ETHERNET_OVERHEAD_BYTES + Frame.HEADROOM_BYTES);
        final int cacheSize = Math.min(POOL_CACHE, settings.framesPerQueue() * 2 / 3);
        for (int queue = 0; queue < settings.queues(); queue++) {
            pools[queue] = new DpdkPool(eal, settings.framesPerQueue(), cacheSize, bufferBytes);
            require(
                    "set up a receive queue",
                    calls.receiveQueueSetup(port, queue, adjusted & 0xFFFF, pools[queue].address()));
            require("set up a transmit queue", calls.sendQueueSetup(port, queue, adjusted >>> Short.SIZE));
        }
    }

    private void makeQueues(final PortCapabilities can, final long receiveOffloads, final long sendOffloads) {
        final PortTimestamps timestamps = (receiveOffloads & PortCapabilities.RX_TIMESTAMP) == 0
                ? PortTimestamps.NONE
                : PortTimestamps.register(calls);
        final MulticastFilters filters = new MulticastFilters(calls, port);
        int offloads = PortOffloads.describe(receiveOffloads, sendOffloads);
        offloads |= timestamps.isPresent() ? DeviceInfo.OFFLOAD_RX_TIMESTAMP : 0;
        offloads |= settings.queues() > 1 ? DeviceInfo.OFFLOAD_RSS : 0;
        int maxSegments = 1;
        if ((sendOffloads & PortCapabilities.TX_MULTIPLE_SEGMENTS) != 0) {
            maxSegments = can.maxSendSegments() == 0
                    ? DEFAULT_MAX_SEGMENTS
                    : Math.min(can.maxSendSegments(), DEFAULT_MAX_SEGMENTS);
        }
        final boolean critical = address.isPci() || NO_SYSTEM_CALLS.contains(driver);
        for (int queue = 0; queue < queues.length; queue++) {
            final DeviceInfo info = new DeviceInfo(
                    address.name() + "/" + queue,
                    calls.macAddress(port),
                    settings.mtuBytes(),
                    queue,
                    queues.length,
                    maxSegments,
                    offloads);
            queues[queue] = new DpdkQueue(
                    eal,
                    port,
                    info,
                    pools[queue],
                    new BurstCalls(eal.library(), port, queue, critical),
                    filters,
                    timestamps);
        }
    }

    private void require(final String what, final int answer) {
        if (answer < 0) {
            throw new DpdkException(
                    "cannot " + what + " " + settings.device() + ": " + Libc.errorText(-answer), -answer);
        }
    }

    /** The device of one queue pair, for one thread. */
    public FrameDevice queue(final int index) {
        return queues[index];
    }

    public int queueCount() {
        return queues.length;
    }

    /** The driver's name, such as {@code net_af_packet}. */
    public String driver() {
        return driver;
    }

    /** The pool of a queue, for gauges. */
    public DpdkPool pool(final int index) {
        return pools[index];
    }

    /** Stops and detaches the port and releases its pools: frames still held anywhere are dead. Its queues' threads have stopped polling. */
    @Override
    public void close() {
        if (port >= 0) {
            if (started) {
                calls.stop(port);
                started = false;
            }
            calls.close(port);
            eal.ealCalls().hotplugRemove(address.bus(), address.name());
            port = -1;
        }
        for (int i = 0; i < pools.length; i++) {
            if (pools[i] != null) {
                pools[i].close();
                pools[i] = null;
            }
        }
    }
}
