package io.tickwire.edge.handler.cluster;

import io.tickwire.edge.metadata.BrokerSettings;
import io.tickwire.edge.metadata.EffectiveConfigs;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Configuration entries as DescribeConfigs lists them: value, source, synonyms. */
final class ConfigDescriptions {
    private final EffectiveConfigs configs;
    private final MetadataImage image;
    private final boolean synonyms;
    private final boolean documentation;

    ConfigDescriptions(EffectiveConfigs configs, MetadataImage image, boolean synonyms, boolean documentation) {
        this.configs = configs;
        this.image = image;
        this.synonyms = synonyms;
        this.documentation = documentation;
    }

    List<DescribeConfigsResourceResult> topic(String name) {
        Map<String, String> own = configs.dynamic(image, ConfigResource.Type.TOPIC, name);
        ConfigDef definition = LogConfig.configDefCopy();
        List<DescribeConfigsResourceResult> entries = new ArrayList<>();
        configs.topic(image, name).forEach((key, entry) -> {
            String synonym = ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.get(key);
            List<DescribeConfigsSynonym> sources =
                    synonym == null ? new ArrayList<>() : brokerSources(synonym, isSensitive(definition, key));
            String shown = asParsed(definition, key, entry.value());
            if (own.containsKey(key)) {
                sources.addFirst(synonym(key, shown, ConfigSource.TOPIC_CONFIG));
            }
            entries.add(entry(definition, key, shown, sources, false));
        });
        return entries;
    }

    /** All of this broker's settings. */
    List<DescribeConfigsResourceResult> broker() {
        Map<String, Boolean> names = new TreeMap<>();
        AbstractKafkaConfig.CONFIG_DEF.configKeys().forEach((name, key) -> {
            if (!key.internalConfig || configs.settings().given().containsKey(name)) {
                names.put(name, true);
            }
        });
        configs.broker(image).keySet().forEach(name -> names.put(name, true));
        configs.cluster(image).keySet().forEach(name -> names.put(name, true));
        List<DescribeConfigsResourceResult> entries = new ArrayList<>();
        for (String name : names.keySet()) {
            boolean sensitive = isSensitive(AbstractKafkaConfig.CONFIG_DEF, name);
            List<DescribeConfigsSynonym> sources = brokerSources(name, sensitive);
            String value = sources.isEmpty()
                    ? configs.brokerValue(image, name)
                    : sources.getFirst().value();
            String shown = asParsed(AbstractKafkaConfig.CONFIG_DEF, name, value);
            entries.add(entry(AbstractKafkaConfig.CONFIG_DEF, name, shown, sources, readOnly(name)));
        }
        return entries;
    }

    /** What is set dynamically for all brokers. */
    List<DescribeConfigsResourceResult> cluster() {
        List<DescribeConfigsResourceResult> entries = new ArrayList<>();
        configs.cluster(image).forEach((name, value) -> {
            List<DescribeConfigsSynonym> sources =
                    brokerSources(name, isSensitive(AbstractKafkaConfig.CONFIG_DEF, name));
            sources.removeIf(source -> source.source() != ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.id());
            entries.add(entry(AbstractKafkaConfig.CONFIG_DEF, name, value, sources, readOnly(name)));
        });
        return entries;
    }

    List<DescribeConfigsResourceResult> group(String name) {
        Map<String, String> own = configs.dynamic(image, ConfigResource.Type.GROUP, name);
        Properties properties = new Properties();
        properties.putAll(own);
        BrokerSettings settings = configs.settings();
        GroupConfig config = GroupConfig.fromProps(settings.extractGroupConfigMap(), properties);
        List<DescribeConfigsResourceResult> entries = new ArrayList<>();
        config.nonInternalValues().forEach((key, value) -> {
            Optional<String> synonym = GroupConfig.brokerSynonym(key);
            List<DescribeConfigsSynonym> sources = new ArrayList<>();
            if (synonym.isPresent()) {
                sources.addAll(brokerSources(synonym.get(), false));
            } else {
                Object fallback = GroupConfig.CONFIG_DEF.defaultValues().get(key);
                if (fallback != null) {
                    sources.add(synonym(key, text(GroupConfig.CONFIG_DEF, key, fallback), ConfigSource.DEFAULT_CONFIG));
                }
            }
            String shown = text(GroupConfig.CONFIG_DEF, key, value);
            if (own.containsKey(key)) {
                sources.addFirst(synonym(key, shown, ConfigSource.GROUP_CONFIG));
            }
            entries.add(entry(GroupConfig.CONFIG_DEF, key, shown, sources, false));
        });
        return entries;
    }

