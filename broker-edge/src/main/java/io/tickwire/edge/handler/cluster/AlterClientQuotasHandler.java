package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AlterClientQuotasRequest;
import org.apache.kafka.common.requests.AlterClientQuotasResponse;
import org.apache.kafka.common.requests.RequestContext;

/** AlterClientQuotas. */
public final class AlterClientQuotasHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public AlterClientQuotasHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ALTER_CLIENT_QUOTAS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        AlterClientQuotasRequestData request = (AlterClientQuotasRequestData) message;
        services.access().requireCluster(context, AclOperation.ALTER_CONFIGS);
        AlterClientQuotasRequest parsed = new AlterClientQuotasRequest(request, context.apiVersion());
        return services.controller()
                .alterClientQuotas(ClusterServices.unbounded(context), parsed.entries(), parsed.validateOnly())
                .thenApply(results ->
                        AlterClientQuotasResponse.fromQuotaEntities(results, 0).data())
                .thenCompose(services.whenApplied());
    }
}
