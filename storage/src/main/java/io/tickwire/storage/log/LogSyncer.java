package io.tickwire.storage.log;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * Puts logs on the device for owners who must not block: run it on a thread of its own. All appends that arrive while a log is
 * being synchronised share the next round: the group commit.
 */
public final class LogSyncer implements Runnable, AutoCloseable {
    private static final int QUEUE_CAPACITY = 64 * 1024;
    private static final long IDLE_NS = 1_000_000_000L;

    private final ManyToOneConcurrentArrayQueue<LogSync> queue = new ManyToOneConcurrentArrayQueue<>(QUEUE_CAPACITY);
    private final Consumer<PartitionLog> onDurable;
    private volatile Thread thread;
    private volatile boolean closed;

    /** Calls {@code onDurable} on its thread after each log: wake the owner, who then calls {@link PartitionLog#doWork}. */
    public LogSyncer(final Consumer<PartitionLog> onDurable) {
        this.onDurable = onDurable;
    }

    /** Any thread; false when there is no room or nobody runs this, and the caller has to do it. */
    boolean offer(final LogSync request) {
        final Thread runner = thread;
        if (runner == null || !queue.offer(request)) {
            return false;
        }
        LockSupport.unpark(runner);
        return true;
    }

    /** Works until {@link #close()}. */
    @Override
    public void run() {
        thread = Thread.currentThread();
        while (!closed) {
            if (doWork() == 0) {
                LockSupport.parkNanos(this, IDLE_NS);
            }
        }
        thread = null;
        doWork();
    }

    private int doWork() {
        int work = 0;
        LogSync request = queue.poll();
        while (request != null) {
            request.runRequested();
            onDurable.accept(request.log());
            work++;
            request = queue.poll();
        }
        return work;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
