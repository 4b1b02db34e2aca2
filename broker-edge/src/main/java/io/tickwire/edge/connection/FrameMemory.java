package io.tickwire.edge.connection;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.agrona.BufferUtil;

/**
 * Memory in which one shard's connections assemble requests that arrive in pieces. Long requests reserve all of their
 * length before their first byte is kept, so that two never wait for each other; buffers grow with what has arrived, so that
 * a length alone costs no memory. One thread.
 */
final class FrameMemory {
    /** Requests up to this length need no reservation: connections times this is bounded already. */
    static final int FREE_BYTES = 64 << 10;

    private static final int SMALLEST = 4 << 10;
    private static final int CACHED_PER_CLASS = 16;
    private static final int CACHED_CLASSES = 9; // 4 KiB to 1 MiB

    private final long limitBytes;
    private final ArrayDeque<Connection> waiting = new ArrayDeque<>();
    private final ByteBuffer[][] cached = new ByteBuffer[CACHED_CLASSES][CACHED_PER_CLASS];
    private final int[] cachedCount = new int[CACHED_CLASSES];
    private long reservedBytes;

    FrameMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Reserves room for a request; a request longer than the limit is let in when there is no other. */
    boolean reserve(int bytes) {
        if (bytes <= FREE_BYTES) {
            return true;
        }
        if (reservedBytes > 0 && reservedBytes + bytes > limitBytes) {
            return false;
        }
        reservedBytes += bytes;
        return true;
    }

    /** Gives a reservation back, and lets waiting connections try again. */
    void unreserve(int bytes) {
        if (bytes <= FREE_BYTES) {
            return;
        }
        reservedBytes -= bytes;
        for (int i = waiting.size(); i > 0; i--) {
            waiting.poll().memoryFreed();
        }
    }

    /** The connection is told when memory is given back. */
    void await(Connection connection) {
        waiting.add(connection);
    }

    void forget(Connection connection) {
        waiting.remove(connection);
    }

    long reservedBytes() {
        return reservedBytes;
    }

    /** A buffer of at least so many bytes, a power of two long. */
    ByteBuffer acquire(int minBytes) {
        int index = classOf(minBytes);
        if (index < CACHED_CLASSES && cachedCount[index] > 0) {
            ByteBuffer buffer = cached[index][--cachedCount[index]];
            cached[index][cachedCount[index]] = null;
            return buffer.clear();
        }
        long size = (long) SMALLEST << index;
        return ByteBuffer.allocateDirect((int) Math.min(size, Integer.MAX_VALUE - 8));
    }

    void release(ByteBuffer buffer) {
        int index = classOf(buffer.capacity());
        if (index < CACHED_CLASSES && cachedCount[index] < CACHED_PER_CLASS) {
            cached[index][cachedCount[index]++] = buffer;
        } else {
            BufferUtil.free(buffer);
        }
    }

    private static int classOf(int bytes) {
        return bytes <= SMALLEST ? 0 : 32 - Integer.numberOfLeadingZeros((bytes - 1) / SMALLEST);
    }
}
