package io.tickwire.edge.handler.transaction;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.transaction.ProducerOutcome;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;
import org.apache.kafka.server.common.TransactionVersion;

/** AddOffsetsToTxn: a group's offsets become part of a transaction (before transaction version 2). */
public final class AddOffsetsToTxnHandler implements ControlHandler {
    private static final short FIRST_WITH_FENCING = 2;

    private final TransactionServices services;

    /** Serves through {@code services}. */
    public AddOffsetsToTxnHandler(TransactionServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ADD_OFFSETS_TO_TXN;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        AddOffsetsToTxnRequestData request = (AddOffsetsToTxnRequestData) message;
        services.require(context, AclOperation.WRITE, request.transactionalId());
        if (!services.access().allows(context, AclOperation.READ, ResourceType.GROUP, request.groupId())) {
            throw GroupAuthorizationException.forGroupId(request.groupId());
        }
        TopicPartition offsets = new TopicPartition(
                Topic.GROUP_METADATA_TOPIC_NAME, services.groups().partitionFor(request.groupId()));
        Errors error = services.coordinator()
                .add(
                        request.transactionalId(),
                        new ProducerIdAndEpoch(request.producerId(), request.producerEpoch()),
                        Set.of(offsets),
                        TransactionVersion.TV_0);
        return CompletableFuture.completedStage(new AddOffsetsToTxnResponseData()
                .setErrorCode(ProducerOutcome.errorFor(error, context.apiVersion() >= FIRST_WITH_FENCING)
                        .code()));
    }
}
