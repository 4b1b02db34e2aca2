package io.tickwire.edge.control;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;

/**
 * Runs tasks on the control thread, also while that thread is still starting the control plane.
 *
 * <p>Until {@link #started}, tasks queue here and run inside {@link #await}, which the control thread itself calls.
 */
final class ControlExecutor implements Executor {
    private static final long START_TIMEOUT_S = 120;
    private static final long POLL_MS = 50;

    private final Executor conductor;
    private final LinkedBlockingQueue<Runnable> early = new LinkedBlockingQueue<>();
    private boolean started;

    ControlExecutor(Executor conductor) {
        this.conductor = conductor;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            if (!started) {
                early.add(task);
                return;
            }
        }
        conductor.execute(task);
    }

    /** Runs tasks on the calling thread until {@code stage} is done. */
    void await(CompletionStage<?> stage) {
        var future = stage.toCompletableFuture();
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_S);
        try {
            while (!future.isDone()) {
                Runnable task = early.poll(POLL_MS, TimeUnit.MILLISECONDS);
                if (task != null) {
                    task.run();
                } else if (System.nanoTime() - deadlineNs > 0) {
                    throw new KafkaException("The control plane is not ready after " + START_TIMEOUT_S + " s");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("Interrupted at start-up", e);
        }
        future.join();
    }

    /** From now on tasks go to the conductor, after those still queued here. */
    void start() {
        while (true) {
            Runnable task;
            synchronized (this) {
                task = early.poll();
                if (task == null) {
                    started = true;
                    return;
                }
            }
            task.run();
        }
    }
}
