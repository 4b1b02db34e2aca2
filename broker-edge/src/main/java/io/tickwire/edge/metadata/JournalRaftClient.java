package io.tickwire.edge.metadata;

import io.tickwire.edge.metadata.journal.RecordJournal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.raft.Batch;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.raft.errors.BufferAllocationException;
import org.apache.kafka.raft.errors.NotLeaderException;
import org.apache.kafka.raft.internals.MemoryBatchReader;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.SnapshotWriter;

/**
 * A quorum of one: every append is committed as soon as it is in the journal, and this node leads every epoch.
 *
 * <p>{@code prepareAppend} and {@code schedulePreparedAppend} are called by the controller's thread, which so owns the
 * journal; listeners only enqueue what they are handed. Each process start is a new epoch.
 */
final class JournalRaftClient implements RaftClient<ApiMessageAndVersion> {
    /** Batches handed to a listener at once while it catches up. */
    private static final int REPLAY_BATCHES = 256;

    private final RecordJournal journal;
    private final int nodeId;
    private final int epoch;
    private final Time time;
    private final List<Listener<ApiMessageAndVersion>> listeners = new ArrayList<>();
    private final List<Prepared> prepared = new ArrayList<>();
    private long nextOffset;

    private record Prepared(long baseOffset, long timestampMs, List<ApiMessageAndVersion> records) {}

    JournalRaftClient(RecordJournal journal, int nodeId, Time time) {
        this.journal = journal;
        this.nodeId = nodeId;
        this.time = time;
        int[] lastEpoch = {0};
        nextOffset = journal.replay(journal.startOffset(), batch -> lastEpoch[0] = batch.partitionLeaderEpoch());
        epoch = lastEpoch[0] + 1;
    }

    @Override
    public synchronized void register(Listener<ApiMessageAndVersion> listener) {
        List<Batch<ApiMessageAndVersion>> chunk = new ArrayList<>();
        journal.replay(journal.startOffset(), batch -> {
            chunk.add(MetadataBatches.decode(batch));
            if (chunk.size() == REPLAY_BATCHES) {
                deliver(listener, chunk);
                chunk.clear();
            }
        });
        if (!chunk.isEmpty()) {
            deliver(listener, chunk);
        }
        listeners.add(listener);
        listener.handleLeaderChange(leaderAndEpoch());
    }

    private static void deliver(Listener<ApiMessageAndVersion> listener, List<Batch<ApiMessageAndVersion>> batches) {
        listener.handleCommit(MemoryBatchReader.of(List.copyOf(batches), reader -> {}));
    }

    @Override
    public synchronized void unregister(Listener<ApiMessageAndVersion> listener) {
        listeners.remove(listener);
    }

    @Override
    public OptionalLong highWatermark() {
        return OptionalLong.of(journal.endOffset());
    }

    @Override
    public LeaderAndEpoch leaderAndEpoch() {
        return new LeaderAndEpoch(OptionalInt.of(nodeId), epoch);
    }

    @Override
    public OptionalInt nodeId() {
        return OptionalInt.of(nodeId);
    }

    @Override
    public Optional<Node> voterNode(int id, ListenerName listenerName) {
        return Optional.empty();
    }

    /** Numbers the records; nothing is written until the controller has applied them without a fault. */
    @Override
    public synchronized long prepareAppend(int atEpoch, List<ApiMessageAndVersion> records) {
        if (atEpoch != epoch) {
            throw new NotLeaderException("Append at epoch " + atEpoch + ", the epoch is " + epoch);
        }
        if (records.isEmpty()) {
            throw new BufferAllocationException("An append needs at least one record");
        }
        prepared.add(new Prepared(nextOffset, time.milliseconds(), List.copyOf(records)));
        nextOffset += records.size();
        return nextOffset - 1;
    }

    @Override
    public synchronized void schedulePreparedAppend() {
        List<Batch<ApiMessageAndVersion>> committed = new ArrayList<>(prepared.size());
        for (Prepared next : prepared) {
            var encoded = MetadataBatches.encode(next.baseOffset, epoch, next.timestampMs, next.records);
            long end = journal.append(encoded, epoch);
            if (end != next.baseOffset + next.records.size()) {
                throw new IllegalStateException("The metadata log ends at " + end + ", not after the records of offset "
                        + next.baseOffset + ": it has another writer");
            }
            committed.add(Batch.data(next.baseOffset, epoch, next.timestampMs, encoded.sizeInBytes(), next.records));
        }
        prepared.clear();
        journal.flush();
        for (Listener<ApiMessageAndVersion> listener : listeners) {
            deliver(listener, committed);
        }
    }

    @Override
    public CompletableFuture<Void> shutdown(int timeoutMs) {
        close();
        return CompletableFuture.completedFuture(null);
    }

    /** A quorum of one has nobody to resign to; the controller asks for it only after a fault, which is reported apart. */
    @Override
    public void resign(int atEpoch) {}

    @Override
    public Optional<SnapshotWriter<ApiMessageAndVersion>> createSnapshot(OffsetAndEpoch id, long timestampMs) {
        return Optional.empty();
    }

    @Override
    public Optional<OffsetAndEpoch> latestSnapshotId() {
        return Optional.empty();
    }

    @Override
    public synchronized long logEndOffset() {
        return nextOffset;
    }

    @Override
    public KRaftVersion kraftVersion() {
        return KRaftVersion.KRAFT_VERSION_0;
    }

    @Override
    public void upgradeKRaftVersion(int atEpoch, KRaftVersion version, boolean validateOnly) {
        throw new UnsupportedOperationException("kraft.version is fixed: there is no quorum to change");
    }

    @Override
    public synchronized void close() {
        listeners.forEach(Listener::beginShutdown);
        listeners.clear();
    }
}
