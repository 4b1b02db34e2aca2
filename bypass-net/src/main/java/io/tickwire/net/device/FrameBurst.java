package io.tickwire.net.device;

import org.agrona.UnsafeApi;

/**
 * A bounded list of frames in native memory, which a driver can fill or drain in place. Whoever holds the burst owns the frames in it.
 * Owned by one thread.
 */
public final class FrameBurst implements AutoCloseable {
    private static final int ENTRY_BYTES = Long.BYTES;

    private final int capacity;
    private long address;
    private int size;

    /** @param capacity most frames held at once; at most 65,535, the limit of DPDK's burst calls. */
    public FrameBurst(final int capacity) {
        if (capacity < 1 || capacity > 0xFFFF) {
            throw new IllegalArgumentException("burst capacity must be 1 to 65535: " + capacity);
        }
        this.capacity = capacity;
        address = UnsafeApi.allocateMemory((long) capacity * ENTRY_BYTES);
    }

    public int capacity() {
        return capacity;
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** Frames that still fit. */
    public int room() {
        return capacity - size;
    }

    public long get(final int index) {
        assert index >= 0 && index < size : index;
        return UnsafeApi.getLong(address + (long) index * ENTRY_BYTES);
    }

    public void set(final int index, final long frame) {
        assert index >= 0 && index < size : index;
        UnsafeApi.putLong(address + (long) index * ENTRY_BYTES, frame);
    }

    /** Appends a frame; false, and the frame stays the caller's, when the burst is full. */
    public boolean add(final long frame) {
        if (size == capacity) {
            return false;
        }
        UnsafeApi.putLong(address + (long) size * ENTRY_BYTES, frame);
        size++;
        return true;
    }

    /** Forgets the frames without freeing them: they have another owner now. */
    public void clear() {
        size = 0;
    }

    /** Forgets the first {@code count} frames and moves the rest to the front. */
    public void removeFirst(final int count) {
        assert count >= 0 && count <= size : count;
        size -= count;
        if (size > 0 && count > 0) {
            UnsafeApi.copyMemory(address + (long) count * ENTRY_BYTES, address, (long) size * ENTRY_BYTES);
        }
    }

    /** Forgets all but the first {@code count} frames, without freeing them. */
    public void truncate(final int count) {
        assert count >= 0 && count <= size : count;
        size = count;
    }

    /** Frees every frame into the pool and empties the burst. */
    public void freeAll(final FramePool pool) {
        for (int i = 0; i < size; i++) {
            pool.free(get(i));
        }
        size = 0;
    }

    /** For devices: address of entry {@link #size}, where {@link #room} addresses may be written before {@link #grow}. */
    public long tailAddress() {
        return address + (long) size * ENTRY_BYTES;
    }

    /** For devices: address of the first entry. */
    public long headAddress() {
        return address;
    }

    /** For devices: takes {@code count} entries written at {@link #tailAddress} into the burst. */
    public void grow(final int count) {
        assert count >= 0 && count <= room() : count;
        size += count;
    }

    /** Releases the list's memory, not the frames. */
    @Override
    public void close() {
        if (address != 0) {
            UnsafeApi.freeMemory(address);
            address = 0;
            size = 0;
        }
    }
}
