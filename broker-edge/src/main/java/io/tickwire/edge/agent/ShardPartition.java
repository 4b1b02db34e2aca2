package io.tickwire.edge.agent;

import io.tickwire.storage.log.PartitionLog;
import java.util.Arrays;

/** A partition as its shard serves it, with those who wait for it to grow. Shard's thread only. */
public final class ShardPartition {
    /** Waits for a partition to grow; for one partition at a time. */
    public abstract static class Watcher {
        private int place = -1;

        /** The high watermark has moved, or the partition is gone. Adds or removes no watcher. */
        protected abstract void onAdvance(ShardPartition partition);
    }

    private final PartitionSpec spec;
    private int leaderEpoch;
    private Watcher[] watchers = new Watcher[2];
    private int watcherCount;
    private long appendedBytes;
    private boolean removed;

    ShardPartition(PartitionSpec spec) {
        this.spec = spec;
        leaderEpoch = spec.leaderEpoch();
    }

    /** What it was announced with. */
    public PartitionSpec spec() {
        return spec;
    }

    /** Its log. */
    public PartitionLog log() {
        return spec.log();
    }

    /** The leader epoch in force. */
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** Whether clients may produce to it: the shard writes its log. */
    public boolean isWritable() {
        return spec.owner() == PartitionSpec.Owner.SHARD;
    }

    /** Whether it is no longer served. */
    public boolean isRemoved() {
        return removed;
    }

    /** Adds one who waits. */
    public void watch(Watcher watcher) {
        if (watcherCount == watchers.length) {
            watchers = Arrays.copyOf(watchers, watcherCount * 2);
        }
        watcher.place = watcherCount;
        watchers[watcherCount++] = watcher;
    }

    /** Takes out one who waits. */
    public void unwatch(Watcher watcher) {
        int place = watcher.place;
        assert place >= 0 && place < watcherCount : "watches no partition";
        Watcher last = watchers[--watcherCount];
        watchers[place] = last;
        last.place = place;
        watchers[watcherCount] = null;
        watcher.place = -1;
    }

    /** Bytes appended since it is served; only for partitions of this shard. */
    public long appendedBytes() {
        return appendedBytes;
    }

    void appended(int bytes) {
        appendedBytes += bytes;
    }

    void leaderEpoch(int epoch) {
        leaderEpoch = epoch;
    }

    void advanced() {
        for (int i = 0; i < watcherCount; i++) {
            watchers[i].onAdvance(this);
        }
    }

    void markRemoved() {
        removed = true;
        advanced();
    }
}
