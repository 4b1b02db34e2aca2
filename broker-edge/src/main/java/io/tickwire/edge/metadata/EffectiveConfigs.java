package io.tickwire.edge.metadata;

import io.tickwire.storage.log.LogSettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.KafkaConfigSchema;

/** What configuration a topic or the broker runs with: its own, then the broker's dynamic, static and default values. */
public final class EffectiveConfigs {
    private static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");

    private final BrokerSettings settings;
    private final ConfigResource broker;
    private final KafkaConfigSchema schema = BrokerSettings.schema();

    /** Resolves for the broker of these settings. */
    public EffectiveConfigs(BrokerSettings settings) {
        this.settings = settings;
        this.broker = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(settings.nodeId()));
    }

    /** Every setting of a topic by name, with where its value comes from. */
    public Map<String, ConfigEntry> topic(MetadataImage image, String topic) {
        return schema.resolveEffectiveTopicConfigs(
                settings.given(), cluster(image), broker(image), dynamic(image, ConfigResource.Type.TOPIC, topic));
    }

    /** A topic's settings for its log. */
    public LogSettings logSettings(MetadataImage image, String topic) {
        Map<String, String> values = new HashMap<>();
        topic(image, topic).forEach((name, entry) -> {
            if (entry.value() != null) {
                values.put(name, entry.value());
            }
        });
        return LogSettings.fromKafka(values)
                .withProducerExpirationMs(
                        Long.parseLong(brokerValue(image, TransactionLogConfig.PRODUCER_ID_EXPIRATION_MS_CONFIG)));
    }

    /** Dynamic configuration of all brokers. */
    public Map<String, String> cluster(MetadataImage image) {
        return image.configs().configMapForResource(CLUSTER);
    }

    /** Dynamic configuration of this broker alone. */
    public Map<String, String> broker(MetadataImage image) {
        return image.configs().configMapForResource(broker);
    }

    /** A resource's own dynamic configuration. */
    public Map<String, String> dynamic(MetadataImage image, ConfigResource.Type type, String name) {
        return image.configs().configMapForResource(new ConfigResource(type, name));
    }

    /** One broker setting's value now: of this broker, of all, static, or the default; null when it has none. */
    public String brokerValue(MetadataImage image, String name) {
        String own = broker(image).get(name);
        if (own == null) {
            own = cluster(image).get(name);
        }
        if (own == null) {
            own = settings.given().get(name);
        }
        return own == null ? schema.getDefault(ConfigResource.Type.BROKER, name) : own;
    }

    /** The static settings beneath. */
    public BrokerSettings settings() {
        return settings;
    }
}
