package io.tickwire.net.device;

/**
 * A bounded stock of frames. Owned by the thread that owns the device; allocation and freeing cost no system call and no garbage.
 *
 * <p>A fresh frame has one segment of length 0, {@link Frame#HEADROOM_BYTES} of headroom, one reference and no offload flags.
 */
public interface FramePool {
    /** Takes a frame; {@link Frame#NULL} when none is left, which {@link #exhausted} counts. */
    long allocate();

    /** Drops one reference from each segment; segments without any left go back to the pool (or to the pool they came from). */
    void free(long frame);

    /** Frames in the pool in all. */
    int capacity();

    /**
     * Frames that are in the pool now. Exact when the drivers of the pool's devices hold none; a slow call on some pools, for tests and
     * gauges.
     */
    int available();

    /** Bytes of data that a frame of one segment holds behind the headroom. */
    int dataRoom();

    /** How often {@link #allocate} found the pool empty. */
    long exhausted();
}
