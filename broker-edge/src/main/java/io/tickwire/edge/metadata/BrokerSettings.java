package io.tickwire.edge.metadata;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Reconfigurable;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.metadata.KafkaConfigSchema;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.raft.KRaftConfigs;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * The broker's static configuration under Kafka's own names, defaults and validation; immutable.
 *
 * <p>What differs from Kafka's defaults is what follows from there being one broker (replication factors of internal
 * topics), one thread per coordinator log, and no reason to wait for a group that is still gathering.
 */
public final class BrokerSettings extends AbstractKafkaConfig {
    private static final String CONTROLLER_LISTENER = "CONTROLLER";

    private final Map<String, String> given;

    private BrokerSettings(Map<String, String> given) {
        super(CONFIG_DEF, given, Map.of(), false);
        this.given = Map.copyOf(given);
    }

    /**
     * Checks and completes a configuration.
     *
     * @param nodeId the node's id, from 0
     * @param dataDir the one log directory
     * @param host advertised host
     * @param port advertised port
     * @param overrides settings by Kafka's names
     * @throws ConfigException naming the key, the value and what would be right
     */
    public static BrokerSettings of(int nodeId, String dataDir, String host, int port, Map<String, String> overrides) {
        for (String name : overrides.keySet()) {
            if (!CONFIG_DEF.names().contains(name)) {
                throw new ConfigException("Unknown Kafka broker setting " + name);
            }
        }
        Map<String, String> all = new HashMap<>();
        all.put(GroupCoordinatorConfig.OFFSETS_TOPIC_REPLICATION_FACTOR_CONFIG, "1");
        all.put(TransactionLogConfig.TRANSACTIONS_TOPIC_REPLICATION_FACTOR_CONFIG, "1");
        all.put(TransactionLogConfig.TRANSACTIONS_TOPIC_MIN_ISR_CONFIG, "1");
        all.put(ShareCoordinatorConfig.STATE_TOPIC_REPLICATION_FACTOR_CONFIG, "1");
        all.put(ShareCoordinatorConfig.STATE_TOPIC_MIN_ISR_CONFIG, "1");
        all.put(ShareCoordinatorConfig.NUM_THREADS_CONFIG, "1");
        all.put(GroupCoordinatorConfig.GROUP_COORDINATOR_NUM_THREADS_CONFIG, "1");
        all.put(GroupCoordinatorConfig.GROUP_COORDINATOR_NUM_BACKGROUND_THREADS_CONFIG, "1");
        all.put(GroupCoordinatorConfig.GROUP_INITIAL_REBALANCE_DELAY_MS_CONFIG, "0");
        all.put(GroupCoordinatorConfig.STREAMS_GROUP_INITIAL_REBALANCE_DELAY_MS_CONFIG, "0");
        all.putAll(overrides);
        all.put(KRaftConfigs.PROCESS_ROLES_CONFIG, "broker,controller");
        all.put(KRaftConfigs.NODE_ID_CONFIG, Integer.toString(nodeId));
        all.put(ServerConfigs.BROKER_ID_CONFIG, Integer.toString(nodeId));
        all.put(KRaftConfigs.CONTROLLER_LISTENER_NAMES_CONFIG, CONTROLLER_LISTENER);
        all.put(QuorumConfig.QUORUM_VOTERS_CONFIG, nodeId + "@localhost:0");
        all.put(ServerLogConfigs.LOG_DIRS_CONFIG, dataDir);
        String listener = "PLAINTEXT://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        all.putIfAbsent(SocketServerConfigs.LISTENERS_CONFIG, listener);
        all.putIfAbsent(SocketServerConfigs.ADVERTISED_LISTENERS_CONFIG, listener);
        return new BrokerSettings(all);
    }

    /** What was set, by name; what {@code DescribeConfigs} calls static broker configuration. */
    public Map<String, String> given() {
        return given;
    }

    /** Kafka's rules for effective topic and broker configuration. */
    public static KafkaConfigSchema schema() {
        return new KafkaConfigSchema(
                Map.of(
                        ConfigResource.Type.BROKER,
                        new ConfigDef(CONFIG_DEF),
                        ConfigResource.Type.TOPIC,
                        LogConfig.configDefCopy()),
                ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS);
    }

    /** Settings of the group coordinator. */
    public GroupCoordinatorConfig group() {
        return new GroupCoordinatorConfig(this);
    }

    /** Settings of share groups. */
    public ShareGroupConfig shareGroup() {
        return new ShareGroupConfig(this);
    }

    /** Settings of the share coordinator. */
    public ShareCoordinatorConfig shareCoordinator() {
        return new ShareCoordinatorConfig(this);
    }

    /** Whether a Metadata or Produce for a missing topic may create it. */
    public boolean autoCreateTopics() {
        return getBoolean(ServerLogConfigs.AUTO_CREATE_TOPICS_ENABLE_CONFIG);
    }

    /** Whether topics may be deleted. */
    public boolean deleteTopics() {
        return getBoolean(ServerConfigs.DELETE_TOPIC_ENABLE_CONFIG);
    }

    /** Partitions of a topic created without a count. */
    public int partitionCount() {
        return getInt(ServerLogConfigs.NUM_PARTITIONS_CONFIG);
    }

    /** Nothing here changes once built: dynamic configuration is resolved from the metadata image. */
    @Override
    public void addReconfigurable(Reconfigurable reconfigurable) {
        throw new UnsupportedOperationException("static configuration: " + reconfigurable);
    }

    @Override
    public void removeReconfigurable(Reconfigurable reconfigurable) {
        throw new UnsupportedOperationException("static configuration: " + reconfigurable);
    }
}
