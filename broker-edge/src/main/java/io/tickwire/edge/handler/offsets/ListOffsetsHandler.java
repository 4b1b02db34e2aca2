package io.tickwire.edge.handler.offsets;

import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.handler.ShardHandler;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.Isolation;
import io.tickwire.storage.log.TimestampResult;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.RequestContext;

/** ListOffsets. */
public final class ListOffsetsHandler implements ShardHandler {
    private static final int EARLIEST_PENDING_UPLOAD_TIMESTAMP = -6;
    private static final int NOTHING = -1;
    private static final int FIRST_VERSION_WITH_LEADER_EPOCH = 4;

    private final PartitionTable partitions;
    private final TimestampResult found = new TimestampResult();

    /** Makes the handler of one shard. */
    public ListOffsetsHandler(PartitionTable partitions) {
        this.partitions = partitions;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.LIST_OFFSETS;
    }

    @Override
    public CompletionStage<ApiMessage> handle(RequestContext context, ApiMessage request) {
        ListOffsetsResponseData response = answer((ListOffsetsRequestData) request, context.apiVersion());
        if (context.apiVersion() < FIRST_VERSION_WITH_LEADER_EPOCH) {
            response.topics()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> partition.setLeaderEpoch(ListOffsetsResponse.UNKNOWN_EPOCH)));
        }
        return CompletableFuture.completedFuture(response);
    }

    private ListOffsetsResponseData answer(ListOffsetsRequestData request, short version) {
        // As Kafka: an unknown level is an error that is not the client's, it says.
        Isolation isolation = IsolationLevel.forId(request.isolationLevel()) == IsolationLevel.READ_COMMITTED
                ? Isolation.COMMITTED
                : Isolation.UNCOMMITTED;
        Map<TopicPartition, Boolean> duplicates = duplicates(request);
        Map<String, ListOffsetsTopicResponse> answers = new LinkedHashMap<>();
        for (ListOffsetsTopic topic : request.topics()) {
            PartitionTable.Topic served = partitions.byName(topic.name());
            ListOffsetsTopicResponse answer =
                    answers.computeIfAbsent(topic.name(), name -> new ListOffsetsTopicResponse().setName(name));
            for (ListOffsetsPartition asked : topic.partitions()) {
                TopicPartition key = new TopicPartition(topic.name(), asked.partitionIndex());
                ShardPartition partition = served == null ? null : served.partition(asked.partitionIndex());
                if (!duplicates.containsKey(key)) {
                    answer.partitions().add(find(asked, partition, isolation, version));
                } else if (!duplicates.put(key, true)) {
                    answer.partitions().add(error(asked, KafkaErrors.INVALID_REQUEST));
                }
            }
        }
        return new ListOffsetsResponseData().setTopics(List.copyOf(answers.values()));
    }

    /** Partitions named more than once, none of them answered yet. */
    private static Map<TopicPartition, Boolean> duplicates(ListOffsetsRequestData request) {
        Set<TopicPartition> seen = new HashSet<>();
        Map<TopicPartition, Boolean> twice = new HashMap<>();
        for (ListOffsetsTopic topic : request.topics()) {
            for (ListOffsetsPartition partition : topic.partitions()) {
                TopicPartition key = new TopicPartition(topic.name(), partition.partitionIndex());
                if (!seen.add(key)) {
                    twice.put(key, false);
                }
            }
        }
        return twice;
    }

    private ListOffsetsPartitionResponse find(
            ListOffsetsPartition asked, ShardPartition partition, Isolation isolation, short version) {
        if (version < firstVersion(asked.timestamp())) {
            return error(asked, KafkaErrors.UNSUPPORTED_VERSION);
        }
        short error = LeaderEpochs.check(partition, asked.currentLeaderEpoch());
        if (error == KafkaErrors.NONE) {
            error = partition.log().offsetForTimestamp(asked.timestamp(), isolation, found);
        }
        if (error != KafkaErrors.NONE) {
            return error(asked, error);
        }
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(asked.partitionIndex())
                .setTimestamp(found.timestamp())
                .setOffset(found.offset())
                .setLeaderEpoch(
                        found.offset() < 0 || found.leaderEpoch() >= 0 ? found.leaderEpoch() : partition.leaderEpoch());
    }

    /** The first version that may ask for a time; negative times that mean nothing may be asked for in none. */
    private static int firstVersion(long timestamp) {
        if (timestamp >= ListOffsetsRequest.EARLIEST_TIMESTAMP) {
            return 0;
        }
        return switch ((int) Math.max(timestamp, Integer.MIN_VALUE)) {
            case (int) ListOffsetsRequest.MAX_TIMESTAMP -> 7;
            case (int) ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP -> 8;
            case (int) ListOffsetsRequest.LATEST_TIERED_TIMESTAMP -> 9;
            case EARLIEST_PENDING_UPLOAD_TIMESTAMP -> 11;
            default -> Integer.MAX_VALUE;
        };
    }

    private static ListOffsetsPartitionResponse error(ListOffsetsPartition asked, short error) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(asked.partitionIndex())
                .setErrorCode(error)
                .setTimestamp(NOTHING)
                .setOffset(NOTHING);
    }
}
