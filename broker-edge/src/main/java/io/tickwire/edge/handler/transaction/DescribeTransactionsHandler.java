package io.tickwire.edge.handler.transaction;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** DescribeTransactions by id. */
public final class DescribeTransactionsHandler implements ControlHandler {
    private final TransactionServices services;

    /** Serves through {@code services}. */
    public DescribeTransactionsHandler(TransactionServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_TRANSACTIONS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        DescribeTransactionsRequestData request = (DescribeTransactionsRequestData) message;
        DescribeTransactionsResponseData response = new DescribeTransactionsResponseData();
        for (String id : request.transactionalIds()) {
            TransactionState state;
            if (services.access().allows(context, AclOperation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, id)) {
                state = services.queries().describe(id);
                state.topics()
                        .removeIf(topic -> !services.access()
                                .allows(context, AclOperation.DESCRIBE, ResourceType.TOPIC, topic.topic()));
            } else {
                state = new TransactionState()
                        .setTransactionalId(id)
                        .setErrorCode(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code());
            }
            response.transactionStates().add(state);
        }
        return CompletableFuture.completedStage(response);
    }
}
