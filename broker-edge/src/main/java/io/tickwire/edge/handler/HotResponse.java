package io.tickwire.edge.handler;

import io.tickwire.kafka.hot.SliceSink;
import io.tickwire.net.transport.SendVector;
import io.tickwire.net.transport.StreamTransport;
import io.tickwire.storage.log.LogSlices;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A response under construction and on its way out: encoded bytes in its own memory, and batches where the journal is mapped,
 * pinned until the response is sent. Pooled; one thread.
 */
public final class HotResponse implements SliceSink {
    private static final int FIRST_BYTES = 4 << 10;
    private static final int FIRST_PIECES = 64;
    private static final int LARGEST_KEPT_BYTES = 256 << 10;
    private static final int BATCHES_PER_READ = 512;

    private final HotResponsePool pool;
    private final UnsafeBuffer scratch = new UnsafeBuffer(0, 0);
    private final List<LogSlices> reads = new ArrayList<>();
    private ByteBuffer memory;
    private SendVector vector;
    private int pieces;
    private int readCount;

    HotResponse(HotResponsePool pool) {
        this.pool = pool;
        allocate(FIRST_BYTES, FIRST_PIECES);
    }

    private void allocate(int bytes, int pieceCapacity) {
        memory = ByteBuffer.allocateDirect(bytes);
        scratch.wrap(memory);
        vector = new SendVector(pieceCapacity);
        pieces = pieceCapacity;
    }

    /** Memory to encode into. */
    public UnsafeBuffer scratch() {
        return scratch;
    }

    /** Slices for one more read; released with the response. */
    public LogSlices nextRead() {
        if (readCount == reads.size()) {
            reads.add(new LogSlices(BATCHES_PER_READ));
        }
        return reads.get(readCount++);
    }

    /** Gives the last of {@link #nextRead()} back: it found nothing. */
    public void returnLastRead() {
        reads.get(--readCount).release();
    }

    /** Gives the memory of all reads back, and forgets what was encoded. */
    public void reset() {
        for (int i = 0; i < readCount; i++) {
            reads.get(i).release();
        }
        readCount = 0;
        vector.reset();
    }

    /** What was encoded did not fit: doubles the room and starts over with the encoding; reads stay. */
    public void grow() {
        BufferUtil.free(memory);
        allocate(memory.capacity() * 2, pieces * 2);
    }

    /** Starts over with the encoding; reads stay. */
    public void restart() {
        vector.reset();
    }

    @Override
    public boolean add(long address, int length) {
        return vector.add(address, length);
    }

    /** The response is the first so many bytes of the scratch memory. */
    public void bytes(int length) {
        vector.reset();
        vector.add(scratch.addressOffset(), length);
    }

    /** Sends what is left; true when it is all gone, to the peer or with the connection. */
    public boolean send(StreamTransport stream) {
        return stream.send(vector) == StreamTransport.CLOSED || vector.remaining() == 0;
    }

    /** Bytes not yet sent. */
    public long remaining() {
        return vector.remaining();
    }

    /** Gives it back to its pool. */
    public void release() {
        reset();
        if (memory.capacity() > LARGEST_KEPT_BYTES) {
            BufferUtil.free(memory);
            allocate(FIRST_BYTES, FIRST_PIECES);
        }
        pool.release(this);
    }
}
