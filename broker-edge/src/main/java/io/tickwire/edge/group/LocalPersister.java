package io.tickwire.edge.group;

import io.tickwire.edge.agent.DelayedExecutor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.share.ShareCoordinator;
import org.apache.kafka.server.share.persister.DeleteShareGroupStateParameters;
import org.apache.kafka.server.share.persister.DeleteShareGroupStateResult;
import org.apache.kafka.server.share.persister.GroupTopicPartitionData;
import org.apache.kafka.server.share.persister.InitializeShareGroupStateParameters;
import org.apache.kafka.server.share.persister.InitializeShareGroupStateResult;
import org.apache.kafka.server.share.persister.PartitionIdData;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.share.persister.PersisterStateBatch;
import org.apache.kafka.server.share.persister.ReadShareGroupStateParameters;
import org.apache.kafka.server.share.persister.ReadShareGroupStateResult;
import org.apache.kafka.server.share.persister.ReadShareGroupStateSummaryParameters;
import org.apache.kafka.server.share.persister.ReadShareGroupStateSummaryResult;
import org.apache.kafka.server.share.persister.WriteShareGroupStateParameters;
import org.apache.kafka.server.share.persister.WriteShareGroupStateResult;

/**
 * Keeps the state of share groups in the share coordinator of this process: Kafka's persister without its connection to
 * another broker. Any thread.
 *
 * <p>{@code __share_group_state} is created at the first call. While its partition is being loaded a call is repeated, up to
 * {@value #ATTEMPTS} times; then its result carries the coordinator's error.
 */
public final class LocalPersister implements Persister {
    private static final int ATTEMPTS = 8;
    private static final long FIRST_BACKOFF_MS = 20;

    private final ShareCoordinator coordinator;
    private final Supplier<CompletionStage<?>> topic;
    private final DelayedExecutor timer;

    /**
     * Persists through {@code coordinator}.
     *
     * @param topic done when {@code __share_group_state} is there; creates it if need be
     * @param timer runs the repetitions
     */
    public LocalPersister(ShareCoordinator coordinator, Supplier<CompletionStage<?>> topic, DelayedExecutor timer) {
        this.coordinator = coordinator;
        this.topic = topic;
        this.timer = timer;
    }

    @Override
    public CompletableFuture<InitializeShareGroupStateResult> initializeState(
            InitializeShareGroupStateParameters parameters) {
        var data = parameters.groupTopicPartitionData();
        var request = new InitializeShareGroupStateRequestData()
                .setGroupId(data.groupId())
                .setTopics(topics(
                        data,
                        (id, partitions) -> new InitializeShareGroupStateRequestData.InitializeStateData()
                                .setTopicId(id)
                                .setPartitions(partitions),
                        partition -> new InitializeShareGroupStateRequestData.PartitionData()
                                .setPartition(partition.partition())
                                .setStateEpoch(partition.stateEpoch())
                                .setStartOffset(partition.startOffset())));
        return call(
                        data.groupId(),
                        () -> coordinator.initializeState(null, request),
                        response -> response.results().stream()
                                .flatMap(result -> result.partitions().stream())
                                .map(partition -> partition.errorCode()))
                .thenApply(InitializeShareGroupStateResult::from);
    }

    @Override
    public CompletableFuture<ReadShareGroupStateResult> readState(ReadShareGroupStateParameters parameters) {
        var data = parameters.groupTopicPartitionData();
        var request = new ReadShareGroupStateRequestData()
                .setGroupId(data.groupId())
                .setTopics(topics(
                        data,
                        (id, partitions) -> new ReadShareGroupStateRequestData.ReadStateData()
                                .setTopicId(id)
                                .setPartitions(partitions),
                        partition -> new ReadShareGroupStateRequestData.PartitionData()
                                .setPartition(partition.partition())
                                .setLeaderEpoch(partition.leaderEpoch())));
        return call(
                        data.groupId(),
                        () -> coordinator.readState(null, request),
                        response -> response.results().stream()
                                .flatMap(result -> result.partitions().stream())
                                .map(partition -> partition.errorCode()))
                .thenApply(ReadShareGroupStateResult::from);
    }

    @Override
    public CompletableFuture<WriteShareGroupStateResult> writeState(WriteShareGroupStateParameters parameters) {
        var data = parameters.groupTopicPartitionData();
        var request = new WriteShareGroupStateRequestData()
                .setGroupId(data.groupId())
                .setTopics(topics(
                        data,
                        (id, partitions) -> new WriteShareGroupStateRequestData.WriteStateData()
                                .setTopicId(id)
                                .setPartitions(partitions),
                        partition -> new WriteShareGroupStateRequestData.PartitionData()
                                .setPartition(partition.partition())
                                .setStateEpoch(partition.stateEpoch())
                                .setLeaderEpoch(partition.leaderEpoch())
                                .setStartOffset(partition.startOffset())
                                .setDeliveryCompleteCount(partition.deliveryCompleteCount())
                                .setStateBatches(batches(partition.stateBatches()))));
        return call(
                        data.groupId(),
                        () -> coordinator.writeState(null, request),
                        response -> response.results().stream()
                                .flatMap(result -> result.partitions().stream())
                                .map(partition -> partition.errorCode()))
                .thenApply(WriteShareGroupStateResult::from);
    }

