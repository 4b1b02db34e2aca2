package io.tickwire.edge.feed.replay;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** {@link System#nanoTime()}; sleeps in steps short enough for a stop to be noticed. */
final class SystemTimer implements Replayer.Timer {
    private static final long MAX_SLEEP_NS = TimeUnit.MILLISECONDS.toNanos(100);

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void waitUntil(final long deadlineNs, final long spinNs) {
        final long sleepNs = deadlineNs - System.nanoTime() - spinNs;
        if (sleepNs > MAX_SLEEP_NS) {
            LockSupport.parkNanos(MAX_SLEEP_NS);
            return;
        }
        if (sleepNs > 0) {
            LockSupport.parkNanos(sleepNs);
        }
        while (spinNs > 0 && deadlineNs - System.nanoTime() > 0) {
            Thread.onSpinWait();
        }
    }
}
