package io.tickwire.edge.handler.transaction;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;

/** ListTransactions that pass filters. */
public final class ListTransactionsHandler implements ControlHandler {
    private final TransactionServices services;

    /** Serves through {@code services}. */
    public ListTransactionsHandler(TransactionServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.LIST_TRANSACTIONS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        ListTransactionsRequestData request = (ListTransactionsRequestData) message;
        ListTransactionsResponseData response = services.queries().list(request);
        response.transactionStates()
                .removeIf(state -> !services.access()
                        .allows(
                                context,
                                AclOperation.DESCRIBE,
                                ResourceType.TRANSACTIONAL_ID,
                                state.transactionalId()));
        return CompletableFuture.completedStage(response);
    }
}
