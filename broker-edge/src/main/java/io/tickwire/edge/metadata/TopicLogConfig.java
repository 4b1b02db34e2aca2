package io.tickwire.edge.metadata;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.image.ConfigurationsImage;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.storage.internals.log.LogConfig;

/** One topic's configuration as Kafka's coordinators want it, worked out again when configuration changes. Any thread. */
public final class TopicLogConfig implements Supplier<LogConfig> {
    private final EffectiveConfigs configs;
    private final Supplier<MetadataImage> image;
    private final String topic;
    private volatile Known known;

    private record Known(ConfigurationsImage from, LogConfig config) {}

    /** Configuration of {@code topic} in the image that {@code image} gives. */
    public TopicLogConfig(EffectiveConfigs configs, Supplier<MetadataImage> image, String topic) {
        this.configs = configs;
        this.image = image;
        this.topic = topic;
    }

    /** An image's part is the same object until a change makes a new one. */
    @Override
    @SuppressWarnings("ReferenceEquality")
    public LogConfig get() {
        MetadataImage now = image.get();
        Known last = known;
        if (last == null || last.from != now.configs()) {
            Map<String, Object> values = new HashMap<>();
            configs.topic(now, topic).forEach((name, entry) -> {
                if (entry.value() != null) {
                    values.put(name, entry.value());
                }
            });
            last = new Known(now.configs(), new LogConfig(values));
            known = last;
        }
        return last.config;
    }
}
