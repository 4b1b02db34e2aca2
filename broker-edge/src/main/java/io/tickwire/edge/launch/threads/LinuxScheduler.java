package io.tickwire.edge.launch.threads;

import io.tickwire.edge.config.CpuSet;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The Linux calls that place threads and memory. Source: man pages sched_setaffinity(2), sched_setscheduler(2), mlockall(2),
 * set_mempolicy(2); constants are those of x86-64 and aarch64, which agree but for the one system call number.
 */
@SuppressWarnings("restricted") // Native access is granted by the launcher's flags.
final class LinuxScheduler {
    private static final int MASK_BYTES = 512; // 4,096 CPUs
    private static final int SCHED_FIFO = 1;
    private static final int MCL_CURRENT = 1;
    private static final int MCL_FUTURE = 2;
    private static final int MCL_ONFAULT = 4;
    private static final int MPOL_PREFERRED = 1;
    private static final int NODE_MASK_BITS = 1024;
    private static final int SET_MEMPOLICY = "aarch64".equals(System.getProperty("os.arch")) ? 237 : 238;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SET_AFFINITY = handle(
            "sched_setaffinity",
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS);
    private static final MethodHandle SET_SCHEDULER = handle(
            "sched_setscheduler",
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS);
    private static final MethodHandle LOCK_ALL = handle("mlockall", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final MethodHandle SYSCALL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(1));

    private LinuxScheduler() {}

    private static MethodHandle handle(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"));
    }

    private interface Call {
        long invoke(MemorySegment errno, Arena arena) throws Throwable;
    }

    /** Returns 0 or the error number. */
    private static int errorOf(Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
            return call.invoke(errno, arena) == 0 ? 0 : (int) ERRNO.get(errno, 0L);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Binds a thread to CPUs.
     *
     * @param thread its kernel id; 0 is the calling one
     * @return 0 or the error number
     */
    static int bind(int thread, CpuSet cpus) {
        return errorOf((errno, arena) -> {
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            for (int cpu : cpus.cpus()) {
                long at = cpu / Byte.SIZE;
                mask.set(ValueLayout.JAVA_BYTE, at, (byte)
                        (mask.get(ValueLayout.JAVA_BYTE, at) | 1 << (cpu % Byte.SIZE)));
            }
            return (int) SET_AFFINITY.invokeExact(errno, thread, (long) MASK_BYTES, mask);
        });
    }

    /** Makes the calling thread a real-time one; 0 or the error number. */
    static int realTime(int priority) {
        return errorOf((errno, arena) -> {
            MemorySegment parameter = arena.allocate(ValueLayout.JAVA_INT);
            parameter.set(ValueLayout.JAVA_INT, 0, priority);
            return (int) SET_SCHEDULER.invokeExact(errno, 0, SCHED_FIFO, parameter);
        });
    }

    /** Keeps every page that is used from now on resident; 0 or the error number. */
    static int lockMemory() {
        return errorOf((errno, arena) -> (int) LOCK_ALL.invokeExact(errno, MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT));
    }

    /** Takes memory of the calling thread, and of threads that it starts, from a node while there is some; 0 or the error number. */
    static int preferNode(int node) {
        return errorOf((errno, arena) -> {
            MemorySegment mask = arena.allocate(NODE_MASK_BITS / Byte.SIZE, Long.BYTES);
            mask.set(ValueLayout.JAVA_BYTE, node / Byte.SIZE, (byte) (1 << (node % Byte.SIZE)));
            // The kernel takes one bit less than it is told.
            return (long) SYSCALL.invokeExact(
                    errno, (long) SET_MEMPOLICY, (long) MPOL_PREFERRED, mask, (long) NODE_MASK_BITS + 1);
        });
    }
}
