package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopicCollection;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterShareGroupOffsetsResponse;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** AlterShareGroupOffsets: sets where a share group starts. */
public final class AlterShareGroupOffsetsHandler implements ControlHandler {
    private final GroupServices services;

    /** Serves through {@code services}. */
    public AlterShareGroupOffsetsHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ALTER_SHARE_GROUP_OFFSETS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        AlterShareGroupOffsetsRequestData request = (AlterShareGroupOffsetsRequestData) message;
        services.require(context, AclOperation.READ, request.groupId());
        AlterShareGroupOffsetsResponse.Builder response = new AlterShareGroupOffsetsResponse.Builder();
        AlterShareGroupOffsetsRequestTopicCollection known = new AlterShareGroupOffsetsRequestTopicCollection();
        for (AlterShareGroupOffsetsRequestTopic topic : request.topics()) {
            Errors error = Errors.NONE;
            if (!services.access().allows(context, AclOperation.READ, ResourceType.TOPIC, topic.topicName())) {
                error = Errors.TOPIC_AUTHORIZATION_FAILED;
            } else if (!services.cache().contains(topic.topicName())) {
                error = Errors.UNKNOWN_TOPIC_OR_PARTITION;
            }
            if (error == Errors.NONE) {
                known.add(topic.duplicate());
            } else {
                ApiError refused = new ApiError(error);
                topic.partitions()
                        .forEach(partition -> response.addPartition(
                                topic.topicName(),
                                partition.partitionIndex(),
                                services.cache().topicNamesToIds(),
                                refused));
            }
        }
        return services.coordinator()
                .alterShareGroupOffsets(
                        context,
                        request.groupId(),
                        new AlterShareGroupOffsetsRequestData()
                                .setGroupId(request.groupId())
                                .setTopics(known))
                .thenApply(answer -> answer.errorCode() != Errors.NONE.code()
                        ? new AlterShareGroupOffsetsResponseData()
                                .setErrorCode(answer.errorCode())
                                .setErrorMessage(answer.errorMessage())
                        : response.merge(answer, services.cache().topicNamesToIds())
                                .build()
                                .data());
    }
}
