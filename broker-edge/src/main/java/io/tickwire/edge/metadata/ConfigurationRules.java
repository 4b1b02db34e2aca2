package io.tickwire.edge.metadata;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.controller.ConfigurationValidator;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;

/** What the controller accepts as dynamic configuration; the words of the errors are those of Kafka's broker. */
final class ConfigurationRules implements ConfigurationValidator {
    private final BrokerSettings settings;
    private final Map<String, Object> topicDefaults;

    ConfigurationRules(BrokerSettings settings) {
        this.settings = settings;
        this.topicDefaults = TopicDefaults.of(settings);
    }

    @Override
    public void validate(ConfigResource resource) {
        switch (resource.type()) {
            case TOPIC -> validateTopicName(resource.name());
            case BROKER -> validateBrokerName(resource.name());
            default -> throw unknown(resource);
        }
    }

    @Override
    public void validate(ConfigResource resource, Map<String, String> newConfigs, Map<String, String> existingConfigs) {
        switch (resource.type()) {
            case TOPIC -> {
                validateTopicName(resource.name());
                LogConfig.validate(existingConfigs, withoutNulls(newConfigs, "topic"), topicDefaults, false);
            }
            case BROKER -> validateBrokerName(resource.name());
            case CLIENT_METRICS ->
                ClientMetricsConfigs.validate(resource.name(), withoutNulls(newConfigs, "client metrics"));
            case GROUP -> {
                if (resource.name().isEmpty()) {
                    throw new InvalidRequestException("Default group resources are not allowed.");
                }
                GroupConfig.validate(withoutNulls(newConfigs, "group"), settings.group(), settings.shareGroup());
            }
            default -> throw unknown(resource);
        }
    }

    private static void validateTopicName(String name) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("Default topic resources are not allowed.");
        }
        Topic.validate(name);
    }

    private static void validateBrokerName(String name) {
        if (name.isEmpty()) {
            return;
        }
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new InvalidRequestException("Unable to parse broker name as a base 10 number.", e);
        }
        if (id < 0) {
            throw new InvalidRequestException("Invalid negative broker ID.");
        }
    }

    private static Map<String, String> withoutNulls(Map<String, String> configs, String kind) {
        TreeSet<String> nulls = new TreeSet<>();
        configs.forEach((name, value) -> {
            if (value == null) {
                nulls.add(name);
            }
        });
        if (!nulls.isEmpty()) {
            throw new InvalidConfigurationException(
                    "Null value not supported for " + kind + " configs: " + String.join(",", nulls));
        }
        return new HashMap<>(configs);
    }

    private static InvalidRequestException unknown(ConfigResource resource) {
        return new InvalidRequestException("Unknown resource type " + resource.type());
    }
}
