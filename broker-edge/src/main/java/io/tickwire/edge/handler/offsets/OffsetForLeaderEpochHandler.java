package io.tickwire.edge.handler.offsets;

import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.handler.ShardHandler;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.TimestampResult;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** OffsetForLeaderEpoch: where a leader epoch ends, for consumers that check for truncation (KIP-320). */
public final class OffsetForLeaderEpochHandler implements ShardHandler {
    private final PartitionTable partitions;
    private final TimestampResult found = new TimestampResult();

    /** Makes the handler of one shard. */
    public OffsetForLeaderEpochHandler(PartitionTable partitions) {
        this.partitions = partitions;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.OFFSET_FOR_LEADER_EPOCH;
    }

    @Override
    public CompletionStage<ApiMessage> handle(RequestContext context, ApiMessage request) {
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        for (OffsetForLeaderTopic topic : ((OffsetForLeaderEpochRequestData) request).topics()) {
            PartitionTable.Topic served = partitions.byName(topic.topic());
            OffsetForLeaderTopicResult result = new OffsetForLeaderTopicResult().setTopic(topic.topic());
            for (OffsetForLeaderPartition asked : topic.partitions()) {
                result.partitions().add(find(asked, served == null ? null : served.partition(asked.partition())));
            }
            response.topics().add(result);
        }
        return CompletableFuture.completedFuture(response);
    }

    private EpochEndOffset find(OffsetForLeaderPartition asked, ShardPartition partition) {
        EpochEndOffset answer = new EpochEndOffset().setPartition(asked.partition());
        short error = LeaderEpochs.check(partition, asked.currentLeaderEpoch());
        if (error == KafkaErrors.NONE && asked.leaderEpoch() == partition.leaderEpoch()) {
            // An epoch in which nothing was appended yet has no entry of its own.
            return answer.setLeaderEpoch(asked.leaderEpoch())
                    .setEndOffset(partition.log().logEndOffset());
        }
        if (error == KafkaErrors.NONE) {
            error = partition.log().endOffsetForEpoch(asked.leaderEpoch(), found);
        }
        if (error != KafkaErrors.NONE) {
            return answer.setErrorCode(error);
        }
        return answer.setLeaderEpoch(found.leaderEpoch()).setEndOffset(found.offset());
    }
}
