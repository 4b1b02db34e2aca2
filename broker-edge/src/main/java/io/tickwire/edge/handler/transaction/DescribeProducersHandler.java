package io.tickwire.edge.handler.transaction;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.producer.ProducerInfo;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** DescribeProducers: who writes to partitions, and whose transactions are open there. */
public final class DescribeProducersHandler implements ControlHandler {
    private final TransactionServices services;
    private final LogCatalog catalog;

    /** Answers from the logs of {@code catalog}. */
    public DescribeProducersHandler(TransactionServices services, LogCatalog catalog) {
        this.services = services;
        this.catalog = catalog;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_PRODUCERS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DescribeProducersRequestData request = (DescribeProducersRequestData) message;
        DescribeProducersResponseData response = new DescribeProducersResponseData();
        for (TopicRequest topic : request.topics()) {
            ApiError refusal = refusal(context, topic.name());
            TopicResponse answer = new TopicResponse().setName(topic.name());
            for (int partition : topic.partitionIndexes()) {
                PartitionLog log = refusal.isSuccess() ? catalog.get(topic.name(), partition) : null;
                answer.partitions().add(log == null ? failed(partition, refusal) : describe(partition, log));
            }
            response.topics().add(answer);
        }
        return CompletableFuture.completedStage(response);
    }

    private ApiError refusal(RequestContext context, String topic) {
        try {
            Topic.validate(topic);
        } catch (InvalidTopicException e) {
            return ApiError.fromThrowable(e);
        }
        if (!services.access().allows(context, AclOperation.READ, ResourceType.TOPIC, topic)) {
            return new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED);
        }
        return services.cache().contains(topic) ? ApiError.NONE : new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    /** As Kafka, which explains why a topic is refused, and not that it has no such partition. */
    private static PartitionResponse failed(int partition, ApiError refusal) {
        PartitionResponse response = new PartitionResponse().setPartitionIndex(partition);
        return refusal.isSuccess()
                ? response.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
                : response.setErrorCode(refusal.error().code()).setErrorMessage(refusal.message());
    }

    private static PartitionResponse describe(int partition, PartitionLog log) {
        PartitionResponse answer = new PartitionResponse().setPartitionIndex(partition);
        for (ProducerInfo producer : log.producers()) {
            answer.activeProducers()
                    .add(new ProducerState()
                            .setProducerId(producer.producerId())
                            .setProducerEpoch(producer.epoch())
                            .setLastSequence(producer.lastSequence())
                            .setLastTimestamp(producer.lastTimestamp())
                            .setCoordinatorEpoch(producer.coordinatorEpoch())
                            .setCurrentTxnStartOffset(producer.transactionFirstOffset()));
        }
        return answer;
    }
}
