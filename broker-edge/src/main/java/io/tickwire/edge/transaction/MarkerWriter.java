package io.tickwire.edge.transaction;

import io.tickwire.edge.agent.PartitionDirectory;
import io.tickwire.storage.log.AppendOrigin;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.PartitionLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.metadata.LeaderAndIsr;
import org.apache.kafka.server.common.TransactionVersion;

/** Ends a transaction in its partitions: on the shard in those of topics, in the group coordinator in those of offsets. */
public final class MarkerWriter {
    private final KRaftMetadataCache cache;
    private final PartitionDirectory directory;
    private final GroupCoordinator groups;

    /**
     * One transaction's end.
     *
     * @param producerId the producer
     * @param producerEpoch its epoch in the markers
     * @param coordinatorEpoch leader epoch of the transaction's own log
     * @param result commit or abort
     * @param transactionVersion feature level the producer works at
     */
    public record Marker(
            long producerId,
            short producerEpoch,
            int coordinatorEpoch,
            TransactionResult result,
            short transactionVersion) {}

    /** Writes to the partitions of {@code directory} and the offsets of {@code groups}. */
    public MarkerWriter(KRaftMetadataCache cache, PartitionDirectory directory, GroupCoordinator groups) {
        this.cache = cache;
        this.directory = directory;
        this.groups = groups;
    }

    /** Whether the metadata by which the coordinator was elected is in effect, and with it every topic there was then. */
    boolean seesTopics() {
        return cache.contains(Topic.TRANSACTION_STATE_TOPIC_NAME);
    }

    /** Writes one marker to each partition; done with each one's outcome. Control thread. */
    public CompletionStage<ConcurrentHashMap<TopicPartition, Errors>> write(
            Marker marker, Set<TopicPartition> partitions) {
        ConcurrentHashMap<TopicPartition, Errors> outcomes = new ConcurrentHashMap<>();
        List<CompletableFuture<Void>> writes = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            writes.add(writeOne(marker, partition)
                    .handle((error, failure) -> {
                        outcomes.put(partition, failure == null ? error : Errors.forException(failure));
                        return (Void) null;
                    })
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).thenApply(done -> outcomes);
    }

    private CompletionStage<Errors> writeOne(Marker marker, TopicPartition partition) {
        if (partition.topic().equals(Topic.GROUP_METADATA_TOPIC_NAME)) {
            return groups.completeTransaction(
                            partition,
                            marker.producerId,
                            marker.producerEpoch,
                            marker.coordinatorEpoch,
                            marker.result,
                            marker.transactionVersion)
                    .thenApply(done -> Errors.NONE);
        }
        Uuid id = cache.getTopicId(partition.topic());
        int leaderEpoch = cache.getLeaderAndIsr(partition.topic(), partition.partition())
                .map(LeaderAndIsr::leaderEpoch)
                .orElse(-1);
        if (id.equals(Uuid.ZERO_UUID) || leaderEpoch < 0) {
            return CompletableFuture.completedStage(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        long nowMs = System.currentTimeMillis();
        ControlRecordType type =
                marker.result == TransactionResult.COMMIT ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        MemoryRecords records = MemoryRecords.withEndTransactionMarker(
                nowMs,
                marker.producerId,
                marker.producerEpoch,
                new EndTransactionMarker(type, marker.coordinatorEpoch));
        return directory.onOwner(
                id,
                partition.partition(),
                log -> isStale(marker, log) ? Errors.INVALID_PRODUCER_EPOCH : append(log, records, leaderEpoch, nowMs));
    }

    /**
     * From version 2 on a marker has an epoch of its own, above its transaction's (KIP-1228). One that comes again, when the
     * transaction has ended, is harmless, and epochs at their end cannot rise.
     */
    private static boolean isStale(Marker marker, PartitionLog log) {
        return TransactionVersion.fromFeatureLevel(marker.transactionVersion).supportsEpochBump()
                && marker.producerEpoch != Short.MAX_VALUE
                && log.isTransactionOpen(marker.producerId, marker.producerEpoch);
    }

    private static Errors append(PartitionLog log, MemoryRecords records, int leaderEpoch, long nowMs) {
        ByteBuffer bytes = records.buffer();
        UnsafeBuffer source = new UnsafeBuffer(bytes, bytes.position(), bytes.remaining());
        return Errors.forCode(log.append(
                source, 0, source.capacity(), AppendOrigin.COORDINATOR, leaderEpoch, nowMs, new AppendResult()));
    }

    /** Whether another attempt may succeed; what is final counts as ended. */
    static boolean isRetriable(Errors error) {
        return switch (error) {
            case NONE,
                    UNKNOWN_TOPIC_OR_PARTITION,
                    UNKNOWN_TOPIC_ID,
                    INVALID_PRODUCER_EPOCH,
                    PRODUCER_FENCED,
                    TRANSACTION_COORDINATOR_FENCED -> false;
            default -> true;
        };
    }

    /** The group coordinator's ways to say that it is not ready, as a partition's leader would say it. */
    public static Errors asPartitionError(Errors error) {
        return error == Errors.COORDINATOR_LOAD_IN_PROGRESS
                        || error == Errors.NOT_COORDINATOR
                        || error == Errors.COORDINATOR_NOT_AVAILABLE
                ? Errors.NOT_LEADER_OR_FOLLOWER
                : error;
    }
}
