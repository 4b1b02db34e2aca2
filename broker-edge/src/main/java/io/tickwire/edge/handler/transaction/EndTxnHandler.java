package io.tickwire.edge.handler.transaction;

import io.tickwire.edge.handler.ControlHandler;
import io.tickwire.edge.transaction.ProducerOutcome;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;
import org.apache.kafka.server.common.TransactionVersion;

/** EndTxn: commit or abort. */
public final class EndTxnHandler implements ControlHandler {
    private static final short FIRST_WITH_FENCING = 2;
    private static final short FIRST_WITH_EPOCH_BUMP = 5;

    private final TransactionServices services;

    /** Serves through {@code services}. */
    public EndTxnHandler(TransactionServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.END_TXN;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        EndTxnRequestData request = (EndTxnRequestData) message;
        services.require(context, AclOperation.WRITE, request.transactionalId());
        TransactionVersion version =
                context.apiVersion() >= FIRST_WITH_EPOCH_BUMP ? TransactionVersion.TV_2 : TransactionVersion.TV_0;
        return services.coordinator()
                .end(
                        request.transactionalId(),
                        new ProducerIdAndEpoch(request.producerId(), request.producerEpoch()),
                        request.committed() ? TransactionResult.COMMIT : TransactionResult.ABORT,
                        version)
                .thenApply(outcome -> new EndTxnResponseData()
                        .setErrorCode(
                                ProducerOutcome.errorFor(outcome.error(), context.apiVersion() >= FIRST_WITH_FENCING)
                                        .code())
                        .setProducerId(outcome.producerId())
                        .setProducerEpoch(outcome.producerEpoch()));
    }
}
