package io.tickwire.net.device;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * A cable between two devices in plain memory: what one end sends, the other receives, in order, up to a bound of bytes in flight. Each end
 * has its own pool and may have its own thread; frames are copied across as on a real wire, so no frame changes pools. Driven by hand
 * from one thread it is deterministic.
 */
public final class MemoryWire implements AutoCloseable {
    private final MemoryDevice left;
    private final MemoryDevice right;

    /**
     * @param inFlightBytes bound of each direction, a power of two; a frame costs its length and up to 16 bytes.
     * @param mtuBytes of both ends.
     */
    public MemoryWire(
            final FramePool leftPool,
            final long leftMac,
            final FramePool rightPool,
            final long rightMac,
            final int inFlightBytes,
            final int mtuBytes) {
        final OneToOneRingBuffer rightward = ring(inFlightBytes);
        final OneToOneRingBuffer leftward = ring(inFlightBytes);
        left = new MemoryDevice(info("wire-left", leftMac, mtuBytes), leftPool, leftward, rightward);
        right = new MemoryDevice(info("wire-right", rightMac, mtuBytes), rightPool, rightward, leftward);
    }

    /** A device that receives what it sends itself. */
    public static FrameDevice loopback(
            final FramePool pool, final long macAddress, final int inFlightBytes, final int mtuBytes) {
        final OneToOneRingBuffer ring = ring(inFlightBytes);
        return new MemoryDevice(info("loopback", macAddress, mtuBytes), pool, ring, ring);
    }

    private static OneToOneRingBuffer ring(final int inFlightBytes) {
        return new OneToOneRingBuffer(new UnsafeBuffer(BufferUtil.allocateDirectAligned(
                inFlightBytes + RingBufferDescriptor.TRAILER_LENGTH, MemoryDevice.CACHE_LINE_BYTES)));
    }

    private static DeviceInfo info(final String name, final long macAddress, final int mtuBytes) {
        return new DeviceInfo(name, macAddress, mtuBytes, 0, 1, MemoryDevice.MAX_SEGMENTS, 0);
    }

    public FrameDevice left() {
        return left;
    }

    public FrameDevice right() {
        return right;
    }

    @Override
    public void close() {
        left.close();
        right.close();
    }
}
