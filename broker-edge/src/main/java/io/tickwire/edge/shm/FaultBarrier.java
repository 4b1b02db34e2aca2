package io.tickwire.edge.shm;

/**
 * Where a fault in mapped memory shows at the latest. HotSpot answers SIGBUS, of a file cut off under its mapping, with an {@link
 * InternalError} that compiled code may throw as late as its next safepoint poll, in the middle of something else. Who reads memory that
 * another process can cut off passes the barrier before it goes on.
 */
final class FaultBarrier {
    private static final Object NOBODYS_LOCK = new Object();

    private FaultBarrier() {}

    /** Throws what is due. A call into the virtual machine and back: some 30 ns, no system call, no allocation. */
    static void pass() {
        if (Thread.holdsLock(NOBODYS_LOCK)) {
            throw new AssertionError("nobody locks it");
        }
    }
}
