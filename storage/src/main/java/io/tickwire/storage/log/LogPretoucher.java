package io.tickwire.storage.log;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps disk blocks and pages ready ahead of the writers of all open journals, so that an append never waits for the file
 * system: run it on a thread of its own. Looks at every journal each millisecond while any is being written to, and each
 * 50 ms otherwise, or as soon as a writer has used up what was kept ready for it.
 */
public final class LogPretoucher implements Runnable, AutoCloseable {
    private static final long BUSY_NS = 1_000_000L;
    private static final long IDLE_NS = 50_000_000L;
    private static final int BUSY_PASSES = 100;
    private static final long EXTRA_WINDOW_BYTES = 512L * 1024 * 1024;

    private final Set<Headroom> journals = ConcurrentHashMap.newKeySet();
    private final WindowBudget extra = new WindowBudget(EXTRA_WINDOW_BYTES);
    private volatile Thread thread;
    private volatile boolean idle;
    private volatile boolean closed;

    void add(final Headroom journal) {
        journals.add(journal);
    }

    void remove(final Headroom journal) {
        journals.remove(journal);
    }

    /** Works until {@link #close()}. */
    @Override
    public void run() {
        thread = Thread.currentThread();
        int busy = 0;
        while (!closed) {
            final long startNs = System.nanoTime();
            busy = look() ? BUSY_PASSES : Math.max(0, busy - 1);
            boolean more = touch();
            while (more && System.nanoTime() - startNs < BUSY_NS) {
                more = touch();
            }
            if (!more) {
                idle = busy == 0;
                LockSupport.parkNanos(this, idle ? IDLE_NS : BUSY_NS);
            }
        }
    }

    /** A writer is faster than expected. Any thread; costs a system call once when nothing was being written. */
    void wake() {
        if (idle) {
            idle = false;
            LockSupport.unpark(thread);
        }
    }

    /** What is ready, or to be made ready, beyond the usual: at most 512 MiB. Any thread. */
    public long extraBytes() {
        return EXTRA_WINDOW_BYTES - Math.max(0, extra.left());
    }

    /** Looks at every journal once; true when any was written to. */
    private boolean look() {
        boolean moved = false;
        for (final Headroom journal : journals) {
            moved |= journal.look(extra);
        }
        return moved;
    }

    /** Touches a few pages of every journal, so that none waits for the others; true when there are more to touch. */
    private boolean touch() {
        boolean more = false;
        for (final Headroom journal : journals) {
            more |= journal.step();
        }
        return more;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
