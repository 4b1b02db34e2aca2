package io.tickwire.edge.handler.share;

import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.edge.agent.Shard;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.share.StateChange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.server.share.acknowledge.ShareAcknowledgementBatch;
import org.apache.kafka.server.share.persister.PartitionAllData;
import org.apache.kafka.server.share.persister.PartitionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The share partitions that a shard has in memory: loaded at their first fetch, dropped with their group's last connection,
 * their topic, or when their state turns out to be another's. Shard's thread only.
 */
public final class SharePartitions implements Shard.ReadyWork {
    private static final Logger LOG = LoggerFactory.getLogger(SharePartitions.class);

    private final ShareHost host;
    private final ShareServices services;
    private final StateStore store;
    private final LogReads reads = new LogReads();
    private final ShareCounters counters = new ShareCounters();
    private final Map<LoadedPartition.Key, LoadedPartition> loaded = new HashMap<>();
    private final ArrayDeque<PendingShareFetch> ready = new ArrayDeque<>();

    /** None yet. */
    public SharePartitions(ShareHost host, ShareServices services) {
        this.host = host;
        this.services = services;
        store = new StateStore(services.persister(), host.post());
    }

    ShareHost host() {
        return host;
    }

    ShareServices services() {
        return services;
    }

    LogReads reads() {
        return reads;
    }

    ShareCounters counters() {
        return counters;
    }

    /**
     * A share partition; it starts to load if it is not in memory.
     *
     * @throws UnknownTopicOrPartitionException when the shard does not serve the partition
     */
    LoadedPartition open(String groupId, TopicIdPartition id) {
        LoadedPartition.Key key = new LoadedPartition.Key(groupId, id);
        LoadedPartition known = loaded.get(key);
        if (known != null && !known.log().isRemoved()) {
            return known;
        }
        if (known != null) {
            drop(known, null);
        }
        PartitionTable.Topic topic = host.partitions().byId(id.topicId());
        ShardPartition log = topic == null ? null : topic.partition(id.partition());
        if (log == null) {
            throw new UnknownTopicOrPartitionException("This server does not host " + id.topicPartition());
        }
        LoadedPartition partition = new LoadedPartition(this, key, log, services.settings(groupId));
        loaded.put(key, partition);
        counters.partitionsLoaded().increment();
        store.read(partition, state -> activate(partition, state), failure -> failed(partition, failure));
        return partition;
    }

    private void activate(LoadedPartition partition, PartitionAllData state) {
        if (partition.isClosed()) {
            return;
        }
        try {
            long start = state.startOffset() == PartitionFactory.UNINITIALIZED_START_OFFSET
                    ? LogReads.initialOffset(
                            partition.log().log(), partition.settings().reset())
                    : state.startOffset();
            partition.core().load(start, state.stateEpoch(), state.stateBatches());
        } catch (IllegalStateException e) {
            failed(partition, new UnknownServerException(e));
            return;
        } catch (ApiException e) {
            failed(partition, e);
            return;
        }
        partition.activate();
        partition.wake();
    }

    private void failed(LoadedPartition partition, RuntimeException failure) {
        counters.stateFailures().increment();
        LOG.warn("Cannot load the share partition {}", partition.key(), failure);
        drop(partition, failure);
    }

    private void drop(LoadedPartition partition, RuntimeException cause) {
        if (loaded.remove(partition.key(), partition)) {
            counters.partitionsDropped().increment();
            partition.close(cause, host.deadlines());
        }
    }

    /** The group has no connection any more. */
    void dropGroup(String groupId) {
        List<LoadedPartition> all = new ArrayList<>(loaded.values());
        for (LoadedPartition partition : all) {
            if (partition.key().groupId().equals(groupId)) {
                drop(partition, null);
            }
        }
    }

    /** Acknowledges; the future completes on the shard's thread, with null or the partition's error. */
    CompletableFuture<Throwable> acknowledge(
            String groupId, String memberId, TopicIdPartition id, List<ShareAcknowledgementBatch> batches) {
        LoadedPartition partition = loaded.get(new LoadedPartition.Key(groupId, id));
        if (partition == null) {
            return CompletableFuture.completedFuture(
                    new UnknownTopicOrPartitionException("Nothing of " + id + " is acquired."));
        }
        StateChange change;
        try {
            change =
                    partition.core().acknowledge(memberId, batches, host.nowNs().getAsLong());
        } catch (ApiException e) {
            counters.refused().increment();
            partition.scheduleExpiry(host.deadlines());
            return CompletableFuture.completedFuture(e);
        }
        for (ShareAcknowledgementBatch batch : batches) {
            counters.acknowledged().add(batch.lastOffset() - batch.firstOffset() + 1);
        }
        return write(partition, change);
    }

    /** Releases what a member has of a partition. */
    void release(String groupId, String memberId, TopicIdPartition id) {
        LoadedPartition partition = loaded.get(new LoadedPartition.Key(groupId, id));
        if (partition != null) {
            var _ = write(
                    partition, partition.core().release(memberId, host.nowNs().getAsLong()));
        }
    }

    void expire(LoadedPartition partition, long nowNs) {
        StateChange change;
        try {
            change = partition.core().expire(nowNs);
        } catch (RuntimeException e) {
            // What is written down still holds: it is loaded again at the next fetch.
            LOG.error("Cannot end the locks of the share partition {}", partition.key(), e);
            drop(partition, new UnknownServerException(e));
            return;
        }
        change.batches().forEach(batch -> counters.locksTimedOut().add(batch.lastOffset() - batch.firstOffset() + 1));
        partition.scheduleExpiry(host.deadlines());
        if (!change.isEmpty()) {
            var _ = write(partition, change);
            partition.wake();
        }
    }

    private CompletableFuture<Throwable> write(LoadedPartition partition, StateChange change) {
        partition.scheduleExpiry(host.deadlines());
        if (change.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Throwable> done = new CompletableFuture<>();
        store.write(partition, change, failure -> {
            if (failure == null) {
                partition.core().commit(change);
            } else {
                counters.stateFailures().increment();
                LOG.warn("Cannot write the state of the share partition {}", partition.key(), failure);
                partition.core().rollback(change, host.nowNs().getAsLong());
                dropIfFenced(partition, failure);
            }
            partition.scheduleExpiry(host.deadlines());
            partition.wake();
            done.complete(failure);
        });
        return done;
    }

    /** The state in memory is not the state in force: it is loaded again at the next fetch. */
    private void dropIfFenced(LoadedPartition partition, RuntimeException failure) {
        if (failure instanceof NotLeaderOrFollowerException
                || failure instanceof GroupIdNotFoundException
                || failure instanceof UnknownTopicOrPartitionException) {
            drop(partition, failure);
        }
    }

    void ready(PendingShareFetch fetch) {
        if (fetch.markReady()) {
            ready.add(fetch);
        }
    }

    @Override
    public int run(long nowNs) {
        int count = ready.size();
        for (int i = 0; i < count; i++) {
            ready.poll().lookAgain(nowNs);
        }
        return count;
    }
}
