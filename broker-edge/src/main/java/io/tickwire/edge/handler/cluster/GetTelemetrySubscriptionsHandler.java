package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.GetTelemetrySubscriptionsRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.server.ClientMetricsManager;

/** GetTelemetrySubscriptions (KIP-714): which of its metrics a client is to push, and how often. */
public final class GetTelemetrySubscriptionsHandler implements ControlHandler {
    private final ClientMetricsManager manager;

    /** Asks {@code manager}. */
    public GetTelemetrySubscriptionsHandler(ClientMetricsManager manager) {
        this.manager = manager;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS;
    }

    /** As Kafka: clients need not push what nobody receives. */
    @Override
    public boolean isListed() {
        return manager.isTelemetryExporterConfigured();
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        GetTelemetrySubscriptionsRequest request = new GetTelemetrySubscriptionsRequest.Builder(
                        (GetTelemetrySubscriptionsRequestData) message, true)
                .build(context.apiVersion());
        return CompletableFuture.completedStage(
                manager.processGetTelemetrySubscriptionRequest(request, context).data());
    }
}
