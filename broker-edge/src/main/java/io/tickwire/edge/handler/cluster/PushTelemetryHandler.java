package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.handler.ControlHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.PushTelemetryRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.server.ClientMetricsManager;

/** PushTelemetry (KIP-714): metrics of a client, handed to the configured receivers. */
public final class PushTelemetryHandler implements ControlHandler {
    private final ClientMetricsManager manager;

    /** Asks {@code manager}. */
    public PushTelemetryHandler(ClientMetricsManager manager) {
        this.manager = manager;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.PUSH_TELEMETRY;
    }

    /** As Kafka: clients need not push what nobody receives. */
    @Override
    public boolean isListed() {
        return manager.isTelemetryExporterConfigured();
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, ApiMessage message) {
        PushTelemetryRequest request =
                new PushTelemetryRequest.Builder((PushTelemetryRequestData) message, true).build(context.apiVersion());
        return CompletableFuture.completedStage(
                manager.processPushTelemetryRequest(request, context).data());
    }
}
