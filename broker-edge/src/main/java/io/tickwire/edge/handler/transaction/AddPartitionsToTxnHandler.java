package io.tickwire.edge.handler.transaction;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.transaction.ProducerOutcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;
import org.apache.kafka.server.common.TransactionVersion;

/** AddPartitionsToTxn, from clients one transaction at a time, from brokers several. */
public final class AddPartitionsToTxnHandler implements ControlHandler {
    private static final short FIRST_WITH_FENCING = 2;
    private static final short FIRST_FROM_BROKERS = 4;

    private final TransactionServices services;

    /** Serves through {@code services}. */
    public AddPartitionsToTxnHandler(TransactionServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ADD_PARTITIONS_TO_TXN;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        AddPartitionsToTxnRequestData request = (AddPartitionsToTxnRequestData) message;
        boolean fromClient = context.apiVersion() < FIRST_FROM_BROKERS;
        if (!fromClient) {
            services.access().requireCluster(context, AclOperation.CLUSTER_ACTION);
        }
        AddPartitionsToTxnRequest parsed = new AddPartitionsToTxnRequest(request, context.apiVersion());
        AddPartitionsToTxnRequest all = fromClient ? parsed.normalizeRequest() : parsed;
        AddPartitionsToTxnResponseData response = new AddPartitionsToTxnResponseData();
        for (AddPartitionsToTxnTransaction transaction : all.data().transactions()) {
            if (transaction.transactionalId() == null) {
                throw new InvalidRequestException("Transactional ID can not be null in request.");
            }
            Map<TopicPartition, Errors> results = add(
                    context, transaction, AddPartitionsToTxnRequest.getPartitions(transaction.topics()), fromClient);
            AddPartitionsToTxnResult result =
                    AddPartitionsToTxnResponse.resultForTransaction(transaction.transactionalId(), results);
            if (fromClient) {
                response.setResultsByTopicV3AndBelow(result.topicResults());
            } else {
                response.resultsByTransaction().add(result);
            }
        }
        return CompletableFuture.completedStage(response);
    }

    private Map<TopicPartition, Errors> add(
            RequestContext context,
            AddPartitionsToTxnTransaction transaction,
            List<TopicPartition> partitions,
            boolean fromClient) {
        String id = transaction.transactionalId();
        if (fromClient && !services.access().allows(context, AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, id)) {
            return same(partitions, Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        }
        Map<TopicPartition, Errors> refused = refused(context, partitions, fromClient);
        if (!refused.isEmpty()) {
            // One partition that cannot be added keeps all of them out.
            partitions.forEach(partition -> refused.putIfAbsent(partition, Errors.OPERATION_NOT_ATTEMPTED));
            return refused;
        }
        ProducerIdAndEpoch producer = new ProducerIdAndEpoch(transaction.producerId(), transaction.producerEpoch());
        if (transaction.verifyOnly()) {
            Map<TopicPartition, Errors> verified = new HashMap<>();
            partitions.forEach(
                    partition -> verified.put(partition, services.coordinator().verify(id, producer, partition)));
            return verified;
        }
        Errors error = services.coordinator()
                .add(
                        id,
                        producer,
                        new HashSet<>(partitions),
                        fromClient ? TransactionVersion.TV_0 : TransactionVersion.TV_2);
        return same(partitions, ProducerOutcome.errorFor(error, context.apiVersion() >= FIRST_WITH_FENCING));
    }

    private Map<TopicPartition, Errors> refused(
            RequestContext context, List<TopicPartition> partitions, boolean fromClient) {
        Map<TopicPartition, Errors> refused = new HashMap<>();
        Set<String> writable = fromClient
                ? services.access()
                        .filter(
                                context,
                                AclOperation.WRITE,
                                ResourceType.TOPIC,
                                partitions.stream()
                                        .filter(partition -> !Topic.isInternal(partition.topic()))
                                        .toList(),
                                TopicPartition::topic,
                                true)
                : null;
        for (TopicPartition partition : partitions) {
            if (writable != null && !writable.contains(partition.topic())) {
                refused.put(partition, Errors.TOPIC_AUTHORIZATION_FAILED);
            } else if (!services.cache().contains(partition)) {
                refused.put(partition, Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        return refused;
    }

    /** Keeps to the order of the request, which clients count on. */
    private static Map<TopicPartition, Errors> same(List<TopicPartition> partitions, Errors error) {
        Map<TopicPartition, Errors> results = new LinkedHashMap<>();
        partitions.forEach(partition -> results.put(partition, error));
        return results;
    }
}
