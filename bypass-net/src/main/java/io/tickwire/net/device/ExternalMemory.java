package io.tickwire.net.device;

import org.agrona.UnsafeApi;

/**
 * A range of memory that frames may point into instead of carrying a copy, such as a mapped journal, with a count of the frames that do.
 * The memory must stay mapped until {@link #isReleased}.
 *
 * <p>The count lives in a native {@code rte_mbuf_ext_shared_info}. One reference is this object's own, so that drivers never reach zero
 * and never call back into Java; whoever owns the memory asks instead. Only devices that copy on transmit or use virtual addresses for DMA
 * take such frames (every vdev does); for others, copy into the frame.
 *
 * <pre>
 *    0 free callback (8), never called    8 callback argument (8)   16 reference count (2)
 * </pre>
 */
public final class ExternalMemory implements AutoCloseable {
    private static final int SHARED_INFO_BYTES = 24;
    private static final int COUNT_OFFSET = 16;

    private long sharedInfo;

    public ExternalMemory() {
        sharedInfo = UnsafeApi.allocateMemory(SHARED_INFO_BYTES);
        UnsafeApi.setMemory(sharedInfo, SHARED_INFO_BYTES, (byte) 0);
        UnsafeApi.putShort(sharedInfo + COUNT_OFFSET, (short) 1);
    }

    /**
     * Makes a fresh frame point at memory of the owner.
     *
     * @param frame newly allocated, of length 0, one reference.
     * @param address of the first byte.
     * @param lengthBytes at most 65,535.
     */
    public void attach(final long frame, final long address, final int lengthBytes) {
        assert (Frame.flags(frame) & Frame.EXTERNAL) == 0 && Frame.referenceCount(frame) == 1;
        assert lengthBytes >= 0 && lengthBytes <= 0xFFFF : lengthBytes;
        UnsafeApi.putLong(frame + Frame.BUFFER_ADDRESS_OFFSET, address);
        UnsafeApi.putLong(frame + Frame.IO_ADDRESS_OFFSET, address);
        UnsafeApi.putShort(frame + Frame.DATA_OFFSET_OFFSET, (short) 0);
        UnsafeApi.putShort(frame + Frame.BUFFER_LENGTH_OFFSET, (short) lengthBytes);
        UnsafeApi.putLong(frame + Frame.SHARED_INFO_OFFSET, sharedInfo);
        Frame.flags(frame, Frame.flags(frame) | Frame.EXTERNAL);
        Frame.length(frame, lengthBytes);
        UnsafeApi.getAndAddShort(null, sharedInfo + COUNT_OFFSET, (short) 1);
    }

    /** Frames that point at the memory now. */
    public int frameCount() {
        return (UnsafeApi.getShortVolatile(null, sharedInfo + COUNT_OFFSET) & 0xFFFF) - 1;
    }

    /** Whether no frame points at the memory any more. */
    public boolean isReleased() {
        return frameCount() == 0;
    }

    /** For pools: a frame that pointed here is going back to its pool. */
    static void detached(final long frame) {
        UnsafeApi.getAndAddShort(null, UnsafeApi.getLong(frame + Frame.SHARED_INFO_OFFSET) + COUNT_OFFSET, (short) -1);
    }

    /**
     * Releases the count.
     *
     * @throws IllegalStateException when frames still point at the memory.
     */
    @Override
    public void close() {
        if (sharedInfo != 0) {
            if (!isReleased()) {
                throw new IllegalStateException(frameCount() + " frames still point at the memory");
            }
            UnsafeApi.freeMemory(sharedInfo);
            sharedInfo = 0;
        }
    }
}