    List<DescribeConfigsResourceResult> clientMetrics(String name) {
        Map<String, String> own = configs.dynamic(image, ConfigResource.Type.CLIENT_METRICS, name);
        Properties properties = new Properties();
        properties.putAll(own);
        ClientMetricsConfigs config =
                ClientMetricsConfigs.fromProps(ClientMetricsConfigs.defaultConfigsMap(), properties);
        List<DescribeConfigsResourceResult> entries = new ArrayList<>();
        config.nonInternalValues().forEach((key, value) -> {
            ConfigDef.Type type = ClientMetricsConfigs.configType(key).orElse(null);
            String shown = ConfigDef.convertToString(value, type);
            List<DescribeConfigsSynonym> sources = new ArrayList<>();
            if (own.containsKey(key)) {
                sources.add(synonym(key, shown, ConfigSource.CLIENT_METRICS_CONFIG));
            }
            entries.add(entry(key, type, shown, sources)
                    .setDocumentation(documentation ? config.documentationOf(key) : null));
        });
        return entries;
    }

    private static boolean readOnly(String name) {
        return !DynamicBrokerConfig.ALL_DYNAMIC_CONFIGS.contains(name);
    }

    /** Where a broker setting may get its value, best first, starting at the first source under its own name. */
    private List<DescribeConfigsSynonym> brokerSources(String name, boolean sensitive) {
        List<String> names = DynamicBrokerConfig.brokerConfigSynonyms(name, true);
        List<DescribeConfigsSynonym> sources = new ArrayList<>();
        addSources(sources, names, configs.broker(image), ConfigSource.DYNAMIC_BROKER_CONFIG);
        addSources(sources, names, configs.cluster(image), ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        addSources(sources, names, configs.settings().given(), ConfigSource.STATIC_BROKER_CONFIG);
        for (String one : names) {
            Object value = AbstractKafkaConfig.CONFIG_DEF.defaultValues().get(one);
            if (value != null) {
                sources.add(
                        synonym(one, text(AbstractKafkaConfig.CONFIG_DEF, one, value), ConfigSource.DEFAULT_CONFIG));
            }
        }
        while (!sources.isEmpty() && !sources.getFirst().name().equals(name)) {
            sources.removeFirst();
        }
        if (sensitive) {
            sources.forEach(source -> source.setValue(null));
        }
        return sources;
    }

    private static void addSources(
            List<DescribeConfigsSynonym> sources, List<String> names, Map<String, String> values, ConfigSource source) {
        for (String name : names) {
            if (values.containsKey(name)) {
                sources.add(synonym(name, values.get(name), source));
            }
        }
    }

    private static DescribeConfigsSynonym synonym(String name, String value, ConfigSource source) {
        return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source.id());
    }

    private DescribeConfigsResourceResult entry(
            ConfigDef definition, String name, String value, List<DescribeConfigsSynonym> sources, boolean readOnly) {
        ConfigDef.ConfigKey key = definition.configKeys().get(name);
        boolean sensitive = isSensitive(definition, name);
        return entry(name, key == null ? null : key.type, sensitive ? null : value, sources)
                .setIsSensitive(sensitive)
                .setReadOnly(readOnly)
                .setDocumentation(documentation && key != null ? key.documentation : null);
    }

    private DescribeConfigsResourceResult entry(
            String name, ConfigDef.Type type, String value, List<DescribeConfigsSynonym> sources) {
        byte source = sources.isEmpty()
                ? ConfigSource.DEFAULT_CONFIG.id()
                : sources.getFirst().source();
        return new DescribeConfigsResourceResult()
                .setName(name)
                .setValue(value)
                .setConfigSource(source)
                .setSynonyms(synonyms ? sources : List.of())
                .setConfigType(wireType(type).id());
    }

    /** A setting without a definition may hold anything, so it is not shown. */
    private static boolean isSensitive(ConfigDef definition, String name) {
        ConfigDef.ConfigKey key = definition.configKeys().get(name);
        return key == null || key.type == ConfigDef.Type.PASSWORD;
    }

    /** A setting that is in force is shown as it was understood, its sources as they were written. */
    private static String asParsed(ConfigDef definition, String name, String value) {
        ConfigDef.ConfigKey key = definition.configKeys().get(name);
        return key == null ? value : text(definition, name, ConfigDef.parseType(name, value, key.type));
    }

    private static String text(ConfigDef definition, String name, Object value) {
        ConfigDef.ConfigKey key = definition.configKeys().get(name);
        return ConfigDef.convertToString(value, key == null ? null : key.type);
    }

    private static ConfigType wireType(ConfigDef.Type type) {
        return type == null
                ? ConfigType.UNKNOWN
                : ConfigType.valueOf(type.name().toUpperCase(Locale.ROOT));
    }
}
