package io.tickwire.edge.metadata;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.ConfigEntry;

/** Topic configuration that follows from the broker's alone. */
final class TopicDefaults {
    private TopicDefaults() {}

    /** Every topic setting, by name, as a topic without configuration of its own has it. */
    static Map<String, Object> of(BrokerSettings settings) {
        Map<String, Object> defaults = new HashMap<>();
        for (ConfigEntry entry : BrokerSettings.schema()
                .resolveEffectiveTopicConfigs(settings.given(), Map.of(), Map.of(), Map.of())
                .values()) {
            if (entry.value() != null) {
                defaults.put(entry.name(), entry.value());
            }
        }
        return defaults;
    }
}
