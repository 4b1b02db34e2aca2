package io.tickwire.edge.handler.share;

import io.tickwire.edge.agent.Deadlines;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.share.AcquireRequest;
import io.tickwire.edge.share.SharePartition;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.LogSlices;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * One ShareFetch from its arrival to its answer. It waits while its partitions have less to deliver than it asks for; appends,
 * acknowledgements and locks that run out make it look again.
 */
final class PendingShareFetch extends Deadlines.Item {
    private final SharePartitions shares;
    private final ShareFetchParameters parameters;
    private final Map<TopicIdPartition, PartitionData> response;
    private final List<Slot> slots = new ArrayList<>();
    private final CompletableFuture<Map<TopicIdPartition, PartitionData>> done = new CompletableFuture<>();
    private boolean parked;
    private boolean ready;

    /** One partition of it. */
    private final class Slot extends ShardPartition.Watcher {
        private final LoadedPartition partition;
        private long fetchOffset;
        private short error;
        private LogSlices found;

        private Slot(LoadedPartition partition) {
            this.partition = partition;
        }

        @Override
        protected void onAdvance(ShardPartition advanced) {
            shares.ready(PendingShareFetch.this);
        }
    }

    /**
     * A fetch of no partition yet.
     *
     * @param refused partitions whose outcome is known already
     */
    PendingShareFetch(
            SharePartitions shares, ShareFetchParameters parameters, Map<TopicIdPartition, PartitionData> refused) {
        this.shares = shares;
        this.parameters = parameters;
        response = new LinkedHashMap<>(refused);
    }

    void add(LoadedPartition partition) {
        slots.add(new Slot(partition));
    }

    /** Answers if there is enough, or else waits; the future completes on the shard's thread. */
    CompletableFuture<Map<TopicIdPartition, PartitionData>> start(long nowNs) {
        if (slots.isEmpty()) {
            done.complete(response);
        } else if (!attempt(parameters.maxWaitMs() <= 0, nowNs)) {
            park(nowNs);
        }
        return done;
    }

    private void park(long nowNs) {
        parked = true;
        shares.counters().fetchesParked().increment();
        shares.host().deadlines().add(this, nowNs + parameters.maxWaitMs() * 1_000_000L);
        for (Slot slot : slots) {
            slot.partition.await(this);
            slot.partition.log().watch(slot);
            if (!slot.partition.log().isOwned()) {
                // Another shard may have appended since this partition was read.
                shares.ready(this);
            }
        }
    }

    private void unpark() {
        parked = false;
        shares.counters().fetchesUnparked().increment();
        shares.host().deadlines().remove(this);
        for (Slot slot : slots) {
            slot.partition.forget(this);
            slot.partition.log().unwatch(slot);
        }
    }

    /** The member is gone: nothing may be acquired for it any more. */
    void cancel() {
        if (parked) {
            unpark();
            done.complete(response);
        }
    }

    /** True when it was not among the ready ones yet. */
    boolean markReady() {
        boolean first = parked && !ready;
        ready |= first;
        return first;
    }

    void lookAgain(long nowNs) {
        ready = false;
        if (parked) {
            boolean _ = attempt(false, nowNs);
        }
    }

    @Override
    protected void onDeadline(long nowNs) {
        boolean _ = attempt(true, nowNs);
    }

    /** Reads all partitions; answers when that is enough, or {@code force}d. */
    private boolean attempt(boolean force, long nowNs) {
        RuntimeException failure = null;
        try {
            if (!read() && !force) {
                return false;
            }
            int left = parameters.maxRecords();
            for (Slot slot : slots) {
                left -= finish(slot, left, nowNs);
            }
        } catch (RuntimeException e) {
            // Whatever it is, it is this request's alone: the shard goes on.
            failure = e;
        } finally {
            for (Slot slot : slots) {
                if (slot.found != null) {
                    shares.reads().release(slot.found);
                    slot.found = null;
                }
            }
        }
        if (parked) {
            unpark();
        }
        if (failure == null) {
            done.complete(response);
        } else {
            done.completeExceptionally(failure);
        }
        return true;
    }

    /** True when the answer is due. */
    private boolean read() {
        int acquirable = 0;
        int failed = 0;
        for (Slot slot : slots) {
            slot.fetchOffset = -1;
            failed += slot.partition.failure() == null ? 0 : 1;
            if (slot.partition.isActive() && slot.partition.core().canAcquire()) {
                slot.fetchOffset = slot.partition.core().nextFetchOffset();
                acquirable++;
            }
        }
        boolean due = failed == slots.size();
        long bytes = 0;
        for (Slot slot : slots) {
            if (slot.fetchOffset >= 0) {
                bytes += read(slot, Math.max(1, parameters.maxBytes() / acquirable), bytes == 0);
                due |= slot.error != KafkaErrors.NONE;
            }
        }
        return due || (acquirable > 0 && bytes >= parameters.minBytes());
    }

    private long read(Slot slot, int maxBytes, boolean minOneBatch) {
        LogSlices slices = shares.reads().acquire();
        Isolation isolation = parameters.isolation();
        slot.error = slot.partition.log().log().read(slot.fetchOffset, maxBytes, minOneBatch, isolation, slices);
        slot.found = slices;
        return slot.error == KafkaErrors.NONE ? slices.bytes() : 0;
    }

    /** Fills in the partition's part of the response; returns how many records it took. */
    private int finish(Slot slot, int maxRecords, long nowNs) {
        TopicIdPartition id = slot.partition.key().partition();
        PartitionData data =
                new PartitionData().setPartitionIndex(id.partition()).setRecords(MemoryRecords.EMPTY);
        if (slot.partition.failure() != null) {
            response.put(
                    id,
                    data.setErrorCode(
                            Errors.forException(slot.partition.failure()).code()));
            return 0;
        }
        if (slot.fetchOffset < 0) {
            return 0;
        }
        response.put(id, data);
        if (slot.error == KafkaErrors.OFFSET_OUT_OF_RANGE) {
            // The log has lost its beginning: the next fetch starts where it begins now.
            slot.partition.core().logStartMoved(slot.partition.log().log().logStartOffset());
            return 0;
        }
        if (slot.error != KafkaErrors.NONE) {
            data.setErrorCode(slot.error);
            return 0;
        }
        return acquire(slot, maxRecords, data, nowNs);
    }

    private int acquire(Slot slot, int maxRecords, PartitionData data, long nowNs) {
        SharePartition core = slot.partition.core();
        List<AcquiredRecords> acquired = core.acquire(
                new AcquireRequest(
                        parameters.memberId(),
                        parameters.recordLimit(),
                        parameters.batchSize(),
                        maxRecords,
                        slot.fetchOffset),
                shares.reads().describe(slot.found),
                parameters.isolation() == Isolation.COMMITTED,
                nowNs);
        slot.partition.scheduleExpiry(shares.host().deadlines());
        if (acquired.isEmpty()) {
            return 0;
        }
        data.setAcquiredRecords(acquired)
                .setRecords(shares.reads()
                        .copy(
                                slot.found,
                                acquired.getFirst().firstOffset(),
                                acquired.getLast().lastOffset()));
        long count = 0;
        for (AcquiredRecords range : acquired) {
            long records = range.lastOffset() - range.firstOffset() + 1;
            count += records;
            if (range.deliveryCount() > 1) {
                shares.counters().redelivered().add(records);
            }
        }
        shares.counters().acquired().add(count);
        return (int) Math.min(Integer.MAX_VALUE, count);
    }
}
