package io.tickwire.edge.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread for everything that is slow or rare: control-plane requests, metadata, housekeeping. Tasks run one at a
 * time in the order they were handed over.
 */
public final class Conductor implements Agent, Executor {
    private static final Logger LOG = LoggerFactory.getLogger(Conductor.class);
    private static final int TASKS_PER_CYCLE = 64;
    private static final long LONGEST_PARK_NS = 100_000_000L;

    private final ManyToOneConcurrentArrayQueue<Runnable> tasks;
    private final ManyToOneConcurrentArrayQueue<Timed> newTimers;
    private final PriorityQueue<Timed> timers = new PriorityQueue<>((a, b) -> Long.signum(a.dueNs - b.dueNs));
    private final AtomicLong rejected = new AtomicLong();
    private final List<AutoCloseable> onClose = new ArrayList<>();
    private volatile Thread thread;
    private volatile boolean parked;
    private volatile boolean closed;

    /**
     * Makes a conductor.
     *
     * @param queueLength most tasks that may wait
     */
    public Conductor(int queueLength) {
        tasks = new ManyToOneConcurrentArrayQueue<>(queueLength);
        newTimers = new ManyToOneConcurrentArrayQueue<>(queueLength);
    }

    /**
     * Hands over a task, from any thread.
     *
     * @throws RejectedExecutionException when the queue is full or the conductor has ended
     */
    @Override
    public void execute(Runnable task) {
        if (closed || !tasks.offer(task)) {
            rejected.incrementAndGet();
            throw new RejectedExecutionException(closed ? "the conductor has ended" : "the conductor's queue is full");
        }
        wakeup();
    }

    /**
     * Runs a task later, from any thread.
     *
     * @throws RejectedExecutionException when the queue is full or the conductor has ended
     */
    public void schedule(long delayMs, Runnable task) {
        if (closed || !newTimers.offer(new Timed(System.nanoTime() + delayMs * 1_000_000, task))) {
            rejected.incrementAndGet();
            throw new RejectedExecutionException("the conductor takes no more timers");
        }
        wakeup();
    }

    /** Fails when called on another thread than the conductor's; before it runs, any thread may act for it. */
    public void assertOnThread() {
        Thread owner = thread;
        assert owner == null || owner == Thread.currentThread() : "on " + Thread.currentThread() + ", not on " + owner;
    }

    /** Closed after the last task, in reverse order of registration. Conductor's thread, or before it runs. */
    public void closeLater(AutoCloseable resource) {
        assertOnThread();
        onClose.add(resource);
    }

    /** Tasks and timers turned away. */
    public long rejected() {
        return rejected.get();
    }

    @Override
    public void onStart() {
        thread = Thread.currentThread();
    }

    @Override
    public int doWork() {
        int work = 0;
        for (Timed timed = newTimers.poll(); timed != null; timed = newTimers.poll()) {
            timers.add(timed);
            work++;
        }
        long nowNs = System.nanoTime();
        while (work < TASKS_PER_CYCLE && !timers.isEmpty() && timers.peek().dueNs - nowNs <= 0) {
            run(timers.poll().task);
            work++;
        }
        for (int i = 0; i < TASKS_PER_CYCLE; i++) {
            Runnable task = tasks.poll();
            if (task == null) {
                break;
            }
            run(task);
            work++;
        }
        return work;
    }

    /** Waits for a task or the next timer; called by the thread's loop when there was no work. */
    public void park() {
        parked = true;
        if (tasks.isEmpty() && newTimers.isEmpty()) {
            long waitNs = timers.isEmpty() ? LONGEST_PARK_NS : timers.peek().dueNs - System.nanoTime();
            if (waitNs > 0) {
                LockSupport.parkNanos(this, Math.min(waitNs, LONGEST_PARK_NS));
            }
        }
        parked = false;
    }

    private void wakeup() {
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("a task of the conductor failed", e);
        }
    }

    @Override
    public void onClose() {
        closed = true;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            run(task);
        }
        for (AutoCloseable resource : onClose.reversed()) {
            try {
                resource.close();
            } catch (Exception e) {
                LOG.error("{} did not close", resource, e);
            }
        }
    }

    @Override
    public String roleName() {
        return "conductor";
    }

    private record Timed(long dueNs, Runnable task) {}
}
