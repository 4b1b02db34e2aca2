package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** ElectLeaders: the controller finds the one replica leading already. */
public final class ElectLeadersHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public ElectLeadersHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ELECT_LEADERS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        ElectLeadersRequestData request = (ElectLeadersRequestData) message;
        services.access().requireCluster(context, AclOperation.ALTER);
        return services.controller()
                .electLeaders(ClusterServices.within(context, request.timeoutMs()), request)
                .thenCompose(services.whenApplied());
    }
}
