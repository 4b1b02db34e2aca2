package io.tickwire.edge.metadata;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.ClientMetricsManager;

/** Tells Kafka's telemetry manager which client metrics are subscribed to: the configuration of CLIENT_METRICS resources. */
public final class TelemetryFeed implements ImageListener {
    private final ClientMetricsManager manager;

    /** Tells {@code manager}. */
    public TelemetryFeed(ClientMetricsManager manager) {
        this.manager = manager;
    }

    @Override
    public CompletionStage<Void> onImage(MetadataDelta delta, MetadataImage image) {
        if (delta.configsDelta() != null) {
            for (ConfigResource resource : delta.configsDelta().changes().keySet()) {
                if (resource.type() == ConfigResource.Type.CLIENT_METRICS) {
                    manager.updateSubscription(resource.name(), image.configs().configProperties(resource));
                }
            }
        }
        return CompletableFuture.completedStage(null);
    }
}
