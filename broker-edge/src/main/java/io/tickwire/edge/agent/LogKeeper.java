package io.tickwire.edge.agent;

import io.tickwire.storage.log.PartitionLog;
import java.util.List;

/**
 * Gives each log a shard owns its share of the duty cycle: logs that publish after a sync in every cycle, the others in turn,
 * each about once a second.
 */
final class LogKeeper {
    private static final long TICK_NS = 1_000_000L;
    private static final int TICKS_PER_ROUND = 1000;
    private static final long UNSYNCED_PARK_NS = 1_000_000L;
    private static final long IDLE_PARK_NS = 100_000_000L;

    private final PartitionTable partitions;
    private long nextTickNs = System.nanoTime();
    private int turn;
    private boolean unsynced;

    LogKeeper(PartitionTable partitions) {
        this.partitions = partitions;
    }

    int doWork(long nowNs, long nowMs) {
        long late = nowNs - nextTickNs;
        if (late < 0) {
            return 0;
        }
        // After a park, as many logs are due as ticks were missed.
        int ticks = (int) Math.min(late / TICK_NS + 1, TICKS_PER_ROUND);
        nextTickNs = nowNs + TICK_NS;
        List<ShardPartition> all = partitions.all();
        int visits = Math.min(all.size(), all.size() * ticks / TICKS_PER_ROUND + 1);
        int work = 0;
        for (int i = 0; i < visits; i++) {
            turn = turn + 1 < all.size() ? turn + 1 : 0;
            ShardPartition partition = all.get(turn);
            if (partition.isOwned()) {
                work += partition.log().doWork(nowMs);
            }
        }
        return work + visitUnsynced(all, nowMs);
    }

    private int visitUnsynced(List<ShardPartition> all, long nowMs) {
        unsynced = false;
        int work = 0;
        for (int i = 0; i < all.size(); i++) {
            ShardPartition partition = all.get(i);
            PartitionLog log = partition.log();
            if (partition.isOwned() && log.highWatermark() < log.logEndOffset()) {
                work += log.doWork(nowMs);
                unsynced |= log.highWatermark() < log.logEndOffset();
            }
        }
        return work;
    }

    /** How long the shard may park. */
    long delayNs() {
        return unsynced ? UNSYNCED_PARK_NS : IDLE_PARK_NS;
    }

    /** Makes everything durable; at the end. */
    void flush() {
        for (ShardPartition partition : partitions.all()) {
            if (partition.isOwned()) {
                partition.log().flush();
            }
        }
    }
}
