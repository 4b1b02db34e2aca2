package io.tickwire.net.transport;

/**
 * A gather list of memory outside the heap with a cursor: slice {@code i} is {@code length(i)} bytes at {@code address(i)}.
 * The memory must stay valid until the vector is sent or reset. Not thread-safe; allocates only in its constructor.
 */
public final class SendVector {
    private final long[] addresses;
    private final int[] lengths;
    private int first;
    private int end;
    private long remainingBytes;

    /**
     * Makes an empty vector.
     *
     * @param capacity most slices it can hold
     */
    public SendVector(int capacity) {
        addresses = new long[capacity];
        lengths = new int[capacity];
    }

    /** Appends a slice; false when the vector is full. Empty slices are dropped. */
    public boolean add(long address, int length) {
        if (length == 0) {
            return true;
        }
        if (end == addresses.length) {
            return false;
        }
        addresses[end] = address;
        lengths[end] = length;
        end++;
        remainingBytes += length;
        return true;
    }

    /** Slices not yet sent whole. */
    public int size() {
        return end - first;
    }

    /** Bytes not yet sent. */
    public long remaining() {
        return remainingBytes;
    }

    /** Address of a slice, counted from the cursor. */
    public long address(int index) {
        return addresses[first + index];
    }

    /** Length of a slice, counted from the cursor, in bytes. */
    public int length(int index) {
        return lengths[first + index];
    }

    /** Moves the cursor past bytes that were sent. */
    public void advance(long bytes) {
        assert bytes >= 0 && bytes <= remainingBytes : bytes + " of " + remainingBytes;
        remainingBytes -= bytes;
        long left = bytes;
        while (left > 0) {
            if (left < lengths[first]) {
                addresses[first] += left;
                lengths[first] -= (int) left;
                return;
            }
            left -= lengths[first];
            first++;
        }
        if (first == end) {
            first = 0;
            end = 0;
        }
    }

    /** Forgets all slices. */
    public void reset() {
        first = 0;
        end = 0;
        remainingBytes = 0;
    }
}
