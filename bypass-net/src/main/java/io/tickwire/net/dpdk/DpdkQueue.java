package io.tickwire.net.dpdk;

import io.tickwire.net.device.DeviceCounters;
import io.tickwire.net.device.DeviceInfo;
import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.FramePool;
import io.tickwire.net.device.ReceiveSideScaling;
import io.tickwire.net.dpdk.ffi.BurstCalls;
import java.util.Optional;

/**
 * One queue pair of a port. The thread that first polls it owns it and becomes one of DPDK's. Receiving and sending cost one native call
 * each, no allocation, and a system call only where the driver makes one.
 *
 * <p>Some NICs' vector drivers deliver nothing into a burst with room for fewer than eight frames.
 */
final class DpdkQueue implements FrameDevice {
    private static final int OFFLOADS_TO_PREPARE = DeviceInfo.OFFLOAD_TX_IP_CHECKSUM
            | DeviceInfo.OFFLOAD_TX_TCP_CHECKSUM
            | DeviceInfo.OFFLOAD_TX_UDP_CHECKSUM
            | DeviceInfo.OFFLOAD_TX_TCP_SEGMENTATION;

    private final Eal eal;
    private final int port;
    private final DeviceInfo info;
    private final DpdkPool pool;
    private final BurstCalls calls;
    private final MulticastFilters filters;
    private final PortTimestamps timestamps;
    private final Optional<ReceiveSideScaling> scaling;
    private final boolean prepares;
    private final long[] stats = new long[8];
    private boolean bound;
    private long unfitFrames;

    DpdkQueue(
            final Eal eal,
            final int port,
            final DeviceInfo info,
            final DpdkPool pool,
            final BurstCalls calls,
            final MulticastFilters filters,
            final PortTimestamps timestamps,
            final Optional<ReceiveSideScaling> scaling) {
        this.eal = eal;
        this.port = port;
        this.info = info;
        this.pool = pool;
        this.calls = calls;
        this.filters = filters;
        this.timestamps = timestamps;
        this.scaling = scaling;
        prepares = (info.offloads() & OFFLOADS_TO_PREPARE) != 0;
    }

    @Override
    public int receive(final FrameBurst burst, final long nowNs) {
        if (!bound) {
            bind();
        }
        final int room = burst.room();
        if (room == 0) {
            return 0;
        }
        final int count = calls.receive(burst.tailAddress(), room);
        burst.grow(count);
        return count;
    }

    @Override
    public int send(final FrameBurst burst, final long nowNs) {
        if (!bound) {
            bind();
        }
        int offered = burst.size();
        if (offered == 0) {
            return 0;
        }
        if (prepares) {
            final int fit = calls.prepare(burst.headAddress(), offered);
            if (fit == 0) {
                // The first frame asks for something that the device cannot do; it would be in the way for ever.
                unfitFrames++;
                pool.free(burst.get(0));
                burst.removeFirst(1);
                return 1;
            }
            offered = fit;
        }
        final int accepted = calls.send(burst.headAddress(), offered);
        burst.removeFirst(accepted);
        return accepted;
    }

    private void bind() {
        pool.bind();
        bound = true;
    }

    @Override
    public FramePool pool() {
        return pool;
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public boolean isLinkUp() {
        return eal.ethCalls().isLinkUp(port);
    }

    @Override
    public boolean joinMulticast(final long macAddress) {
        return filters.join(macAddress);
    }

    @Override
    public void leaveMulticast(final long macAddress) {
        filters.leave(macAddress);
    }

    @Override
    public int arrivalQueue(final int source, final int destination, final int sourcePort, final int destinationPort) {
        if (scaling.isEmpty()) {
            return FrameDevice.super.arrivalQueue(source, destination, sourcePort, destinationPort);
        }
        return scaling.get().queue(source, destination, sourcePort, destinationPort);
    }

    @Override
    public long receiveTimeNs(final long frame) {
        return timestamps.of(frame);
    }

    /** The port's counters: few drivers have them by queue. */
    @Override
    public void readCounters(final DeviceCounters counters) {
        eal.ethCalls().stats(port, stats);
        counters.receivedFrames = stats[0];
        counters.sentFrames = stats[1];
        counters.receivedBytes = stats[2];
        counters.sentBytes = stats[3];
        counters.missedFrames = stats[4];
        counters.receiveErrors = stats[5];
        counters.sendErrors = stats[6] + unfitFrames;
        counters.noFrame = stats[7];
    }

    /** Called by the owner, or by anyone when there is none any more. The port goes on. */
    @Override
    public void close() {
        if (bound) {
            pool.unbind();
            eal.leaveThread();
            bound = false;
        }
    }
}
