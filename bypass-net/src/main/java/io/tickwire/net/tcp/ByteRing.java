package io.tickwire.net.tcp;

import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Off-heap bytes addressed modulo a power of two; positions are sequence numbers less a base. Recycled by {@link RingPool}. */
final class ByteRing {
    private static final int CACHE_LINE = 64;

    private final UnsafeBuffer buffer;
    private final int mask;

    ByteRing(int capacity) {
        buffer = new UnsafeBuffer(BufferUtil.allocateDirectAligned(capacity, CACHE_LINE));
        mask = capacity - 1;
    }

    int capacity() {
        return mask + 1;
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    /** Index of a position. */
    int index(int position) {
        return position & mask;
    }

    /** Bytes from a position to the end of the memory: what can be read in one piece. */
    int contiguous(int position) {
        return mask + 1 - (position & mask);
    }

    void write(int position, DirectBuffer source, int offset, int length) {
        assert length <= mask + 1 : length;
        final int first = Math.min(length, contiguous(position));
        buffer.putBytes(position & mask, source, offset, first);
        if (first < length) {
            buffer.putBytes(0, source, offset + first, length - first);
        }
    }

    void read(int position, UnsafeBuffer target, int offset, int length) {
        final int first = Math.min(length, contiguous(position));
        buffer.getBytes(position & mask, target, offset, first);
        if (first < length) {
            buffer.getBytes(0, target, offset + first, length - first);
        }
    }
}
