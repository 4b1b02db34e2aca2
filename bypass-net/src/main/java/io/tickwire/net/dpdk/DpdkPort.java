package io.tickwire.net.dpdk;

import io.tickwire.net.device.DeviceInfo;
import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.ReceiveSideScaling;
import io.tickwire.net.dpdk.ffi.BurstCalls;
import io.tickwire.net.dpdk.ffi.DpdkException;
import io.tickwire.net.dpdk.ffi.EthCalls;
import io.tickwire.net.dpdk.ffi.Libc;
import io.tickwire.net.dpdk.ffi.PortCapabilities;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port: attached, configured with as many queue pairs as there are threads to serve it, and started. Opened and closed by one thread;
 * its queues belong to theirs, which close them before the port is closed.
 */
public final class DpdkPort implements AutoCloseable {
    private static final int TAGGED_HEADER_BYTES = 18;
    private static final int ETHERNET_OVERHEAD_BYTES = TAGGED_HEADER_BYTES + 8; // and what drivers round up by
    private static final int DEFAULT_BUFFER_BYTES = 2048 + Frame.HEADROOM_BYTES;
    private static final int POOL_CACHE = 256;
    private static final int DEFAULT_MAX_SEGMENTS = 8;
    /** Where the device segments: enough of the default size for the largest IP packet. */
    private static final int SEGMENTATION_MAX_SEGMENTS = 33;
    /** Counts the Ethernet header against the MTU in the segments it makes, and refuses for ever what it finds too long. */
    private static final String TAP = "net_tap";

    private static final String MEMIF = "net_memif";
    private static final Pattern MEMIF_BUFFER = Pattern.compile("\\bbsize=(\\d{1,5})\\b");
    private static final int MEMIF_BUFFER_BYTES = 2048;

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
                    + " queues; " + settings.queues()
                    + " are wanted (virtual devices are told by an argument, such as qpairs=2 of net_af_packet)");
        }
        final long receiveOffloads = settings.offloads() ? can.receiveOffloads() & PortOffloads.RECEIVE_WANTED : 0;
        final long sendOffloads = PortOffloads.send(can.sendOffloads(), settings.offloads());
        final int mtuBytes = driver.equals(MEMIF) ? memifMtu() : settings.mtuBytes();
        final PortScaling scaling = new PortScaling(can, settings.queues());
        require(
                "configure",
                calls.configure(
                        port,
                        settings.queues(),
                        mtuBytes,
                        receiveOffloads,
                        sendOffloads,
                        scaling.functions(),
                        scaling.key()));
        if (calls.mtu(port) != mtuBytes) {
            throw new DpdkException("an MTU of " + mtuBytes + " was set on " + settings.device() + " and "
                    + calls.mtu(port) + " read back: the layout of rte_eth_conf is not the one known");
        }
        setUpQueues();
        require("start", calls.start(port));
        started = true;
        if (settings.promiscuous()) {
            require("make promiscuous", calls.promiscuous(port));
        }
        makeQueues(can, receiveOffloads, sendOffloads, scaling.start(eal.rssCalls(), port));
    }

    /**
     * What DPDK is told for memif: its driver knows no MTU above Ethernet's, but carries what fits its buffers. A frame over several buffers
     * leaves marks in the ring that the next one is misread by, in DPDK 22.11 at least.
     */
    private int memifMtu() {
        final int frameBytes = settings.mtuBytes() + TAGGED_HEADER_BYTES;
        final Matcher size = MEMIF_BUFFER.matcher(address.arguments());
        final int bufferBytes = size.find() ? Integer.parseInt(size.group(1)) : MEMIF_BUFFER_BYTES;
        // The client's argument holds for both ends.
        if (frameBytes > bufferBytes && address.arguments().contains("role=client")) {
            throw new DpdkException(settings.device() + " has buffers of " + bufferBytes + " bytes; an MTU of "
                    + settings.mtuBytes() + " needs " + frameBytes + ": add bsize=" + frameBytes + " or more");
        }
        return Math.min(settings.mtuBytes(), PortSettings.DEFAULT_MTU_BYTES);
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

    private void makeQueues(
            final PortCapabilities can,
            final long receiveOffloads,
            final long sendOffloads,
            final Optional<ReceiveSideScaling> scaling) {
        final PortTimestamps timestamps = (receiveOffloads & PortCapabilities.RX_TIMESTAMP) == 0
                ? PortTimestamps.NONE
                : PortTimestamps.register(calls);
        final MulticastFilters filters = new MulticastFilters(calls, port);
        int offloads = PortOffloads.describe(receiveOffloads, sendOffloads);
        offloads |= timestamps.isPresent() ? DeviceInfo.OFFLOAD_RX_TIMESTAMP : 0;
        offloads |= settings.queues() > 1 ? DeviceInfo.OFFLOAD_RSS : 0;
        final boolean segments = (offloads & DeviceInfo.OFFLOAD_TX_TCP_SEGMENTATION) != 0;
        int maxSegments = 1;
        if ((sendOffloads & PortCapabilities.TX_MULTIPLE_SEGMENTS) != 0) {
            final int most = segments ? SEGMENTATION_MAX_SEGMENTS : DEFAULT_MAX_SEGMENTS;
            maxSegments = can.maxSendSegments() == 0 ? most : Math.min(can.maxSendSegments(), most);
        }
        final int mtuBytes = settings.mtuBytes() - (segments && driver.equals(TAP) ? TAGGED_HEADER_BYTES : 0);
        final boolean critical = address.isPci() || NO_SYSTEM_CALLS.contains(driver);
        for (int queue = 0; queue < queues.length; queue++) {
            final DeviceInfo info = new DeviceInfo(
                    address.name() + "/" + queue,
                    calls.macAddress(port),
                    mtuBytes,
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
                    timestamps,
                    scaling);
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
