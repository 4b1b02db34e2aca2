package io.tickwire.edge.metadata;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/** Tells those parts of the broker that know nothing of images when a setting of the broker, or of all brokers, has changed. */
public final class BrokerConfigFeed implements ImageListener {
    private final EffectiveConfigs configs;
    private final Consumer<UnaryOperator<String>> listener;

    /** Tells {@code listener} how to look up each setting's value by name. */
    public BrokerConfigFeed(EffectiveConfigs configs, Consumer<UnaryOperator<String>> listener) {
        this.configs = configs;
        this.listener = listener;
    }

    @Override
    public CompletionStage<Void> onImage(MetadataDelta delta, MetadataImage image) {
        if (delta.configsDelta() != null
                && delta.configsDelta().changes().keySet().stream()
                        .anyMatch(resource -> resource.type() == ConfigResource.Type.BROKER)) {
            listener.accept(name -> configs.brokerValue(image, name));
        }
        return CompletableFuture.completedStage(null);
    }
}
