package io.tickwire.net.ip;

import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.FramePool;
import org.agrona.concurrent.UnsafeBuffer;

/** The transmit side of a device: frames are built one after another in {@link #buffer()} and leave in bursts. */
public final class FrameOutput {
    private final FrameDevice device;
    private final FramePool pool;
    private final FrameBurst burst;
    private final IpCounters counters;
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer more = new UnsafeBuffer(0, 0);
    private long nowNs;

    /** Creates the output of a device with a burst of a given capacity. */
    public FrameOutput(FrameDevice device, int burstFrames, IpCounters counters) {
        this.device = device;
        this.pool = device.pool();
        this.burst = new FrameBurst(burstFrames);
        this.counters = counters;
    }

    /** Sets the time that is passed to the device in this duty cycle. */
    public void now(long timeNs) {
        nowNs = timeNs;
    }

    /** The frame under construction, from its first byte to the end of its room. */
    public UnsafeBuffer buffer() {
        return buffer;
    }

    /** Allocates a frame and wraps {@link #buffer()} around it. {@link Frame#NULL} if there is no frame or no queue slot. */
    public long begin() {
        if (burst.room() == 0 && flush() == 0) {
            return Frame.NULL;
        }
        final long frame = pool.allocate();
        if (frame == Frame.NULL) {
            counters.framesExhausted++;
            return Frame.NULL;
        }
        buffer.wrap(Frame.dataAddress(frame), Frame.tailroom(frame));
        return frame;
    }

    /**
     * Hangs another segment behind the frame under construction, whose segments have their lengths.
     *
     * @param last its last segment
     * @param wantedBytes length of the new one, less if there is no room for as much
     * @return the new segment, with {@link #more()} wrapped around it; {@link Frame#NULL} if there is no frame
     */
    long extend(long frame, long last, int wantedBytes) {
        final long segment = pool.allocate();
        if (segment == Frame.NULL) {
            counters.framesExhausted++;
            return Frame.NULL;
        }
        Frame.length(segment, Math.min(wantedBytes, Frame.tailroom(segment)));
        more.wrap(Frame.dataAddress(segment), Frame.length(segment));
        Frame.chain(frame, last, segment);
        return segment;
    }

    /** The segment hung on last. */
    UnsafeBuffer more() {
        return more;
    }

    /** Gives a begun frame back. */
    public void cancel(long frame) {
        pool.free(frame);
    }

    /** Queues a finished frame; it is this object's from now on. */
    public void enqueue(long frame) {
        if (!burst.add(frame)) {
            // A frame that waited for ARP finds the queue full: dropped, as a full NIC queue would.
            flush();
            if (!burst.add(frame)) {
                counters.transmitDrops++;
                pool.free(frame);
                return;
            }
        }
        counters.framesOut++;
    }

    /** Offers what is queued to the device. Returns the frames it took. */
    public int flush() {
        return burst.isEmpty() ? 0 : device.send(burst, nowNs);
    }

    /** Frames queued here. */
    public int queued() {
        return burst.size();
    }

    /** The device's pool. */
    public FramePool pool() {
        return pool;
    }

    /** Frees what was never sent. */
    public void close() {
        burst.freeAll(pool);
        burst.close();
    }
}
