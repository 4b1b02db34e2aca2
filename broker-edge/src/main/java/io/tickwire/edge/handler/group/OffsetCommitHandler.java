package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.BufferSupplier;

/** OffsetCommit: what names no partition of ours is refused here, the rest goes to the coordinator. */
public final class OffsetCommitHandler implements ControlHandler {
    private final GroupServices services;

    /** Serves through {@code services}. */
    public OffsetCommitHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.OFFSET_COMMIT;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        OffsetCommitRequestData request = (OffsetCommitRequestData) message;
        services.require(context, AclOperation.READ, request.groupId());
        boolean byId = OffsetCommitResponse.useTopicIds(context.apiVersion());
        if (byId) {
            for (OffsetCommitRequestTopic topic : request.topics()) {
                services.cache().getTopicName(topic.topicId()).ifPresent(topic::setName);
            }
        }
        Set<String> readable = services.access()
                .filter(
                        context,
                        AclOperation.READ,
                        ResourceType.TOPIC,
                        request.topics(),
                        OffsetCommitRequestTopic::name,
                        true);
        OffsetCommitResponse.Builder response = OffsetCommitResponse.newBuilder(byId);
        List<OffsetCommitRequestTopic> known = new ArrayList<>();
        for (OffsetCommitRequestTopic topic : request.topics()) {
            if (byId && topic.name().isEmpty()) {
                refuse(response, topic, Errors.UNKNOWN_TOPIC_ID);
            } else if (!readable.contains(topic.name())) {
                refuse(response, topic, Errors.TOPIC_AUTHORIZATION_FAILED);
            } else {
                addKnown(topic, byId, known, response);
            }
        }
        if (known.isEmpty()) {
            return CompletableFuture.completedStage(response.build().data());
        }
        OffsetCommitRequestData accepted = new OffsetCommitRequestData()
                .setGroupId(request.groupId())
                .setMemberId(request.memberId())
                .setGenerationIdOrMemberEpoch(request.generationIdOrMemberEpoch())
                .setRetentionTimeMs(request.retentionTimeMs())
                .setGroupInstanceId(request.groupInstanceId())
                .setTopics(known);
        return services.coordinator()
                .commitOffsets(context, accepted, BufferSupplier.NO_CACHING)
                .thenApply(result -> response.merge(result).build().data());
    }

    private void addKnown(
            OffsetCommitRequestTopic topic,
            boolean byId,
            List<OffsetCommitRequestTopic> known,
            OffsetCommitResponse.Builder response) {
        if (!byId) {
            topic.setTopicId(services.cache().getTopicId(topic.name()));
        }
        if (topic.topicId().equals(Uuid.ZERO_UUID)) {
            refuse(response, topic, Errors.UNKNOWN_TOPIC_OR_PARTITION);
            return;
        }
        OffsetCommitRequestTopic accepted =
                new OffsetCommitRequestTopic().setTopicId(topic.topicId()).setName(topic.name());
        for (OffsetCommitRequestPartition partition : topic.partitions()) {
            if (services.cache()
                    .getLeaderAndIsr(topic.name(), partition.partitionIndex())
                    .isPresent()) {
                accepted.partitions().add(partition);
            } else {
                response.addPartition(
                        topic.topicId(), topic.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        if (!accepted.partitions().isEmpty()) {
            known.add(accepted);
        }
    }

    private static void refuse(OffsetCommitResponse.Builder response, OffsetCommitRequestTopic topic, Errors error) {
        response.addPartitions(
                topic.topicId(), topic.name(), topic.partitions(), OffsetCommitRequestPartition::partitionIndex, error);
    }
}
