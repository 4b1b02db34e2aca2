package io.tickwire.kafka;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts what the current thread allocates. */
public final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /** Bytes per call of {@code action} over {@code calls} calls, after as many to warm up. */
    public static double bytesPerCall(final int calls, final Runnable action) {
        for (int i = 0; i < calls; i++) {
            action.run();
        }
        final long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < calls; i++) {
            action.run();
        }
        return (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) calls;
    }
}
