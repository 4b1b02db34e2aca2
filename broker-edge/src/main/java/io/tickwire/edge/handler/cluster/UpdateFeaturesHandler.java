package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestContext;

/** UpdateFeatures: finalized feature levels up or down. */
public final class UpdateFeaturesHandler implements ControlHandler {
    private final ClusterServices services;

    /** Serves through {@code services}. */
    public UpdateFeaturesHandler(ClusterServices services) {
        this.services = services;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.UPDATE_FEATURES;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        UpdateFeaturesRequestData request = (UpdateFeaturesRequestData) message;
        services.access().requireCluster(context, AclOperation.ALTER);
        return services.controller()
                .updateFeatures(ClusterServices.unbounded(context), request)
                .thenCompose(services.whenApplied());
    }
}
