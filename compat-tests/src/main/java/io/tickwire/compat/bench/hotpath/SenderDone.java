package io.tickwire.compat.bench.hotpath;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** Set by any thread once the sender has sent its last message; a word of memory that a receiver in C reads too. */
final class SenderDone {
    private final UnsafeBuffer word = new UnsafeBuffer(BufferUtil.allocateDirectAligned(Long.BYTES, Long.BYTES));

    void set(boolean done) {
        word.putLongVolatile(0, done ? 1 : 0);
    }

    boolean isSet() {
        return word.getLongVolatile(0) != 0;
    }

    long address() {
        return word.addressOffset();
    }
}
