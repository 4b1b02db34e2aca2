package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.metadata.EffectiveConfigs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.DynamicConfig;

/** What this broker refuses of a change to its own configuration, before the controller sees it. */
final class AlterConfigRules {
    private AlterConfigRules() {}

    /** The resource must be all brokers, by an empty name, or this one. */
    static void requireThisNode(String name, int nodeId) {
        if (name.isEmpty()) {
            return;
        }
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new InvalidRequestException("Node id must be an integer, but it is: " + name, e);
        }
        if (id != nodeId) {
            throw new InvalidRequestException("Unexpected broker id, expected " + nodeId + ", but received " + name);
        }
    }

    /** The broker's dynamic configuration as it would be must be valid as a whole. */
    static void validateBroker(Properties values, boolean oneBroker) {
        try {
            DynamicBrokerConfig.validateConfigs(values, oneBroker);
        } catch (ApiException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new InvalidRequestException(e.getMessage(), e);
        }
    }

    /** A resource's dynamic configuration after the changes. */
    static Properties changed(
            EffectiveConfigs configs,
            MetadataImage image,
            String broker,
            Map<String, Map.Entry<OpType, String>> changes) {
        Properties values = new Properties();
        values.putAll(configs.dynamic(image, ConfigResource.Type.BROKER, broker));
        changes.forEach((name, change) -> {
            switch (change.getKey()) {
                case SET -> values.setProperty(name, change.getValue());
                case DELETE -> values.remove(name);
                case APPEND -> {
                    List<String> list = new ArrayList<>(current(values, name, "append"));
                    for (String added : change.getValue().split(",", -1)) {
                        if (!list.contains(added)) {
                            list.add(added);
                        }
                    }
                    values.setProperty(name, String.join(",", list));
                }
                case SUBTRACT -> {
                    List<String> list = new ArrayList<>(current(values, name, "subtract"));
                    list.removeAll(Arrays.asList(change.getValue().split(",", -1)));
                    values.setProperty(name, String.join(",", list));
                }
            }
        });
        return values;
    }

    private static List<String> current(Properties values, String name, String operation) {
        ConfigDef.ConfigKey key = AbstractKafkaConfig.CONFIG_DEF.configKeys().get(name);
        if (key == null) {
            key = DynamicConfig.Broker.configKeys().get(name);
        }
        if (key == null) {
            throw new InvalidConfigurationException("Unknown config name: " + name);
        }
        if (key.type != ConfigDef.Type.LIST) {
            throw new InvalidConfigurationException(
                    "Config value " + operation + " is not allowed for config key: " + name);
        }
        String value = values.getProperty(name);
        if (value == null) {
            value = ConfigDef.convertToString(key.defaultValue, ConfigDef.Type.LIST);
        }
        return value == null || value.isEmpty() ? List.of() : Arrays.asList(value.split(",", -1));
    }
}
