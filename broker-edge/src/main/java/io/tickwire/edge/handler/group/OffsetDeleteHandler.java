package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.BufferSupplier;

/** OffsetDelete: forgets committed offsets of partitions nobody in the group reads. */
public final class OffsetDeleteHandler implements ControlHandler {
    private final GroupServices services;

    /** Serves through {@code services}. */
    public OffsetDeleteHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.OFFSET_DELETE;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        OffsetDeleteRequestData request = (OffsetDeleteRequestData) message;
        services.require(context, AclOperation.DELETE, request.groupId());
        Set<String> readable = services.access()
                .filter(
                        context,
                        AclOperation.READ,
                        ResourceType.TOPIC,
                        request.topics(),
                        OffsetDeleteRequestTopic::name,
                        true);
        OffsetDeleteResponse.Builder response = new OffsetDeleteResponse.Builder();
        OffsetDeleteRequestTopicCollection known = new OffsetDeleteRequestTopicCollection();
        for (OffsetDeleteRequestTopic topic : request.topics()) {
            if (!readable.contains(topic.name())) {
                refuse(response, topic, Errors.TOPIC_AUTHORIZATION_FAILED);
            } else if (!services.cache().contains(topic.name())) {
                refuse(response, topic, Errors.UNKNOWN_TOPIC_OR_PARTITION);
            } else {
                addKnown(topic, known, response);
            }
        }
        return services.coordinator()
                .deleteOffsets(
                        context,
                        new OffsetDeleteRequestData()
                                .setGroupId(request.groupId())
                                .setTopics(known),
                        BufferSupplier.NO_CACHING)
                .thenApply(result -> response.merge(result).build().data());
    }

    private void addKnown(
            OffsetDeleteRequestTopic topic,
            OffsetDeleteRequestTopicCollection known,
            OffsetDeleteResponse.Builder response) {
        OffsetDeleteRequestTopic accepted = new OffsetDeleteRequestTopic().setName(topic.name());
        for (OffsetDeleteRequestPartition partition : topic.partitions()) {
            if (services.cache()
                    .getLeaderAndIsr(topic.name(), partition.partitionIndex())
                    .isPresent()) {
                accepted.partitions().add(partition);
            } else {
                response.addPartition(topic.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        if (!accepted.partitions().isEmpty()) {
            known.add(accepted);
        }
    }

    private static void refuse(OffsetDeleteResponse.Builder response, OffsetDeleteRequestTopic topic, Errors error) {
        response.addPartitions(topic.name(), topic.partitions(), OffsetDeleteRequestPartition::partitionIndex, error);
    }
}
