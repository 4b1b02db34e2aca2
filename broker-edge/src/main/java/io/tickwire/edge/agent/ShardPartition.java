package io.tickwire.edge.agent;

import io.tickwire.storage.log.PartitionLog;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A partition as one shard sees it, with those of the shard's requests that wait for it to grow. The owner's view appends; the
 * others read the same log and send what is to be appended to the owner. The shard's thread only.
 */
public final class ShardPartition {
    /** Waits for a partition to grow; for one partition at a time. */
    public abstract static class Watcher {
        private int place = -1;

        /** The high watermark has moved, or the partition is gone. Adds or removes no watcher. */
        protected abstract void onAdvance(ShardPartition partition);
    }

    private final PartitionSpec spec;
    private final PartitionShare share;
    private final int shard;
    private final Signal signal = new Signal();
    private final AtomicBoolean signalled = new AtomicBoolean();
    private volatile boolean wanted;
    private int leaderEpoch;
    private HeldAppends held;
    private Watcher[] watchers = new Watcher[2];
    private int watcherCount;
    private boolean served;
    private boolean removed;

    ShardPartition(PartitionSpec spec, PartitionShare share, int shard) {
        this.spec = spec;
        this.share = share;
        this.shard = shard;
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

    /** Whether clients may produce to it: a shard writes its log. */
    public boolean isWritable() {
        return spec.owner() == PartitionSpec.Owner.SHARD;
    }

    /** Whether this shard writes its log. */
    public boolean isOwned() {
        return share.owner() == shard;
    }

    /** The shard that writes its log, or -1 where a coordinator's thread does. */
    public int owner() {
        return share.owner();
    }

    int shard() {
        return shard;
    }

    /** The owner's view, to be used on the owner's thread only. */
    public ShardPartition ownersView() {
        return share.view(share.owner());
    }

    /** Whether this shard serves it by now. */
    public boolean isServed() {
        return served;
    }

    /** Whether it is no longer served. */
    public boolean isRemoved() {
        return removed;
    }

    /**
     * Adds one who waits. Where another thread writes the log, it may have grown since it was last looked at: look again after
     * this call.
     */
    public void watch(Watcher watcher) {
        if (watcherCount == 0 && !isOwned()) {
            wanted = true;
            VarHandle.fullFence();
        }
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
        if (watcherCount == 0) {
            wanted = false;
        }
    }

    /** Whether an append to it has to be {@link #hold held} because the log's files are not open. On the owner. */
    public boolean mustHold() {
        return held.mustWait();
    }

    /** Runs an append on the owner's thread when the log's files are open, behind those held before. On the owner; whoever calls bounds how many. */
    public void hold(Runnable append) {
        held.add(append);
    }

    /** This view is the owner's. */
    void owns(HeldAppends appends) {
        held = appends;
    }

    /** Bytes appended since it is served; only where a shard writes the log. */
    public long appendedBytes() {
        return share.appendedBytes().get();
    }

    /** On the owner. */
    void appended(int bytes) {
        share.appendedBytes().add(bytes);
    }

    void leaderEpoch(int epoch) {
        leaderEpoch = epoch;
    }

    void advanced() {
        for (int i = 0; i < watcherCount; i++) {
            watchers[i].onAdvance(this);
        }
    }

    /** The owner is about to signal this view; true when that is wanted and no signal is on its way. */
    boolean takeSignal() {
        return wanted && !signalled.getAndSet(true);
    }

    /** Tells this view's shard that the log has grown. */
    ShardMessage signal() {
        return signal;
    }

    /** This shard serves it from now on. */
    void markServed() {
        served = true;
    }

    void markRemoved() {
        served = false;
        removed = true;
        advanced();
    }

    private final class Signal implements ShardMessage {
        @Override
        public void onDelivery(ShardPeers receiver) {
            // Before the log is looked at: what comes later is signalled again.
            signalled.set(false);
            advanced();
        }
    }
}
