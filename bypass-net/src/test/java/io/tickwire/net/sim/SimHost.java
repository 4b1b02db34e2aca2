package io.tickwire.net.sim;

import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.ReceiveSideScaling;
import io.tickwire.net.stack.NetStack;
import io.tickwire.net.stack.QueueGroup;
import io.tickwire.net.stack.StackSettings;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;

/** A host of a simulation: one stack, or one for each queue of a port that scales by a hash; with a device that cuts segments, or without. */
public final class SimHost {
    private static final int FRAMES = 1_024;
    private static final int INBOX_BYTES = 1 << 16;
    private static final int KEY_BYTES = 40;
    private static final int TABLE_ENTRIES = 128;

    private final List<SimDevice> devices = new ArrayList<>();
    private final List<SegmentingDevice> segmenting = new ArrayList<>();
    private final List<NetStack> stacks = new ArrayList<>();
    private final ReceiveSideScaling scaling;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    /**
     * @param queues stacks
     * @param hashKnown whether the devices tell where segments arrive
     * @param segments most segments of a frame that the devices cut; 0 if they cut none
     */
    public SimHost(
            String name,
            long mac,
            int mtu,
            int queues,
            boolean hashKnown,
            int segments,
            StackSettings settings,
            SplittableRandom random) {
        final byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        scaling = new ReceiveSideScaling(key, ReceiveSideScaling.spread(TABLE_ENTRIES, queues));
        final List<FrameDevice> ends = new ArrayList<>();
        for (int queue = 0; queue < queues; queue++) {
            final SimDevice device = new SimDevice(name + queue, mac, mtu, FRAMES, queue, queues);
            device.scaling(hashKnown ? scaling : null);
            devices.add(device);
            if (segments > 0) {
                segmenting.add(new SegmentingDevice(device, segments));
            }
            ends.add(segments > 0 ? segmenting.get(queue) : device);
        }
        final QueueGroup group = new QueueGroup(ends, INBOX_BYTES);
        for (int queue = 0; queue < queues; queue++) {
            stacks.add(new NetStack(settings, queues == 1 ? ends.get(0) : group.member(queue)));
        }
    }

    void wire(SimDevice.Wire to) {
        devices.forEach(device -> device.wire(to));
    }

    void deliver(byte[] frame) {
        devices.get(queueOf(frame)).deliver(frame);
    }

    private int queueOf(byte[] frame) {
        view.wrap(frame);
        final int ip = EthernetHeader.LENGTH;
        if (frame.length < ip + Ipv4Header.LENGTH
                || EthernetHeader.type(view, 0) != EthernetHeader.TYPE_IPV4
                || !Ipv4Header.isWellFormed(view, ip, frame.length - ip)
                || Ipv4Header.protocol(view, ip) != Ipv4Header.PROTOCOL_TCP) {
            return 0;
        }
        final int tcp = ip + Ipv4Header.headerLength(view, ip);
        return tcp + 4 > frame.length
                ? 0
                : scaling.queue(
                        Ipv4Header.source(view, ip),
                        Ipv4Header.destination(view, ip),
                        TcpHeader.sourcePort(view, tcp),
                        TcpHeader.destinationPort(view, tcp));
    }

    boolean hasArrived() {
        return devices.stream().anyMatch(SimDevice::hasArrived);
    }

    void sendLimit(int frames) {
        devices.forEach(device -> device.sendLimit(frames));
    }

    List<NetStack> stacks() {
        return stacks;
    }

    NetStack any(SplittableRandom random) {
        return stacks.get(random.nextInt(stacks.size()));
    }

    void now(long nowNs) {
        stacks.forEach(stack -> stack.now(nowNs));
    }

    void poll(long nowNs) {
        stacks.forEach(stack -> stack.poll(nowNs));
    }

    /** Frames that the devices cut. */
    long segmented() {
        return segmenting.stream().mapToLong(device -> device.segmented).sum();
    }

    long spuriousTimeouts() {
        return stacks.stream()
                .mapToLong(stack -> stack.tcp().counters.spuriousTimeouts)
                .sum();
    }

    /** Says what is left of a host whose connections have ended, or nothing. */
    String leftovers() {
        final StringBuilder left = new StringBuilder();
        for (final NetStack stack : stacks) {
            left.append(stack.tcp().connectionCount() == 0 ? "" : " connection");
            left.append(stack.tcp().buffersInUse() == 0 ? "" : " buffer");
            left.append(stack.tcp().halfOpenCount() == 0 ? "" : " half-open connection");
        }
        return left.toString();
    }

    /** Closes everything. Returns false if frames are missing. */
    boolean close() {
        stacks.forEach(NetStack::close);
        segmenting.forEach(SegmentingDevice::flush);
        boolean whole = true;
        for (final SimDevice device : devices) {
            whole &= device.pool().available() == device.pool().capacity();
            device.close();
        }
        return whole;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        stacks.forEach(
                stack -> text.append(Counters.nonZero(stack.tcp().counters)).append(Counters.nonZero(stack.counters)));
        return text + " segmented=" + segmented();
    }
}
