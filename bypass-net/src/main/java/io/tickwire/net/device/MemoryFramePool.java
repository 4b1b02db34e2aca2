package io.tickwire.net.device;

import org.agrona.UnsafeApi;

/**
 * A pool in plain memory, for simulation, tests and devices without DPDK. Descriptors and buffers lie in one native block; a frame freed
 * twice, or one of another pool, is refused with an exception. Owned by one thread.
 */
public final class MemoryFramePool implements FramePool, AutoCloseable {
    private static final int DEFAULT_DATA_ROOM_BYTES = 2048;

    private final int dataRoom;
    private final long strideBytes;
    private final long[] free;
    private long base;
    private int freeCount;
    private long exhausted;

    /** A pool whose frames hold 2,048 bytes each. */
    public MemoryFramePool(final int capacity) {
        this(capacity, DEFAULT_DATA_ROOM_BYTES);
    }

    /**
     * @param capacity frames.
     * @param dataRoom bytes of data per frame, headroom not counted; at most 65,535 with it.
     */
    public MemoryFramePool(final int capacity, final int dataRoom) {
        if (capacity < 1 || dataRoom < 1 || dataRoom + Frame.HEADROOM_BYTES > 0xFFFF) {
            throw new IllegalArgumentException("capacity=" + capacity + " dataRoom=" + dataRoom);
        }
        this.dataRoom = dataRoom;
        final int bufferBytes = Frame.HEADROOM_BYTES + dataRoom;
        strideBytes = Frame.DESCRIPTOR_BYTES + ((bufferBytes + 63L) & ~63L);
        base = UnsafeApi.allocateMemory(strideBytes * capacity);
        UnsafeApi.setMemory(base, strideBytes * capacity, (byte) 0);
        free = new long[capacity];
        for (int i = capacity - 1; i >= 0; i--) {
            final long frame = base + i * strideBytes;
            UnsafeApi.putLong(frame + Frame.BUFFER_ADDRESS_OFFSET, frame + Frame.DESCRIPTOR_BYTES);
            UnsafeApi.putLong(frame + Frame.POOL_OFFSET, base);
            free[freeCount++] = frame;
        }
    }

    @Override
    public long allocate() {
        if (freeCount == 0) {
            exhausted++;
            return Frame.NULL;
        }
        final long frame = free[--freeCount];
        UnsafeApi.putLong(frame + Frame.BUFFER_ADDRESS_OFFSET, frame + Frame.DESCRIPTOR_BYTES);
        UnsafeApi.putShort(frame + Frame.DATA_OFFSET_OFFSET, (short) Frame.HEADROOM_BYTES);
        UnsafeApi.putShort(frame + Frame.REFERENCE_COUNT_OFFSET, (short) 1);
        UnsafeApi.putShort(frame + Frame.SEGMENT_COUNT_OFFSET, (short) 1);
        UnsafeApi.putShort(frame + Frame.BUFFER_LENGTH_OFFSET, (short) (Frame.HEADROOM_BYTES + dataRoom));
        UnsafeApi.putLong(frame + Frame.FLAGS_OFFSET, 0);
        UnsafeApi.putInt(frame + Frame.PACKET_TYPE_OFFSET, 0);
        UnsafeApi.putLong(frame + Frame.NEXT_OFFSET, Frame.NULL);
        UnsafeApi.putLong(frame + Frame.TRANSMIT_OFFLOAD_OFFSET, 0);
        UnsafeApi.putLong(frame + Frame.SHARED_INFO_OFFSET, 0);
        UnsafeApi.putLong(frame + Frame.DYNAMIC_FIELDS_OFFSET, 0);
        Frame.length(frame, 0);
        return frame;
    }

    @Override
    public void free(final long frame) {
        long segment = frame;
        while (segment != Frame.NULL) {
            final long next = Frame.next(segment);
            freeSegment(segment);
            segment = next;
        }
    }

    private void freeSegment(final long segment) {
        if (UnsafeApi.getLong(segment + Frame.POOL_OFFSET) != base) {
            throw new IllegalStateException("frame of another pool: 0x" + Long.toHexString(segment));
        }
        final int references = Frame.referenceCount(segment);
        if (references == 0) {
            throw new IllegalStateException("frame freed twice: 0x" + Long.toHexString(segment));
        }
        UnsafeApi.putShort(segment + Frame.REFERENCE_COUNT_OFFSET, (short) (references - 1));
        if (references == 1) {
            if ((Frame.flags(segment) & Frame.EXTERNAL) != 0) {
                ExternalMemory.detached(segment);
            }
            UnsafeApi.putLong(segment + Frame.NEXT_OFFSET, Frame.NULL);
            free[freeCount++] = segment;
        }
    }

    @Override
    public int capacity() {
        return free.length;
    }

    @Override
    public int available() {
        return freeCount;
    }

    @Override
    public int dataRoom() {
        return dataRoom;
    }

    @Override
    public long exhausted() {
        return exhausted;
    }

    /** Releases the memory; every frame of the pool is dead. */
    @Override
    public void close() {
        if (base != 0) {
            UnsafeApi.freeMemory(base);
            base = 0;
            freeCount = 0;
        }
    }
}
