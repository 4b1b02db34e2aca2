package io.tickwire.storage.log;

import java.util.concurrent.atomic.AtomicLong;

/** What the writers of all journals together may have ready beyond the usual; any thread. */
final class WindowBudget {
    private final AtomicLong left;

    WindowBudget(final long bytes) {
        left = new AtomicLong(bytes);
    }

    /** False, and nothing is taken, when there is not so much left. */
    boolean take(final long bytes) {
        if (left.addAndGet(-bytes) < 0) {
            left.addAndGet(bytes);
            return false;
        }
        return true;
    }

    void giveBack(final long bytes) {
        left.addAndGet(bytes);
    }

    long left() {
        return left.get();
    }
}
