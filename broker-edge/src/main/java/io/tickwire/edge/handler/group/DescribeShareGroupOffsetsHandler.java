package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** DescribeShareGroupOffsets: where share groups start. */
public final class DescribeShareGroupOffsetsHandler implements ControlHandler {
    private final GroupServices services;

    /** Serves through {@code services}. */
    public DescribeShareGroupOffsetsHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DescribeShareGroupOffsetsRequestData request = (DescribeShareGroupOffsetsRequestData) message;
        List<CompletableFuture<DescribeShareGroupOffsetsResponseGroup>> answers = new ArrayList<>();
        for (DescribeShareGroupOffsetsRequestGroup group : request.groups()) {
            answers.add(describe(context, group)
                    .exceptionally(failure -> failed(group.groupId(), Errors.forException(failure))));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> new DescribeShareGroupOffsetsResponseData()
                        .setGroups(answers.stream().map(CompletableFuture::join).toList()));
    }

    private static DescribeShareGroupOffsetsResponseGroup failed(String groupId, Errors error) {
        return new DescribeShareGroupOffsetsResponseGroup()
                .setGroupId(groupId)
                .setErrorCode(error.code())
                .setErrorMessage(error.message());
    }

    private CompletableFuture<DescribeShareGroupOffsetsResponseGroup> describe(
            RequestContext context, DescribeShareGroupOffsetsRequestGroup group) {
        if (!services.access().allows(context, AclOperation.DESCRIBE, ResourceType.GROUP, group.groupId())) {
            return CompletableFuture.completedFuture(failed(group.groupId(), Errors.GROUP_AUTHORIZATION_FAILED));
        }
        if (group.topics() == null) {
            return services.coordinator()
                    .describeShareGroupAllOffsets(context, group)
                    .thenApply(answer -> {
                        Set<String> visible = services.access()
                                .filter(
                                        context,
                                        AclOperation.DESCRIBE,
                                        ResourceType.TOPIC,
                                        answer.topics(),
                                        DescribeShareGroupOffsetsResponseTopic::topicName,
                                        true);
                        return answer.setTopics(answer.topics().stream()
                                .filter(topic -> visible.contains(topic.topicName()))
                                .toList());
                    });
        }
        Set<String> visible = services.access()
                .filter(
                        context,
                        AclOperation.DESCRIBE,
                        ResourceType.TOPIC,
                        group.topics(),
                        DescribeShareGroupOffsetsRequestTopic::topicName,
                        true);
        List<DescribeShareGroupOffsetsResponseTopic> refused = new ArrayList<>();
        List<DescribeShareGroupOffsetsRequestTopic> wanted = new ArrayList<>();
        for (DescribeShareGroupOffsetsRequestTopic topic : group.topics()) {
            if (visible.contains(topic.topicName())) {
                wanted.add(topic);
            } else {
                refused.add(refusal(topic));
            }
        }
        return services.coordinator()
                .describeShareGroupOffsets(
                        context,
                        new DescribeShareGroupOffsetsRequestGroup()
                                .setGroupId(group.groupId())
                                .setTopics(wanted))
                .thenApply(answer -> {
                    List<DescribeShareGroupOffsetsResponseTopic> topics = new ArrayList<>(answer.topics());
                    topics.addAll(answer.errorCode() == Errors.NONE.code() ? refused : List.of());
                    return answer.setTopics(topics);
                });
    }

    private static DescribeShareGroupOffsetsResponseTopic refusal(DescribeShareGroupOffsetsRequestTopic topic) {
        DescribeShareGroupOffsetsResponseTopic refused = new DescribeShareGroupOffsetsResponseTopic()
                .setTopicName(topic.topicName())
                .setTopicId(Uuid.ZERO_UUID);
        for (int partition : topic.partitions()) {
            refused.partitions()
                    .add(new DescribeShareGroupOffsetsResponsePartition()
                            .setPartitionIndex(partition)
                            .setStartOffset(-1)
                            .setLag(-1)
                            .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                            .setErrorMessage(Errors.TOPIC_AUTHORIZATION_FAILED.message()));
        }
        return refused;
    }
}
