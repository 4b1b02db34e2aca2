package io.tickwire.edge.agent;

/** Runs tasks on the control thread after a while. */
@FunctionalInterface
public interface DelayedExecutor {
    /** Runs {@code task} after {@code delayMs}; any thread. */
    void schedule(long delayMs, Runnable task);
}
