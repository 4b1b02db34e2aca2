package io.tickwire.edge.transaction;

import io.tickwire.edge.metadata.BrokerSettings;
import java.util.Properties;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.server.record.BrokerCompressionType;

/** What {@code __transaction_state} is created with, as on Kafka. */
public final class TransactionTopic {
    private TransactionTopic() {}

    /** Compacted, never compressed. */
    public static Properties configs(BrokerSettings settings) {
        Properties configs = new Properties();
        configs.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
        configs.put(TopicConfig.COMPRESSION_TYPE_CONFIG, BrokerCompressionType.UNCOMPRESSED.name);
        configs.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
        configs.put(
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                Integer.toString(settings.getInt(TransactionLogConfig.TRANSACTIONS_TOPIC_MIN_ISR_CONFIG)));
        configs.put(
                TopicConfig.SEGMENT_BYTES_CONFIG,
                Integer.toString(settings.getInt(TransactionLogConfig.TRANSACTIONS_TOPIC_SEGMENT_BYTES_CONFIG)));
        return configs;
    }
}
