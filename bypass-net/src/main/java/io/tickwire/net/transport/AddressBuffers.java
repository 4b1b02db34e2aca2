package io.tickwire.net.transport;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.agrona.UnsafeApi;

/**
 * Direct ByteBuffers that are pointed at any memory, so that channels can write mapped memory without a copy and without an
 * object per write. The JDK offers no such thing: {@code MemorySegment.asByteBuffer} allocates a segment and a buffer each.
 */
final class AddressBuffers {
    private static final long ADDRESS = UnsafeApi.objectFieldOffset(Buffer.class, "address");
    private static final long CAPACITY = UnsafeApi.objectFieldOffset(Buffer.class, "capacity");

    private final ByteBuffer[] buffers;

    AddressBuffers(int count) {
        buffers = new ByteBuffer[count];
        for (int i = 0; i < count; i++) {
            // A duplicate: it has no cleaner of its own and keeps its parent, whose memory is never used, alive.
            buffers[i] = ByteBuffer.allocateDirect(1).duplicate();
        }
    }

    int count() {
        return buffers.length;
    }

    ByteBuffer[] array() {
        return buffers;
    }

    /** Points a buffer at memory; position 0, limit and capacity {@code length}. */
    ByteBuffer point(int index, long address, int length) {
        ByteBuffer buffer = buffers[index];
        UnsafeApi.putLong(buffer, ADDRESS, address);
        UnsafeApi.putInt(buffer, CAPACITY, length);
        buffer.clear();
        return buffer;
    }
}
