package io.tickwire.edge.handler.share;

import io.tickwire.edge.share.SharePartition;
import io.tickwire.edge.share.StateChange;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.share.persister.GroupTopicPartitionData;
import org.apache.kafka.server.share.persister.PartitionAllData;
import org.apache.kafka.server.share.persister.PartitionErrorData;
import org.apache.kafka.server.share.persister.PartitionFactory;
import org.apache.kafka.server.share.persister.PartitionInfoData;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.share.persister.ReadShareGroupStateParameters;
import org.apache.kafka.server.share.persister.TopicData;
import org.apache.kafka.server.share.persister.WriteShareGroupStateParameters;

/** Reads and writes the state of share partitions; outcomes come back on the shard's thread. */
final class StateStore {
    private final Persister persister;
    private final Predicate<Runnable> post;

    StateStore(Persister persister, Predicate<Runnable> post) {
        this.persister = persister;
        this.post = post;
    }

    /** Reads; {@code onFailure} gets Kafka's error. */
    void read(LoadedPartition partition, Consumer<PartitionAllData> onState, Consumer<RuntimeException> onFailure) {
        TopicIdPartition id = partition.key().partition();
        var _ = persister
                .readState(new ReadShareGroupStateParameters.Builder()
                        .setGroupTopicPartitionData(new GroupTopicPartitionData<>(
                                partition.key().groupId(),
                                List.of(new TopicData<>(
                                        id.topicId(),
                                        List.of(PartitionFactory.newPartitionIdLeaderEpochData(
                                                id.partition(), partition.leaderEpoch()))))))
                        .build())
                .whenComplete(onShard((result, failure) -> {
                    if (failure != null) {
                        onFailure.accept(failure);
                        return;
                    }
                    PartitionAllData data = only(result.topicsData());
                    if (data.errorCode() == Errors.NONE.code()) {
                        onState.accept(data);
                    } else {
                        onFailure.accept(error(data.errorCode(), data.errorMessage()));
                    }
                }));
    }

    /** Writes; {@code onOutcome} gets null or Kafka's error. */
    void write(LoadedPartition partition, StateChange change, Consumer<RuntimeException> onOutcome) {
        TopicIdPartition id = partition.key().partition();
        SharePartition core = partition.core();
        var _ = persister
                .writeState(new WriteShareGroupStateParameters.Builder()
                        .setGroupTopicPartitionData(new GroupTopicPartitionData<>(
                                partition.key().groupId(),
                                List.of(new TopicData<>(
                                        id.topicId(),
                                        List.of(PartitionFactory.newPartitionStateBatchData(
                                                id.partition(),
                                                core.stateEpoch(),
                                                core.startOffset(),
                                                core.settledCount(),
                                                partition.leaderEpoch(),
                                                List.copyOf(change.batches())))))))
                        .build())
                .whenComplete(onShard((result, failure) -> {
                    if (failure != null) {
                        onOutcome.accept(failure);
                        return;
                    }
                    PartitionErrorData data = only(result.topicsData());
                    onOutcome.accept(
                            data.errorCode() == Errors.NONE.code()
                                    ? null
                                    : error(data.errorCode(), data.errorMessage()));
                }));
    }

    private static <D extends PartitionInfoData> D only(List<TopicData<D>> topics) {
        return topics.getFirst().partitions().getFirst();
    }

    private <R> BiConsumer<R, Throwable> onShard(BiConsumer<R, RuntimeException> action) {
        return (result, failure) -> {
            boolean _ = post.test(() -> action.accept(result, failure == null ? null : unwrapped(failure)));
        };
    }

    private static RuntimeException unwrapped(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof ApiException api ? api : new UnknownServerException(cause);
    }

    /** What the member is told of an error of the share coordinator. */
    private static RuntimeException error(short code, String message) {
        Errors error = Errors.forCode(code);
        return switch (error) {
            case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS ->
                new CoordinatorNotAvailableException(message);
            case FENCED_LEADER_EPOCH, FENCED_STATE_EPOCH -> new NotLeaderOrFollowerException(message);
            case GROUP_ID_NOT_FOUND, UNKNOWN_TOPIC_OR_PARTITION -> error.exception(message);
            default -> new UnknownServerException(message);
        };
    }
}
