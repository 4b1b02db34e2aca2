package io.tickwire.edge.handler.group;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;

/** ConsumerGroupDescribe (KIP-848). */
public final class ConsumerGroupDescribeHandler implements ControlHandler {
    private final GroupServices services;

    /** Serves through {@code services}. */
    public ConsumerGroupDescribeHandler(GroupServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.CONSUMER_GROUP_DESCRIBE;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        ConsumerGroupDescribeRequestData request = (ConsumerGroupDescribeRequestData) message;
        List<DescribedGroup> groups = new ArrayList<>();
        List<String> visible = services.describable(
                context,
                request.groupIds(),
                group -> groups.add(refused(group, Errors.GROUP_AUTHORIZATION_FAILED, null)));
        return services.coordinator().consumerGroupDescribe(context, visible).thenApply(described -> {
            for (DescribedGroup group : described) {
                if (request.includeAuthorizedOperations() && group.errorCode() == Errors.NONE.code()) {
                    group.setAuthorizedOperations(services.authorizedOperations(context, group.groupId()));
                }
                groups.add(services.describesTopics(context, topics(group)) ? group : withheld(group.groupId()));
            }
            return new ConsumerGroupDescribeResponseData().setGroups(groups);
        });
    }

    private static Set<String> topics(DescribedGroup group) {
        Set<String> topics = new HashSet<>();
        group.members().stream()
                .flatMap(member -> Stream.of(member.assignment(), member.targetAssignment()))
                .flatMap(assignment -> assignment.topicPartitions().stream())
                .forEach(partition -> topics.add(partition.topicName()));
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
