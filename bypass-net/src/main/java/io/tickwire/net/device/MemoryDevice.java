package io.tickwire.net.device;

import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/** One end of a {@link MemoryWire}. */
final class MemoryDevice implements FrameDevice, ControlledMessageHandler {
    static final int CACHE_LINE_BYTES = 64;
    static final int MAX_SEGMENTS = 64;
    private static final int FRAME_MESSAGE = 1;
    private static final int ETHERNET_HEADER_BYTES = 18; // with one 802.1Q tag

    private final DeviceInfo info;
    private final FramePool pool;
    private final OneToOneRingBuffer incoming;
    private final OneToOneRingBuffer outgoing;
    private final int maxFrameBytes;
    private FrameBurst receiving;
    private long receivedFrames;
    private long receivedBytes;
    private long sentFrames;
    private long sentBytes;
    private long sendErrors;
    private long noFrame;

    MemoryDevice(
            final DeviceInfo info,
            final FramePool pool,
            final OneToOneRingBuffer incoming,
            final OneToOneRingBuffer outgoing) {
        this.info = info;
        this.pool = pool;
        this.incoming = incoming;
        this.outgoing = outgoing;
        maxFrameBytes = info.mtuBytes() + ETHERNET_HEADER_BYTES;
        if (maxFrameBytes > pool.dataRoom() || maxFrameBytes > outgoing.maxMsgLength()) {
            throw new IllegalArgumentException("an MTU of " + info.mtuBytes() + " needs frames of " + maxFrameBytes
                    + " bytes: the pool has " + pool.dataRoom() + ", the wire carries " + outgoing.maxMsgLength());
        }
    }

    @Override
    public int receive(final FrameBurst burst, final long nowNs) {
        final int room = burst.room();
        if (room == 0) {
            return 0;
        }
        receiving = burst;
        incoming.controlledRead(this, room);
        receiving = null;
        return room - burst.room();
    }

    @Override
    public Action onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int length) {
        final long frame = pool.allocate();
        if (frame == Frame.NULL) {
            noFrame++;
            return Action.CONTINUE; // As a NIC does: the frame is lost, and counted.
        }
        UnsafeApi.copyMemory(buffer.addressOffset() + index, Frame.dataAddress(frame), length);
        Frame.length(frame, length);
        receivedFrames++;
        receivedBytes += length;
        receiving.add(frame);
        return Action.CONTINUE;
    }

    @Override
    public int send(final FrameBurst burst, final long nowNs) {
        int accepted = 0;
        final int offered = burst.size();
        while (accepted < offered) {
            final long frame = burst.get(accepted);
            final int length = Frame.length(frame);
            if (length == 0 || length > maxFrameBytes) {
                sendErrors++;
            } else {
                final int claim = outgoing.tryClaim(FRAME_MESSAGE, length);
                if (claim < 0) {
                    break;
                }
                Frame.copyTo(frame, outgoing.buffer().addressOffset() + claim);
                outgoing.commit(claim);
                sentFrames++;
                sentBytes += length;
            }
            pool.free(frame);
            accepted++;
        }
        burst.removeFirst(accepted);
        return accepted;
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
    public boolean joinMulticast(final long macAddress) {
        return true; // Everything on the wire arrives.
    }

    @Override
    public void leaveMulticast(final long macAddress) {}

    @Override
    public void readCounters(final DeviceCounters counters) {
        counters.receivedFrames = receivedFrames;
        counters.receivedBytes = receivedBytes;
        counters.sentFrames = sentFrames;
        counters.sentBytes = sentBytes;
        counters.missedFrames = 0;
        counters.receiveErrors = 0;
        counters.sendErrors = sendErrors;
        counters.noFrame = noFrame;
    }

    @Override
    public void close() {
        incoming.controlledRead((type, buffer, index, length) -> Action.CONTINUE);
    }
}
