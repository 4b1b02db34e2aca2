package io.tickwire.net.dpdk.ffi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * What a pool does behind its threads' caches: takes and gives addresses of mbufs in bulk. Hot, without allocation, for registered
 * threads.
 */
public final class PoolOperations {
    // Ring operations and the freeing of mbufs neither block nor make system calls, so the thread need not change its
    // state.
    private static final MethodHandle BULK = Downcalls.unboundCritical(FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle FREE_BULK =
            Downcalls.unboundCritical(FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

    private final long pool;
    private final MemorySegment enqueue;
    private final MemorySegment dequeue;
    private final MemorySegment freeBulk;

    PoolOperations(final long pool, final long enqueue, final long dequeue, final long freeBulk) {
        this.pool = pool;
        this.enqueue = MemorySegment.ofAddress(enqueue);
        this.dequeue = MemorySegment.ofAddress(dequeue);
        this.freeBulk = MemorySegment.ofAddress(freeBulk);
    }

    /** Gives {@code count} mbufs, whose addresses are at {@code table}, back to the pool; negative when it is full. */
    public int enqueue(final long table, final int count) {
        try {
            return (int) BULK.invokeExact(enqueue, pool, table, count);
        } catch (final Throwable failure) {
            throw Downcalls.failed(failure);
        }
    }

    /** Takes {@code count} mbufs, all or none; negative for none. */
    public int dequeue(final long table, final int count) {
        try {
            return (int) BULK.invokeExact(dequeue, pool, table, count);
        } catch (final Throwable failure) {
            throw Downcalls.failed(failure);
        }
    }

    /** {@code rte_pktmbuf_free_bulk}: references, chains, external memory and strange pools are all looked after. */
    public void free(final long table, final int count) {
        try {
            FREE_BULK.invokeExact(freeBulk, table, count);
        } catch (final Throwable failure) {
            throw Downcalls.failed(failure);
        }
    }
}
