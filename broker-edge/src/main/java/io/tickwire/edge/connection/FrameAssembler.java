package io.tickwire.edge.connection;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Puts one request together from pieces: a 4-byte length, then so many bytes. Requests that arrive whole bypass it. */
final class FrameAssembler {
    static final int LENGTH_BYTES = 4;

    private final FrameMemory memory;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private ByteBuffer buffer;
    private int lengthSoFar;
    private int lengthBytes;
    private int frameLength;
    private int reserved;
    private int filled;

    FrameAssembler(FrameMemory memory) {
        this.memory = memory;
    }

    /** No byte of a request is held. */
    boolean isEmpty() {
        return lengthBytes == 0;
    }

    /** The length is known. */
    boolean hasLength() {
        return lengthBytes == LENGTH_BYTES;
    }

    int frameLength() {
        return frameLength;
    }

    /** Takes bytes of the length field; returns how many. */
    int takeLength(DirectBuffer source, int offset, int length) {
        int taken = 0;
        while (taken < length && lengthBytes < LENGTH_BYTES) {
            lengthSoFar = (lengthSoFar << 8) | (source.getByte(offset + taken) & 0xFF);
            lengthBytes++;
            taken++;
        }
        if (lengthBytes == LENGTH_BYTES) {
            frameLength = lengthSoFar;
        }
        return taken;
    }

    /** Reserves memory for the request, once; false when there is none now. */
    boolean reserve() {
        if (reserved == 0) {
            if (!memory.reserve(frameLength)) {
                return false;
            }
            reserved = frameLength;
        }
        return true;
    }

    /** Takes bytes of the request; returns how many. */
    int takeBody(DirectBuffer source, int offset, int length) {
        int taken = Math.min(length, frameLength - filled);
        ensure(filled + taken);
        source.getBytes(offset, view, filled, taken);
        filled += taken;
        return taken;
    }

    private void ensure(int needed) {
        if (buffer != null && buffer.capacity() >= needed) {
            return;
        }
        ByteBuffer larger = memory.acquire(Math.max(needed, Math.min(frameLength, FrameMemory.FREE_BYTES)));
        if (buffer != null) {
            larger.put(0, buffer, 0, filled);
            memory.release(buffer);
        }
        buffer = larger;
        view.wrap(larger);
    }

    boolean isComplete() {
        return hasLength() && filled == frameLength;
    }

    /** The request's bytes, from offset 0. */
    DirectBuffer frame() {
        return view;
    }

    /** Forgets the request and gives its memory back. */
    void clear() {
        if (buffer != null) {
            view.wrap(0, 0);
            memory.release(buffer);
            buffer = null;
        }
        int held = reserved;
        reserved = 0;
        lengthBytes = 0;
        lengthSoFar = 0;
        frameLength = 0;
        filled = 0;
        if (held > 0) {
            memory.unreserve(held);
        }
    }
}
