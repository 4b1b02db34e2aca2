package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** UnregisterBroker. */
public final class UnregisterBrokerHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public UnregisterBrokerHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.UNREGISTER_BROKER;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        UnregisterBrokerRequestData request = (UnregisterBrokerRequestData) message;
        services.access().requireCluster(context, AclOperation.ALTER);
        return services.controller()
                .unregisterBroker(ClusterServices.unbounded(context), request.brokerId())
                .thenApply(done -> new UnregisterBrokerResponseData())
                .thenCompose(services.whenApplied());
    }
}
