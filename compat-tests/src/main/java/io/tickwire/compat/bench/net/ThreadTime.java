package io.tickwire.compat.bench.net;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Time that a thread itself ran, so that other processes on the machine do not count; a poll loop never waits. */
final class ThreadTime {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private ThreadTime() {}

    /** Of the calling thread, in nanoseconds. */
    static long cpuNs() {
        return THREADS.getCurrentThreadCpuTime();
    }
}
