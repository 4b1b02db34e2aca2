package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData.DeleteShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData.DeleteShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** DeleteShareGroupOffsets: a share group forgets topics. */
public final class DeleteShareGroupOffsetsHandler implements ControlHandler {
    private final GroupServices services;

    /** Serves through {@code services}. */
    public DeleteShareGroupOffsetsHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DELETE_SHARE_GROUP_OFFSETS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DeleteShareGroupOffsetsRequestData request = (DeleteShareGroupOffsetsRequestData) message;
        services.require(context, AclOperation.DELETE, request.groupId());
        List<DeleteShareGroupOffsetsResponseTopic> topics = new ArrayList<>();
        List<DeleteShareGroupOffsetsRequestTopic> readable = new ArrayList<>();
        for (DeleteShareGroupOffsetsRequestTopic topic : request.topics()) {
            if (services.access().allows(context, AclOperation.READ, ResourceType.TOPIC, topic.topicName())) {
                readable.add(topic);
            } else {
                topics.add(new DeleteShareGroupOffsetsResponseTopic()
                        .setTopicName(topic.topicName())
                        .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                        .setErrorMessage(Errors.TOPIC_AUTHORIZATION_FAILED.message()));
            }
        }
        return services.coordinator()
                .deleteShareGroupOffsets(
                        context,
                        new DeleteShareGroupOffsetsRequestData()
                                .setGroupId(request.groupId())
                                .setTopics(readable))
                .thenApply(answer -> {
                    if (answer.errorCode() != Errors.NONE.code()) {
                        return new DeleteShareGroupOffsetsResponseData()
                                .setErrorCode(answer.errorCode())
                                .setErrorMessage(answer.errorMessage());
                    }
                    topics.addAll(answer.responses());
                    return new DeleteShareGroupOffsetsResponseData().setResponses(topics);
                });
    }
}
