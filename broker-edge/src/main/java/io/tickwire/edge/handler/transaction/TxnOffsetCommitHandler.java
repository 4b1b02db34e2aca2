package io.tickwire.edge.handler.transaction;

import io.tickwire.edge.handler.ControlHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.BufferSupplier;

/** TxnOffsetCommit: offsets that count once their transaction commits. */
public final class TxnOffsetCommitHandler implements ControlHandler {
    private static final short FIRST_WITH_LOADING = 2;

    private final TransactionServices services;

    /** Serves through {@code services}. */
    public TxnOffsetCommitHandler(TransactionServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.TXN_OFFSET_COMMIT;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        TxnOffsetCommitRequestData request = (TxnOffsetCommitRequestData) message;
        services.require(context, AclOperation.WRITE, request.transactionalId());
        if (!services.access().allows(context, AclOperation.READ, ResourceType.GROUP, request.groupId())) {
            throw GroupAuthorizationException.forGroupId(request.groupId());
        }
        Set<String> readable = services.access()
                .filter(
                        context,
                        AclOperation.READ,
                        ResourceType.TOPIC,
                        request.topics(),
                        TxnOffsetCommitRequestTopic::name,
                        true);
        TxnOffsetCommitResponse.Builder response = new TxnOffsetCommitResponse.Builder();
        List<TxnOffsetCommitRequestTopic> known = new ArrayList<>();
        for (TxnOffsetCommitRequestTopic topic : request.topics()) {
            if (!readable.contains(topic.name())) {
                refuse(response, topic, Errors.TOPIC_AUTHORIZATION_FAILED);
            } else if (!services.cache().contains(topic.name())) {
                refuse(response, topic, Errors.UNKNOWN_TOPIC_OR_PARTITION);
            } else {
                addKnown(topic, known, response);
            }
        }
        if (known.isEmpty()) {
            return CompletableFuture.completedStage(response.build().data());
        }
        TxnOffsetCommitRequestData accepted = request.duplicate().setTopics(known);
        return services.groups()
                .commitTransactionalOffsets(context, accepted, BufferSupplier.NO_CACHING)
                .thenApply(result -> shaped(response.merge(result).build().data(), context.apiVersion()));
    }

    private void addKnown(
            TxnOffsetCommitRequestTopic topic,
            List<TxnOffsetCommitRequestTopic> known,
            TxnOffsetCommitResponse.Builder response) {
        TxnOffsetCommitRequestTopic accepted = new TxnOffsetCommitRequestTopic().setName(topic.name());
        for (TxnOffsetCommitRequestPartition partition : topic.partitions()) {
            if (services.cache()
                    .getLeaderAndIsr(topic.name(), partition.partitionIndex())
                    .isPresent()) {
                accepted.partitions().add(partition);
            } else {
                response.addPartition(topic.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        if (!accepted.partitions().isEmpty()) {
            known.add(accepted);
        }
    }

    private static void refuse(
            TxnOffsetCommitResponse.Builder response, TxnOffsetCommitRequestTopic topic, Errors error) {
        response.addPartitions(
                topic.name(), topic.partitions(), TxnOffsetCommitRequestPartition::partitionIndex, error);
    }

    /** KAFKA-7296: the producers of the first versions do not know that a coordinator may be loading. */
    private static TxnOffsetCommitResponseData shaped(TxnOffsetCommitResponseData response, short version) {
        if (version < FIRST_WITH_LOADING) {
            response.topics()
                    .forEach(topic -> topic.partitions().forEach(partition -> {
                        if (partition.errorCode() == Errors.COORDINATOR_LOAD_IN_PROGRESS.code()) {
                            partition.setErrorCode(Errors.COORDINATOR_NOT_AVAILABLE.code());
                        }
                    }));
        }
        return response;
    }
}
