package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

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
        List<String> visible = new ArrayList<>();
        for (String group : request.groupIds()) {
            if (services.access().allows(context, AclOperation.DESCRIBE, ResourceType.GROUP, group)) {
                visible.add(group);
            } else {
                groups.add(
                        new DescribedGroup().setGroupId(group).setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code()));
            }
        }
        return services.coordinator().streamsGroupDescribe(context, visible).thenApply(described -> {
            for (DescribedGroup group : described) {
                if (request.includeAuthorizedOperations() && group.errorCode() == Errors.NONE.code()) {
                    group.setAuthorizedOperations(
                            services.access().authorizedOperations(context, ResourceType.GROUP, group.groupId()));
                }
                groups.add(hidesTopics(context, group) ? withheld(group) : group);
            }
            return new StreamsGroupDescribeResponseData().setGroups(groups);
        });
    }

    private boolean hidesTopics(RequestContext context, DescribedGroup group) {
        Set<String> topics = new HashSet<>();
        if (group.topology() != null) {
            group.topology().subtopologies().forEach(part -> {
                topics.addAll(part.sourceTopics());
                topics.addAll(part.repartitionSinkTopics());
                part.repartitionSourceTopics().forEach(topic -> topics.add(topic.name()));
                part.stateChangelogTopics().forEach(topic -> topics.add(topic.name()));
            });
        }
        return services.access()
                        .filter(context, AclOperation.DESCRIBE, ResourceType.TOPIC, topics, Function.identity(), true)
                        .size()
                < topics.size();
    }

    private static DescribedGroup withheld(DescribedGroup group) {
        return new DescribedGroup()
                .setGroupId(group.groupId())
                .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                .setErrorMessage("The group uses topics that the client is not authorized to describe.")
                .setTopology(null);
    }
}