    private static List<WriteShareGroupStateRequestData.StateBatch> batches(List<PersisterStateBatch> batches) {
        return batches.stream()
                .map(batch -> new WriteShareGroupStateRequestData.StateBatch()
                        .setFirstOffset(batch.firstOffset())
                        .setLastOffset(batch.lastOffset())
                        .setDeliveryState(batch.deliveryState())
                        .setDeliveryCount(batch.deliveryCount()))
                .toList();
    }

    @Override
    public CompletableFuture<DeleteShareGroupStateResult> deleteState(DeleteShareGroupStateParameters parameters) {
        var data = parameters.groupTopicPartitionData();
        var request = new DeleteShareGroupStateRequestData()
                .setGroupId(data.groupId())
                .setTopics(topics(
                        data,
                        (id, partitions) -> new DeleteShareGroupStateRequestData.DeleteStateData()
                                .setTopicId(id)
                                .setPartitions(partitions),
                        partition -> new DeleteShareGroupStateRequestData.PartitionData()
                                .setPartition(partition.partition())));
        return call(
                        data.groupId(),
                        () -> coordinator.deleteState(null, request),
                        response -> response.results().stream()
                                .flatMap(result -> result.partitions().stream())
                                .map(partition -> partition.errorCode()))
                .thenApply(DeleteShareGroupStateResult::from);
    }

    @Override
    public CompletableFuture<ReadShareGroupStateSummaryResult> readSummary(
            ReadShareGroupStateSummaryParameters parameters) {
        var data = parameters.groupTopicPartitionData();
        var request = new ReadShareGroupStateSummaryRequestData()
                .setGroupId(data.groupId())
                .setTopics(topics(
                        data,
                        (id, partitions) -> new ReadShareGroupStateSummaryRequestData.ReadStateSummaryData()
                                .setTopicId(id)
                                .setPartitions(partitions),
                        partition -> new ReadShareGroupStateSummaryRequestData.PartitionData()
                                .setPartition(partition.partition())
                                .setLeaderEpoch(partition.leaderEpoch())));
        return call(
                        data.groupId(),
                        () -> coordinator.readStateSummary(null, request),
                        response -> response.results().stream()
                                .flatMap(result -> result.partitions().stream())
                                .map(partition -> partition.errorCode()))
                .thenApply(ReadShareGroupStateSummaryResult::from);
    }

    @FunctionalInterface
    private interface TopicOf<P, T> {
        T make(Uuid topicId, List<P> partitions);
    }

    private static <D extends PartitionIdData, P, T> List<T> topics(
            GroupTopicPartitionData<D> data, TopicOf<P, T> topicOf, Function<D, P> partitionOf) {
        return data.topicsData().stream()
                .map(topic -> topicOf.make(
                        topic.topicId(),
                        topic.partitions().stream().map(partitionOf).toList()))
                .toList();
    }

    private <R> CompletableFuture<R> call(
            String groupId, Supplier<CompletableFuture<R>> operation, Function<R, Stream<Short>> errors) {
        if (groupId.isEmpty()) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("a share group without a name"));
        }
        CompletableFuture<R> done = new CompletableFuture<>();
        begin(topic).whenComplete((id, failure) -> {
            if (failure == null) {
                attempt(operation, errors, 1, done);
            } else {
                done.completeExceptionally(failure);
            }
        });
        return done;
    }

    private <R> void attempt(
            Supplier<CompletableFuture<R>> operation,
            Function<R, Stream<Short>> errors,
            int number,
            CompletableFuture<R> done) {
        var _ = begin(operation).whenComplete((response, failure) -> {
            if (failure != null) {
                done.completeExceptionally(failure);
            } else if (number < ATTEMPTS && errors.apply(response).anyMatch(LocalPersister::isLoading)) {
                timer.schedule(FIRST_BACKOFF_MS << number, () -> attempt(operation, errors, number + 1, done));
            } else {
                done.complete(response);
            }
        });
    }

    /** What fails before it has begun has failed all the same. */
    private static <R> CompletionStage<? extends R> begin(Supplier<? extends CompletionStage<? extends R>> operation) {
        try {
            return operation.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static boolean isLoading(short code) {
        return switch (Errors.forCode(code)) {
            case COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR -> true;
            default -> false;
        };
    }

    @Override
    public void stop() {}
}
