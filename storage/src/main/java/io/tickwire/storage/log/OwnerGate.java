package io.tickwire.storage.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Lets another thread take a log's writing side away from its owner for a moment (to delete it, or to give its files back when
 * it idles). The owner pays one fenced store per append; the other thread waits for the append in progress.
 */
final class OwnerGate {
    private static final VarHandle INSIDE;

    static {
        try {
            INSIDE = MethodHandles.lookup().findVarHandle(OwnerGate.class, "inside", boolean.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long WAIT_NS = 1_000;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);

    /** Nobody comes back to what was not closed. */
    private static final long LAST_PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

    private volatile boolean inside;
    private volatile boolean blocked;
    private volatile boolean shut;

    /** The owner goes in. False when the log was shut for good. */
    boolean enter() {
        while (true) {
            inside = true;
            if (!blocked) {
                return true;
            }
            inside = false;
            if (shut) {
                return false;
            }
            LockSupport.parkNanos(WAIT_NS);
        }
    }

    /** The owner comes out. Nothing that it does later needs to be seen after this: no fence. */
    void exit() {
        INSIDE.setRelease(this, false);
    }

    /**
     * Runs something while the owner is kept out; by one other thread at a time; nothing once shut.
     *
     * @throws OwnerBusyException when the owner does not come out for seconds
     */
    synchronized void runAlone(final Runnable action) {
        if (shut) {
            return;
        }
        keepOut(PATIENCE_NS);
        try {
            action.run();
        } finally {
            blocked = shut;
        }
    }

    /** {@link #runAlone} of something that has an outcome: false, too, once shut. */
    boolean testAlone(final BooleanSupplier action) {
        final boolean[] outcome = new boolean[1];
        runAlone(() -> outcome[0] = action.getAsBoolean());
        return outcome[0];
    }

    /**
     * Keeps the owner out for good, then runs something. The first call only; false otherwise.
     *
     * @throws OwnerBusyException when the owner does not come out for a minute
     */
    synchronized boolean shutAnd(final Runnable action) {
        if (shut) {
            return false;
        }
        keepOut(LAST_PATIENCE_NS);
        shut = true;
        action.run();
        return true;
    }

    private void keepOut(final long patienceNs) {
        blocked = true;
        final long deadlineNs = System.nanoTime() + patienceNs;
        while (inside) {
            if (System.nanoTime() - deadlineNs > 0) {
                blocked = shut;
                throw new OwnerBusyException();
            }
            LockSupport.parkNanos(WAIT_NS);
        }
    }

    /** Whether the owner could go in without waiting. */
    boolean isFree() {
        return !blocked;
    }

    boolean isShut() {
        return shut;
    }
}
