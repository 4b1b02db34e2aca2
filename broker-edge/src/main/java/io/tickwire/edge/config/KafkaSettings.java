package io.tickwire.edge.config;

import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.server.config.AbstractKafkaConfig;

/** Kafka's own broker settings: their names and their checks are Kafka's. */
final class KafkaSettings {
    private KafkaSettings() {}

    static Set<String> names() {
        return AbstractKafkaConfig.CONFIG_DEF.names();
    }

    /** Kafka's name of a setting written with the prefix; fails with a suggestion when Kafka has none. */
    static String require(String name, String prefix, UnaryOperator<String> suggestion) {
        if (name.startsWith(prefix) && names().contains(name.substring(prefix.length()))) {
            return name.substring(prefix.length());
        }
        throw new ConfigException("there is no setting '" + name + "'; did you mean '" + suggestion.apply(name) + "'?");
    }

    /** The value that is given, or Kafka's default. */
    static Object value(Map<String, String> given, String kafkaName) {
        ConfigDef.ConfigKey key = AbstractKafkaConfig.CONFIG_DEF.configKeys().get(kafkaName);
        String text = given.get(kafkaName);
        return text == null ? key.defaultValue : ConfigDef.parseType(kafkaName, text, key.type());
    }

    static void check(String name, String kafkaName, String value) {
        ConfigDef.ConfigKey key = AbstractKafkaConfig.CONFIG_DEF.configKeys().get(kafkaName);
        try {
            Object parsed = ConfigDef.parseType(kafkaName, value, key.type());
            if (key.validator != null) {
                key.validator.ensureValid(kafkaName, parsed);
            }
        } catch (org.apache.kafka.common.config.ConfigException e) {
            throw ConfigException.of(name, value, e.getMessage());
        }
    }
}
