package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** OffsetFetch of one group or, since version 8, of several; of named partitions or of all. */
public final class OffsetFetchHandler implements ControlHandler {
    private static final short FIRST_WITH_GROUPS = 8;

    private final GroupServices services;

    /** Serves through {@code services}. */
    public OffsetFetchHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.OFFSET_FETCH;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        OffsetFetchRequestData request = (OffsetFetchRequestData) message;
        List<CompletableFuture<OffsetFetchResponseGroup>> answers = new ArrayList<>();
        for (OffsetFetchRequestGroup group : groups(request, context.apiVersion())) {
            CompletableFuture<OffsetFetchResponseGroup> answer;
            if (!services.access().allows(context, AclOperation.DESCRIBE, ResourceType.GROUP, group.groupId())) {
                answer = CompletableFuture.completedFuture(
                        OffsetFetchResponse.groupError(group, Errors.GROUP_AUTHORIZATION_FAILED, context.apiVersion()));
            } else if (group.topics() == null) {
                answer = fetchAll(context, group, request.requireStable());
            } else {
                answer = fetchSome(context, group, request.requireStable());
            }
            answers.add(answer.exceptionally(failure ->
                    OffsetFetchResponse.groupError(group, Errors.forException(failure), context.apiVersion())));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> new OffsetFetchResponse.Builder(
                                answers.stream().map(CompletableFuture::join).toList())
                        .build(context.apiVersion())
                        .data());
    }

    private static List<OffsetFetchRequestGroup> groups(OffsetFetchRequestData request, short version) {
        if (version >= FIRST_WITH_GROUPS) {
            return request.groups();
        }
        OffsetFetchRequestGroup group = new OffsetFetchRequestGroup().setGroupId(request.groupId());
        if (request.topics() == null) {
            return List.of(group.setTopics(null));
        }
        request.topics()
                .forEach(topic -> group.topics()
                        .add(new OffsetFetchRequestTopics()
                                .setName(topic.name())
                                .setPartitionIndexes(topic.partitionIndexes())));
        return List.of(group);
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetchAll(
            RequestContext context, OffsetFetchRequestGroup group, boolean requireStable) {
        boolean byId = OffsetFetchRequest.useTopicIds(context.apiVersion());
        return services.coordinator()
                .fetchOffsets(context, group, requireStable)
                .thenApply(answer -> {
                    if (answer.errorCode() != Errors.NONE.code()) {
                        return answer;
                    }
                    Set<String> visible = services.access()
                            .filter(
                                    context,
                                    AclOperation.DESCRIBE,
                                    ResourceType.TOPIC,
                                    answer.topics(),
                                    OffsetFetchResponseTopics::name,
                                    true);
                    List<OffsetFetchResponseTopics> topics = new ArrayList<>();
                    for (OffsetFetchResponseTopics topic : answer.topics()) {
                        if (byId && topic.topicId().equals(Uuid.ZERO_UUID)) {
                            topic.setTopicId(services.cache().getTopicId(topic.name()));
                        }
                        // Without its id a topic cannot be written in a response that carries ids only.
                        boolean writable = !byId || !topic.topicId().equals(Uuid.ZERO_UUID);
                        if (writable && visible.contains(topic.name())) {
                            topics.add(topic);
                        }
                    }
                    return answer.setTopics(topics);
                });
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetchSome(
            RequestContext context, OffsetFetchRequestGroup group, boolean requireStable) {
        boolean byId = OffsetFetchRequest.useTopicIds(context.apiVersion());
        if (byId) {
            group.topics()
                    .forEach(topic ->
                            services.cache().getTopicName(topic.topicId()).ifPresent(topic::setName));
        }
        Set<String> visible = services.access()
                .filter(
                        context,
                        AclOperation.DESCRIBE,
                        ResourceType.TOPIC,
                        group.topics(),
                        OffsetFetchRequestTopics::name,
                        true);
        List<OffsetFetchRequestTopics> wanted = new ArrayList<>();
        List<OffsetFetchResponseTopics> refused = new ArrayList<>();
        for (OffsetFetchRequestTopics topic : group.topics()) {
            if (byId && topic.name().isEmpty()) {
                refused.add(refusal(topic, Errors.UNKNOWN_TOPIC_ID));
            } else if (!visible.contains(topic.name())) {
                refused.add(refusal(topic, Errors.TOPIC_AUTHORIZATION_FAILED));
            } else {
                wanted.add(topic);
            }
        }
        OffsetFetchRequestGroup accepted = new OffsetFetchRequestGroup()
                .setGroupId(group.groupId())
                .setMemberId(group.memberId())
                .setMemberEpoch(group.memberEpoch())
                .setTopics(wanted);
        return services.coordinator()
                .fetchOffsets(context, accepted, requireStable)
                .thenApply(answer -> {
                    if (answer.errorCode() != Errors.NONE.code()) {
                        return answer;
                    }
                    List<OffsetFetchResponseTopics> topics = new ArrayList<>(answer.topics());
                    topics.addAll(refused);
                    return answer.setTopics(topics);
                });
    }

    private static OffsetFetchResponseTopics refusal(OffsetFetchRequestTopics topic, Errors error) {
        OffsetFetchResponseTopics refused =
                new OffsetFetchResponseTopics().setTopicId(topic.topicId()).setName(topic.name());
        for (int partition : topic.partitionIndexes()) {
            refused.partitions()
                    .add(new OffsetFetchResponsePartitions()
                            .setPartitionIndex(partition)
                            .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                            .setErrorCode(error.code()));
        }
        return refused;
    }
}
