package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.config.ServerConfigs;

/** DescribeTopicPartitions: topics page by page, in the order of their names. */
public final class DescribeTopicPartitionsHandler implements ControlHandler {
    private final ClusterServices services;

    /** Answers from {@code services}. */
    public DescribeTopicPartitionsHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_TOPIC_PARTITIONS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DescribeTopicPartitionsRequestData request = (DescribeTopicPartitionsRequestData) message;
        Cursor cursor = request.cursor();
        String from = cursor == null ? "" : cursor.topicName();
        boolean all = request.topics().isEmpty();
        Set<String> names = new HashSet<>();
        if (all) {
            names.addAll(services.cache().getAllTopics());
        } else {
            request.topics().forEach(topic -> names.add(topic.name()));
        }
        if (names.contains("")) {
            // As Kafka, which fails over a topic without a name.
            throw new UnknownServerException("a topic without a name");
        }
        names.removeIf(name -> name.compareTo(from) < 0);
        if (cursor != null && !all && !names.contains(from)) {
            throw new InvalidRequestException(
                    "DescribeTopicPartitionsRequest topic list should contain the cursor topic: " + from);
        }
        if (cursor != null && cursor.partitionIndex() < 0) {
            throw new InvalidRequestException(
                    "DescribeTopicPartitionsRequest cursor partition must be valid: " + cursor);
        }
        Set<String> visible = services.access()
                .filter(context, AclOperation.DESCRIBE, ResourceType.TOPIC, names, Function.identity(), true);
        int limit = services.configs().settings().getInt(ServerConfigs.MAX_REQUEST_PARTITION_SIZE_LIMIT_CONFIG);
        DescribeTopicPartitionsResponseData response = services.cache()
                .describeTopicResponse(
                        new TreeSet<>(visible).iterator(),
                        context.listenerName,
                        name -> name.equals(from) && cursor != null ? cursor.partitionIndex() : 0,
                        Math.max(Math.min(limit, request.responsePartitionLimit()), 1),
                        all);
        response.topics()
                .forEach(topic -> topic.setTopicAuthorizedOperations(
                        services.access().authorizedOperations(context, ResourceType.TOPIC, topic.name())));
        if (!all) {
            response.topics().addAll(refused(names, visible));
        }
        return CompletableFuture.completedStage(response);
    }

    private static List<DescribeTopicPartitionsResponseTopic> refused(Set<String> names, Set<String> visible) {
        List<DescribeTopicPartitionsResponseTopic> refused = new ArrayList<>();
        for (String name : names) {
            if (!visible.contains(name)) {
                refused.add(new DescribeTopicPartitionsResponseTopic()
                        .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                        .setName(name)
                        .setTopicId(Uuid.ZERO_UUID)
                        .setPartitions(List.of()));
            }
        }
        return refused;
    }
}
