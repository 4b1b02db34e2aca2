package io.tickwire.edge.handler.transaction;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.transaction.ProducerOutcome;
import io.tickwire.edge.transaction.TransactionService;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;

/** InitProducerId: an id for an idempotent producer, an id and epoch for a transactional one. */
public final class InitProducerIdHandler implements ControlHandler {
    private static final short FIRST_WITH_FENCING = 4;

    private final TransactionServices services;

    /** Serves through {@code services}. */
    public InitProducerIdHandler(TransactionServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.INIT_PRODUCER_ID;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        InitProducerIdRequestData request = (InitProducerIdRequestData) message;
        if (request.transactionalId() == null) {
            boolean allowed = services.access().allowsAny(context, AclOperation.WRITE, ResourceType.TOPIC)
                    || services.access().allowsCluster(context, AclOperation.IDEMPOTENT_WRITE);
            if (!allowed) {
                throw new ClusterAuthorizationException("Idempotent writes are not authorized");
            }
            return services.ids()
                    .next()
                    .thenApply(id ->
                            new InitProducerIdResponseData().setProducerId(id).setProducerEpoch((short) 0));
        }
        services.require(context, AclOperation.WRITE, request.transactionalId());
        if (request.enable2Pc()) {
            services.require(context, AclOperation.TWO_PHASE_COMMIT, request.transactionalId());
        }
        boolean hasId = request.producerId() != RecordBatch.NO_PRODUCER_ID;
        if (hasId != (request.producerEpoch() != RecordBatch.NO_PRODUCER_EPOCH)) {
            throw new InvalidRequestException("A producer id and its epoch come together");
        }
        TransactionService.InitRequest init = new TransactionService.InitRequest(
                request.transactionalId(),
                request.transactionTimeoutMs(),
                request.enable2Pc(),
                request.keepPreparedTxn(),
                hasId
                        ? Optional.of(new ProducerIdAndEpoch(request.producerId(), request.producerEpoch()))
                        : Optional.empty());
        return services.coordinator()
                .init(init)
                .thenApply(outcome -> new InitProducerIdResponseData()
                        .setErrorCode(
                                ProducerOutcome.errorFor(outcome.error(), context.apiVersion() >= FIRST_WITH_FENCING)
                                        .code())
                        .setProducerId(outcome.producerId())
                        .setProducerEpoch(outcome.producerEpoch()));
    }
}
