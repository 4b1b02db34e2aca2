package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;

/** StreamsGroupDescribe. */
public final class StreamsGroupDescribeHandler implements ControlHandler {
    private final GroupServices services;

    /** Serves through {@code services}. */
    public StreamsGroupDescribeHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.STREAMS_GROUP_DESCRIBE;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        StreamsGroupDescribeRequestData request = (StreamsGroupDescribeRequestData) message;
        List<DescribedGroup> groups = new ArrayList<>();
        List<String> visible = services.describable(
                context,
                request.groupIds(),
                group -> groups.add(refused(group, Errors.GROUP_AUTHORIZATION_FAILED, null)));
        return services.coordinator().streamsGroupDescribe(context, visible).thenApply(described -> {
            for (DescribedGroup group : described) {
                if (request.includeAuthorizedOperations() && group.errorCode() == Errors.NONE.code()) {
                    group.setAuthorizedOperations(services.authorizedOperations(context, group.groupId()));
                }
                groups.add(services.describesTopics(context, topics(group)) ? group : withheld(group.groupId()));
            }
            return new StreamsGroupDescribeResponseData().setGroups(groups);
        });
    }

    private static Set<String> topics(DescribedGroup group) {
        Set<String> topics = new HashSet<>();
        if (group.topology() != null) {
            group.topology().subtopologies().forEach(part -> {
                topics.addAll(part.sourceTopics());
                topics.addAll(part.repartitionSinkTopics());
                part.repartitionSourceTopics().forEach(topic -> topics.add(topic.name()));
                part.stateChangelogTopics().forEach(topic -> topics.add(topic.name()));
            });
        }
        return topics;
    }

    private static DescribedGroup withheld(String groupId) {
        return refused(
                groupId,
                Errors.TOPIC_AUTHORIZATION_FAILED,
                "The group has described topic(s) that the client is not authorized to describe.");
    }

    private static DescribedGroup refused(String groupId, Errors error, String message) {
        return new DescribedGroup()
                .setGroupId(groupId)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }
}
