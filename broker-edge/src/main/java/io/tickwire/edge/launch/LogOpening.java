package io.tickwire.edge.launch;

import io.tickwire.edge.agent.LogOpener;
import io.tickwire.storage.log.PartitionLog;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens logs on a thread of its own: those that appends wait for first, then those that are new. What waits is bounded by the number of
 * partitions: each is here twice at most.
 */
final class LogOpening implements LogOpener, Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogOpening.class);
    private static final long LONGEST_WAIT_MS = 100;

    private final LinkedBlockingDeque<Request> requests = new LinkedBlockingDeque<>();
    private volatile boolean stopped;

    private record Request(PartitionLog log, Runnable then) {}

    @Override
    public void openAhead(PartitionLog log) {
        requests.addLast(new Request(log, () -> {}));
    }

    @Override
    public void open(PartitionLog log, Runnable then) {
        requests.addFirst(new Request(log, then));
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                Request next = requests.pollFirst(LONGEST_WAIT_MS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    serve(next);
                }
            } catch (InterruptedException e) {
                stopped = true;
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void serve(Request request) {
        try {
            boolean _ = request.log.prepare(System.currentTimeMillis());
        } catch (RuntimeException e) {
            // The first append tries again, and tells its client what is wrong.
            LOG.warn("{} could not be opened ahead of its first append", request.log.key(), e);
        } finally {
            request.then.run();
        }
    }

    /** Ends it after what it does now. */
    void stop() {
        stopped = true;
    }
}
