package io.tickwire.net.dpdk;

import io.tickwire.net.dpdk.ffi.Libc;
import java.util.BitSet;

/** Binds the calling thread to CPUs. Threads started later inherit the binding, so bind last. */
public final class CpuAffinity {
    private CpuAffinity() {}

    /**
     * Binds the calling thread to one CPU.
     *
     * @throws io.tickwire.net.dpdk.ffi.DpdkException when it does not exist or is not allowed here (cpuset, taskset).
     */
    public static void pin(final int cpu) {
        if (cpu < 0) {
            throw new IllegalArgumentException("there is no CPU " + cpu);
        }
        final BitSet cpus = new BitSet();
        cpus.set(cpu);
        Libc.affinity(cpus);
    }

    /** Binds the calling thread to a set of CPUs. */
    public static void bind(final BitSet cpus) {
        Libc.affinity(cpus);
    }

    /** CPUs that the calling thread may run on. */
    public static BitSet allowed() {
        return Libc.affinity();
    }
}
