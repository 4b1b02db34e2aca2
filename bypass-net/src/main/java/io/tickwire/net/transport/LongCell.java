package io.tickwire.net.transport;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A count with one writer and any readers; adding costs a plain read and an ordered write. */
public final class LongCell {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(LongCell.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // through VALUE
    private long value;

    /** Adds; by the writer only. */
    public void add(long amount) {
        VALUE.setRelease(this, value + amount);
    }

    /** Adds one; by the writer only. */
    public void increment() {
        add(1);
    }

    /** The count so far. */
    public long get() {
        return (long) VALUE.getAcquire(this);
    }
}
