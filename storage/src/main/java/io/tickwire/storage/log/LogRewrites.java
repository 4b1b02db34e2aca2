package io.tickwire.storage.log;

import io.tickwire.storage.producer.AbortedTransaction;
import io.tickwire.storage.producer.ProducerInfo;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;

/** What compaction may do with a log, and what it needs to know of it. Any thread. */
public final class LogRewrites {
    private final LogFiles files;
    private final LogProducers producers;
    private final OwnerGate gate;
    private final Semaphore permit = new Semaphore(1);

    LogRewrites(final LogFiles files, final LogProducers producers, final OwnerGate gate) {
        this.files = files;
        this.producers = producers;
        this.gate = gate;
    }

    /**
     * Begins to replace segments.
     *
     * @return null when someone else is doing it or the log is closed
     */
    public RewriteSession begin() {
        if (gate.isShut() || !permit.tryAcquire()) {
            return null;
        }
        return new RewriteSession(files, producers, gate, permit);
    }

    /**
     * Batches at or behind this offset must stay as they are: their transaction may be open, or reopening after a crash restores
     * the producers from them.
     */
    public long limit() {
        return Math.min(files.offsets().lastStable(), producers.snapshotOffset());
    }

    /** Aborted transactions of which the log holds something, in the order in which they ended. */
    public List<AbortedTransaction> abortedTransactions() {
        return producers.table().aborted().list();
    }

    /**
     * The producers as of {@link #limit()} or later: of batches before that, these are the last ones of their producers, or were not long
     * ago.
     */
    public List<ProducerInfo> producers() throws IOException {
        return producers.stored();
    }

    /** Waits until nobody replaces segments; once the log is shut nobody begins to. */
    void awaitEnd() {
        permit.acquireUninterruptibly();
        permit.release();
    }
}
