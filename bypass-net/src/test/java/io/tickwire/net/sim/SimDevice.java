package io.tickwire.net.sim;

import io.tickwire.net.device.DeviceCounters;
import io.tickwire.net.device.DeviceInfo;
import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.FramePool;
import io.tickwire.net.device.MemoryFramePool;
import io.tickwire.net.device.ReceiveSideScaling;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/** A device whose frames come from and go to Java code as byte arrays: the end of a simulated wire, or of a script. */
public final class SimDevice implements FrameDevice {
    /** Takes what the device sends. */
    @FunctionalInterface
    public interface Wire {
        void transmit(byte[] frame, long nowNs);
    }

    private final MemoryFramePool pool;
    private final DeviceInfo info;
    private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    public final Set<Long> filters = new HashSet<>();
    private Wire wire = (frame, nowNs) -> {};
    private ReceiveSideScaling scaling;
    private int sendLimit = Integer.MAX_VALUE;

    public SimDevice(String name, long mac, int mtu, int frames) {
        this(name, mac, mtu, frames, 0, 1);
    }

    /** One of several queues of a port. */
    public SimDevice(String name, long mac, int mtu, int frames, int queue, int queues) {
        pool = new MemoryFramePool(frames);
        info = new DeviceInfo(name, mac, mtu, queue, queues, 1, 0);
    }

    /** Makes known how the port's queues are chosen. */
    public void scaling(ReceiveSideScaling known) {
        scaling = known;
    }

    @Override
    public int arrivalQueue(int source, int destination, int sourcePort, int destinationPort) {
        return scaling == null
                ? FrameDevice.super.arrivalQueue(source, destination, sourcePort, destinationPort)
                : scaling.queue(source, destination, sourcePort, destinationPort);
    }

    public void wire(Wire to) {
        wire = to;
    }

    /** Frames that {@link #send} takes per call from now on. */
    public void sendLimit(int frames) {
        sendLimit = frames;
    }

    /** Puts a frame into the receive queue. */
    public void deliver(byte[] frame) {
        arrived.add(frame);
    }

    public boolean hasArrived() {
        return !arrived.isEmpty();
    }

    @Override
    public int receive(FrameBurst burst, long nowNs) {
        int count = 0;
        while (burst.room() > 0 && !arrived.isEmpty()) {
            final long frame = pool.allocate();
            if (frame == Frame.NULL) {
                break;
            }
            final byte[] bytes = arrived.poll();
            if (bytes.length > Frame.tailroom(frame)) {
                pool.free(frame);
                continue;
            }
            buffer.wrap(Frame.dataAddress(frame), bytes.length);
            buffer.putBytes(0, bytes);
            Frame.length(frame, bytes.length);
            burst.add(frame);
            count++;
        }
        return count;
    }

    @Override
    public int send(FrameBurst burst, long nowNs) {
        final int count = Math.min(sendLimit, burst.size());
        for (int i = 0; i < count; i++) {
            final long frame = burst.get(i);
            final byte[] bytes = new byte[Frame.length(frame)];
            buffer.wrap(Frame.dataAddress(frame), bytes.length);
            buffer.getBytes(0, bytes);
            pool.free(frame);
            wire.transmit(bytes, nowNs);
        }
        burst.removeFirst(count);
        return count;
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
        return true;
    }

    @Override
    public boolean joinMulticast(long macAddress) {
        return filters.add(macAddress);
    }

    @Override
    public void leaveMulticast(long macAddress) {
        filters.remove(macAddress);
    }

    @Override
    public void readCounters(DeviceCounters counters) {}

    /** Releases the frames' memory, which the garbage collector would not. */
    @Override
    public void close() {
        arrived.clear();
        pool.close();
    }
}
