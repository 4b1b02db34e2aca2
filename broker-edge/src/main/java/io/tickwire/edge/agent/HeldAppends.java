package io.tickwire.edge.agent;

import io.tickwire.storage.log.PartitionLog;
import java.util.ArrayDeque;

/**
 * What is to be appended to one partition and waits, in order, until its log is open, so that the shard does not wait for the disk. Its
 * length is bounded by those who add. The owner's thread only.
 */
final class HeldAppends {
    private final PartitionLog log;
    private final Shard shard;
    private final LogOpener opener;
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();

    HeldAppends(PartitionLog log, Shard shard, LogOpener opener) {
        this.log = log;
        this.shard = shard;
        this.opener = opener;
    }

    /** Whether an append has to wait: for the log, or for its turn. */
    boolean mustWait() {
        return !held.isEmpty() || !log.isReady();
    }

    /** Runs an append, on the shard's thread, behind those that wait already. */
    void add(Runnable append) {
        held.add(append);
        shard.partitions().waitingAppends().increment();
        if (held.size() == 1) {
            opener.open(log, () -> {
                boolean _ = shard.post(this::release);
            });
        }
    }

    /** All of them, also where the log could not be opened: then each is told why. */
    private void release() {
        while (!held.isEmpty()) {
            Runnable append = held.peek();
            try {
                append.run();
            } catch (RuntimeException | InternalError e) {
                shard.errors().add("an append that waited for its log", e);
            }
            held.remove();
            shard.partitions().waitingAppends().add(-1);
        }
    }
}
