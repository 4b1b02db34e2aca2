package io.tickwire.edge.launch;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the broker's threads. */
final class BrokerThreads implements ThreadFactory {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerThreads.class);

    private final AtomicInteger count = new AtomicInteger();

    Thread start(String name, Runnable body) {
        Thread thread = make(name, body);
        thread.start();
        return thread;
    }

    @Override
    public Thread newThread(Runnable body) {
        return make("tickwire-control-" + count.getAndIncrement(), body);
    }

    private static Thread make(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((dead, failure) -> LOG.error("thread {} has died", dead.getName(), failure));
        return thread;
    }

    /** Waits for a thread to end, unless it is the calling one. */
    static void join(Thread thread) {
        boolean interrupted = false;
        while (thread != Thread.currentThread() && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
