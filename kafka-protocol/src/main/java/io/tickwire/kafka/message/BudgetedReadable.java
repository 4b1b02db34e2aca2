package io.tickwire.kafka.message;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * Reads a request for Kafka's generated classes and keeps the collections they reserve in proportion to the bytes that came.
 *
 * <p>The generated readers ask {@link #remaining()} before they reserve a collection and refuse a count above it. That alone lets
 * every level of nesting reserve as much as the whole frame. An honest message spends at least one byte on each element, so all
 * counts of a message together are charged to one budget of twice its size (the compact form adds one to each count).
 */
final class BudgetedReadable extends ByteBufferAccessor {
    private long budget;
    private int last;

    BudgetedReadable(final ByteBuffer body) {
        super(body);
        budget = 2L * body.remaining();
    }

    @Override
    public int readInt() {
        last = super.readInt();
        return last;
    }

    @Override
    public int readUnsignedVarint() {
        last = super.readUnsignedVarint();
        return last;
    }

    /** Asked right after a count was read: charges it, and answers -1 when the budget is spent. */
    @Override
    public int remaining() {
        budget -= Math.max(last, 0);
        last = 0;
        return budget < 0 ? -1 : super.remaining();
    }
}
