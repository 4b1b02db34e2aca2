package io.tickwire.edge.handler.share;

import io.tickwire.edge.agent.Deadlines;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.share.SharePartition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicIdPartition;

/** A share partition in memory, with those who wait for it. Shard's thread only. */
final class LoadedPartition extends Deadlines.Item {
    /** From LOADING to ACTIVE or CLOSED, from ACTIVE to CLOSED. */
    enum State {
        LOADING,
        ACTIVE,
        CLOSED
    }

    /** Names a share partition. */
    record Key(String groupId, TopicIdPartition partition) {}

    private final SharePartitions owner;
    private final Key key;
    private final ShardPartition log;
    private final int leaderEpoch;
    private final GroupSettings settings;
    private final SharePartition core;
    private final Set<PendingShareFetch> waiting = new LinkedHashSet<>();
    private State state = State.LOADING;
    private RuntimeException failure;
    private long scheduledNs = SharePartition.NO_LOCK;

    LoadedPartition(SharePartitions owner, Key key, ShardPartition log, GroupSettings settings) {
        this.owner = owner;
        this.key = key;
        this.log = log;
        this.leaderEpoch = log.leaderEpoch();
        this.settings = settings;
        this.core = new SharePartition(settings);
    }

    Key key() {
        return key;
    }

    ShardPartition log() {
        return log;
    }

    /** The leader epoch that its state is read and written at. */
    int leaderEpoch() {
        return leaderEpoch;
    }

    GroupSettings settings() {
        return settings;
    }

    SharePartition core() {
        return core;
    }

    boolean isActive() {
        return state == State.ACTIVE && !log.isRemoved();
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    void activate() {
        assert state == State.LOADING : state;
        state = State.ACTIVE;
    }

    /** No longer in memory; {@code cause} is why, null when it was simply not used any more. */
    void close(RuntimeException cause, Deadlines deadlines) {
        state = State.CLOSED;
        failure = cause;
        deadlines.remove(this);
        wake();
    }

    /** Why it was closed, or null. */
    RuntimeException failure() {
        return failure;
    }

    void await(PendingShareFetch fetch) {
        waiting.add(fetch);
    }

    void forget(PendingShareFetch fetch) {
        waiting.remove(fetch);
    }

    /** Those who wait look again. */
    void wake() {
        List<PendingShareFetch> all = new ArrayList<>(waiting);
        all.forEach(owner::ready);
    }

    /** Is told when the first lock runs out. */
    void scheduleExpiry(Deadlines deadlines) {
        long due = core.earliestLockEndNs();
        if (due == scheduledNs || isClosed()) {
            return;
        }
        deadlines.remove(this);
        scheduledNs = due;
        if (due != SharePartition.NO_LOCK) {
            deadlines.add(this, due);
        }
    }

    @Override
    protected void onDeadline(long nowNs) {
        scheduledNs = SharePartition.NO_LOCK;
        owner.expire(this, nowNs);
    }
}
