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
            case "FETCH" -> List.of("FetchRequestDecoderTest", "FetchResponseEncoderTest", "ConsumerCasesIT");
            case "LIST_OFFSETS", "OFFSET_FOR_LEADER_EPOCH" -> List.of("DataPlaneTest", "ConsumerCasesIT");
            case "INIT_PRODUCER_ID",
                    "ADD_PARTITIONS_TO_TXN",
                    "ADD_OFFSETS_TO_TXN",
                    "TXN_OFFSET_COMMIT",
                    "END_TXN",
                    "WRITE_TXN_MARKERS",
                    "DESCRIBE_TRANSACTIONS",
                    "LIST_TRANSACTIONS",
                    "DESCRIBE_PRODUCERS" -> List.of("TransactionsTest", "TransactionCasesIT", "TransactionWireCasesIT");
            case "JOIN_GROUP",
                    "SYNC_GROUP",
                    "HEARTBEAT",
                    "LEAVE_GROUP",
                    "OFFSET_COMMIT",
                    "OFFSET_FETCH",
                    "OFFSET_DELETE",
                    "LIST_GROUPS",
                    "DESCRIBE_GROUPS",
                    "DELETE_GROUPS",
                    "FIND_COORDINATOR",
                    "CONSUMER_GROUP_HEARTBEAT",
                    "CONSUMER_GROUP_DESCRIBE" -> List.of("GroupCasesIT", "GroupToolsIT");
            case "STREAMS_GROUP_HEARTBEAT", "STREAMS_GROUP_DESCRIBE" -> List.of("StreamsIT");
            case "CREATE_TOPICS", "DELETE_TOPICS", "CREATE_PARTITIONS" ->
                List.of("KafkaControlPlaneTest", "AdminCasesIT", "QuotaCasesIT");
            case "ALTER_CLIENT_QUOTAS", "DESCRIBE_CLIENT_QUOTAS" -> List.of("AdminCasesIT", "QuotaCasesIT");
            case "GET_TELEMETRY_SUBSCRIPTIONS", "PUSH_TELEMETRY" -> List.of("TelemetryTest");
            case "UPDATE_FEATURES" -> List.of("TransactionsTest", "ClusterToolsIT");
            case "API_VERSIONS" -> List.of("ConnectionTest", "ClusterToolsIT");
            case "METADATA",
                    "DESCRIBE_CLUSTER",
                    "DESCRIBE_TOPIC_PARTITIONS",
                    "DESCRIBE_CONFIGS",
                    "ALTER_CONFIGS",
                    "INCREMENTAL_ALTER_CONFIGS",
                    "DELETE_RECORDS",
                    "DESCRIBE_LOG_DIRS",
                    "ELECT_LEADERS",
                    "LIST_CONFIG_RESOURCES",
                    "DESCRIBE_QUORUM",
                    "DESCRIBE_USER_SCRAM_CREDENTIALS",
                    "ALTER_USER_SCRAM_CREDENTIALS",
                    "ALTER_PARTITION_REASSIGNMENTS",
                    "LIST_PARTITION_REASSIGNMENTS" -> List.of("AdminCasesIT");
            default -> key.contains("SHARE") ? List.of("ShareCasesIT") : List.of();
        };
    }
}
