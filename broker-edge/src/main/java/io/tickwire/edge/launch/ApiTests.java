package io.tickwire.edge.launch;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** Which tests send which request, by the names of their classes: the last column of the table of APIs. */
final class ApiTests {
    /** Sends every key at every version, filled in five ways, to Kafka and to Tickwire. */
    private static final String WIRE = "WireDifferentialIT";

    private ApiTests() {}

    static List<String> of(ApiKeys key) {
        List<String> tests = new ArrayList<>(of(key.name()));
        tests.add(WIRE);
        return tests;
    }

    private static List<String> of(String key) {
        return switch (key) {
            case "PRODUCE" -> List.of("ProduceCodecTest", "ProducerCasesIT", "TransactionWireCasesIT", "QuotaCasesIT");
            case "FETCH" ->
                List.of("FetchRequestDecoderTest", "FetchResponseEncoderTest", "ConsumerCasesIT", "QuotaCasesIT");
            case "LIST_OFFSETS" -> List.of("AdminCasesIT", "ConsumerCasesIT", "TopicToolsIT");
            case "METADATA" -> List.of("KafkaControlPlaneTest", "ProducerCasesIT", "ConsumerCasesIT");
            case "API_VERSIONS" -> List.of("ConnectionTest", "ClusterToolsIT");
            default -> key.contains("SHARE") ? ofShares(key) : ofControl(key);
        };
    }

    private static List<String> ofControl(String key) {
        return switch (key) {
            case "FIND_COORDINATOR" -> List.of("KafkaControlPlaneTest", "GroupCasesIT", "TransactionWireCasesIT");
            case "JOIN_GROUP", "SYNC_GROUP", "HEARTBEAT", "LEAVE_GROUP", "CONSUMER_GROUP_HEARTBEAT" ->
                List.of("GroupCasesIT", "RestartIT");
            case "OFFSET_COMMIT", "OFFSET_FETCH" -> List.of("KafkaControlPlaneTest", "GroupCasesIT", "GroupToolsIT");
            case "DESCRIBE_GROUPS", "CONSUMER_GROUP_DESCRIBE", "DELETE_GROUPS" ->
                List.of("GroupCasesIT", "GroupToolsIT");
            case "OFFSET_DELETE", "LIST_GROUPS" -> List.of("GroupToolsIT");
            case "STREAMS_GROUP_HEARTBEAT" -> List.of("StreamsIT", "StreamsGroupCasesIT");
            case "STREAMS_GROUP_DESCRIBE" -> List.of("StreamsIT", "GroupToolsIT");
            case "INIT_PRODUCER_ID", "ADD_PARTITIONS_TO_TXN", "TXN_OFFSET_COMMIT", "END_TXN", "DESCRIBE_TRANSACTIONS" ->
                List.of("TransactionsTest", "TransactionCasesIT", "TransactionWireCasesIT");
            case "ADD_OFFSETS_TO_TXN", "DESCRIBE_PRODUCERS" -> List.of("TransactionCasesIT");
            case "WRITE_TXN_MARKERS" -> List.of("TransactionCasesIT", "TransactionWireCasesIT");
            case "LIST_TRANSACTIONS" -> List.of("TransactionsTest", "TransactionCasesIT", "DataToolsIT");
            case "ALTER_CLIENT_QUOTAS", "DESCRIBE_CLIENT_QUOTAS" -> List.of("ClusterToolsIT", "QuotaCasesIT");
            case "GET_TELEMETRY_SUBSCRIPTIONS", "PUSH_TELEMETRY" -> List.of("TelemetryTest");
            case "LIST_CONFIG_RESOURCES" -> List.of("TelemetryTest", "ClusterToolsIT");
            case "UPDATE_FEATURES" -> List.of("TransactionsTest", "ClusterToolsIT");
            case "CREATE_TOPICS", "DELETE_TOPICS" -> List.of("KafkaControlPlaneTest", "AdminCasesIT", "QuotaCasesIT");
            case "DESCRIBE_CONFIGS", "INCREMENTAL_ALTER_CONFIGS" -> List.of("KafkaControlPlaneTest", "AdminCasesIT");
            case "CREATE_PARTITIONS" -> List.of("AdminCasesIT", "QuotaCasesIT");
            case "DELETE_RECORDS", "DESCRIBE_TOPIC_PARTITIONS" -> List.of("AdminCasesIT", "TopicToolsIT");
            case "DESCRIBE_LOG_DIRS",
                    "ELECT_LEADERS",
                    "ALTER_PARTITION_REASSIGNMENTS",
                    "LIST_PARTITION_REASSIGNMENTS" -> List.of("TopicToolsIT");
            case "DESCRIBE_CLUSTER",
                    "UNREGISTER_BROKER",
                    "DESCRIBE_QUORUM",
                    "DESCRIBE_USER_SCRAM_CREDENTIALS",
                    "ALTER_USER_SCRAM_CREDENTIALS",
                    "DESCRIBE_ACLS",
                    "CREATE_ACLS",
                    "DELETE_ACLS",
                    "CREATE_DELEGATION_TOKEN",
                    "DESCRIBE_DELEGATION_TOKEN" -> List.of("ClusterToolsIT");
            default -> List.of();
        };
    }

    /** The state of share groups is kept by calls; only the wire suite sends its requests. */
    private static List<String> ofShares(String key) {
        return switch (key) {
            case "SHARE_GROUP_HEARTBEAT", "SHARE_FETCH", "SHARE_ACKNOWLEDGE" ->
                List.of("ShareCasesIT", "ShareWireCasesIT");
            case "SHARE_GROUP_DESCRIBE",
                    "DESCRIBE_SHARE_GROUP_OFFSETS",
                    "ALTER_SHARE_GROUP_OFFSETS",
                    "DELETE_SHARE_GROUP_OFFSETS" -> List.of("ShareMembershipCasesIT", "GroupToolsIT");
            default -> List.of();
        };
    }
}
