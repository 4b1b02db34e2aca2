package io.tickwire.edge.handler.produce;

import io.tickwire.edge.agent.Deadlines;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.handler.Exchange;
import java.util.ArrayList;
import java.util.List;

/**
 * One Produce request from append to answer; waits while batches are at other shards, and then while high watermarks are behind
 * what was appended. Reused.
 */
final class PendingProduce extends Deadlines.Item {
    private final ProduceHandler handler;
    private final ProduceRows rows = new ProduceRows();
    private final List<Wait> waits = new ArrayList<>();
    private Exchange exchange;
    private short acks;
    private long receivedNs;
    private long deadlineNs;
    private int forwarded;
    private int waitCount;
    private boolean parked;
    private boolean ready;

    PendingProduce(ProduceHandler handler) {
        this.handler = handler;
    }

    void begin(Exchange served, short requestAcks, long nowNs, int timeoutMs) {
        exchange = served;
        acks = requestAcks;
        receivedNs = nowNs;
        deadlineNs = nowNs + timeoutMs * 1_000_000L;
    }

    /** Time of the duty cycle that took it in. */
    long receivedNs() {
        return receivedNs;
    }

    short acks() {
        return acks;
    }

    /** One of its batches is at another shard. */
    void forwarded() {
        forwarded++;
    }

    /** One of them is back. */
    void returned() {
        forwarded--;
    }

    /** Whether batches of it are at other shards. */
    boolean isAway() {
        return forwarded > 0;
    }

    /** Whether its connection has ended while batches were at other shards. */
    boolean isAbandoned() {
        return exchange == null;
    }

    /** Its connection has ended. */
    void abandon() {
        exchange = null;
    }

    Exchange exchange() {
        return exchange;
    }

    ProduceRows rows() {
        return rows;
    }

    /** The answer is due when the partition's high watermark has passed an offset. */
    void await(ShardPartition partition, long lastOffset) {
        if (partition.log().highWatermark() > lastOffset) {
            return;
        }
        if (waitCount == waits.size()) {
            waits.add(new Wait());
        }
        Wait wait = waits.get(waitCount++);
        wait.partition = partition;
        wait.lastOffset = lastOffset;
    }

    /** Nothing is waited for any more. */
    boolean isComplete() {
        for (int i = 0; i < waitCount; i++) {
            if (!waits.get(i).isDone()) {
                return false;
            }
        }
        return true;
    }

    void park(Deadlines deadlines) {
        parked = true;
        for (int i = 0; i < waitCount; i++) {
            waits.get(i).partition.watch(waits.get(i));
        }
        deadlines.add(this, deadlineNs);
        // Another shard may have moved a high watermark before it saw that it is watched.
        lookAgain();
    }

    private void lookAgain() {
        if (!ready && isComplete()) {
            ready = true;
            handler.ready(this);
        }
    }

    /** Looked at again: it is no longer among the ready ones. */
    boolean takeReady() {
        ready = false;
        return parked && isComplete();
    }

    /** Leaves the partitions and the deadline. */
    void unpark(Deadlines deadlines) {
        for (int i = 0; i < waitCount; i++) {
            waits.get(i).partition.unwatch(waits.get(i));
        }
        deadlines.remove(this);
        parked = false;
    }

    @Override
    protected void onDeadline(long nowNs) {
        for (int i = 0; i < waitCount; i++) {
            if (!waits.get(i).isDone()) {
                rows.timeOut(waits.get(i).partition);
            }
        }
        handler.complete(this);
    }

    void end() {
        exchange = null;
        for (int i = 0; i < waitCount; i++) {
            waits.get(i).partition = null;
        }
        waitCount = 0;
        rows.clear();
    }

    private final class Wait extends ShardPartition.Watcher {
        private ShardPartition partition;
        private long lastOffset;

        boolean isDone() {
            return partition.isRemoved() || partition.log().highWatermark() > lastOffset;
        }

        @Override
        protected void onAdvance(ShardPartition advanced) {
            if (isDone()) {
                lookAgain();
            }
        }
    }
}
