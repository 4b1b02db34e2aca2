package io.tickwire.edge.config;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Reads settings from a properties file and from the command line, which wins. */
public final class ConfigLoader {
    private static final String KAFKA_PREFIX = "kafka.";
    private static final int FILE_ORDINAL = 100;
    private static final int COMMAND_LINE_ORDINAL = 400;

    private ConfigLoader() {}

    /**
     * Loads and checks everything.
     *
     * @param file properties file; null for none
     * @param overrides settings of the command line
     * @throws ConfigException naming the setting, its value and what would be right
     */
    public static TickwireConfig load(Path file, Map<String, String> overrides) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(
                        new PropertiesConfigSource(file == null ? Map.of() : read(file), "file", FILE_ORDINAL),
                        new PropertiesConfigSource(overrides, "command line", COMMAND_LINE_ORDINAL))
                .build();
        Map<String, String> broker = new TreeMap<>();
        for (String name : config.getPropertyNames()) {
            if (ConfigKeys.all().stream().noneMatch(key -> key.matches(name))) {
                String kafkaName = KafkaSettings.require(name, KAFKA_PREFIX, ConfigLoader::suggestion);
                String value = config.getOptionalValue(name, String.class).orElse("");
                KafkaSettings.check(name, kafkaName, value);
                broker.put(kafkaName, value);
            }
        }
        return build(new Values(config), broker);
    }

    private static TickwireConfig build(Values values, Map<String, String> broker) {
        List<FeedConfig> feeds = values.members("feeds.").stream()
                .map(name -> FeedConfig.load(values, name))
                .toList();
        return new TickwireConfig(
                values.get(ConfigKeys.DATA_DIR),
                new TickwireConfig.Kafka(
                        values.get(ConfigKeys.KAFKA_LISTEN),
                        values.find(ConfigKeys.KAFKA_ADVERTISED),
                        values.get(ConfigKeys.KAFKA_INFLIGHT)),
                new TickwireConfig.Net(values.get(ConfigKeys.NET_MODE), DpdkConfig.load(values)),
                feeds,
                ShmConfig.load(values),
                ThreadingConfig.load(values),
                values.find(ConfigKeys.METRICS_LISTEN),
                broker);
    }

    private static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException("configuration file " + file + " cannot be read: " + e.getMessage());
        }
        Map<String, String> map = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> map.put(name, properties.getProperty(name)));
        return map;
    }

    /** The known name nearest to one that is not known. */
    private static String suggestion(String name) {
        return Stream.concat(
                        ConfigKeys.all().stream().map(ConfigKey::name),
                        KafkaSettings.names().stream().map(KAFKA_PREFIX::concat))
                .min((a, b) -> Integer.compare(distance(name, a), distance(name, b)))
                .orElseThrow();
    }

    /** Levenshtein's distance. */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
