package io.tickwire.edge.shm;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** Gives the journal's records the same form as the ring's: a frame in memory of the subscriber's own. Allocates only to grow. */
final class HistoryCopy implements HistorySource.Sink {
    private static final int INITIAL_BYTES = 4096;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(INITIAL_BYTES));
    private final FrameWriter writer = new FrameWriter();
    private final SharedRecord view = new SharedRecord();
    private final Consumer<SharedRecord> target;

    HistoryCopy(final Consumer<SharedRecord> target) {
        this.target = target;
    }

    @Override
    public FrameWriter begin(final int keyLength, final int valueLength, final int headersLength) {
        final int needed = RingLayout.usedLength(Math.max(keyLength, 0), Math.max(valueLength, 0), headersLength);
        if (needed > buffer.capacity()) {
            buffer.wrap(ByteBuffer.allocateDirect(BitUtil.findNextPositivePowerOfTwo(needed)));
        }
        return writer.wrap(buffer, 0, keyLength, valueLength, headersLength);
    }

    @Override
    public void end() {
        writer.finish();
        target.accept(view.wrap(buffer, 0));
    }
}
