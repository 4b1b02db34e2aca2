package io.tickwire.compat.tools;

import java.util.ArrayList;
import java.util.List;

/** Kafka's command-line tools: the script's name in lower case, its main class, and how it is told the broker's address. */
enum Tool {
    ACLS("org.apache.kafka.tools.AclCommand"),
    BROKER_API_VERSIONS("org.apache.kafka.tools.BrokerApiVersionsCommand"),
    CLIENT_METRICS("org.apache.kafka.tools.ClientMetricsCommand"),
    CLUSTER("org.apache.kafka.tools.ClusterTool"),
    CONFIGS("kafka.admin.ConfigCommand"),
    CONSOLE_CONSUMER("org.apache.kafka.tools.consumer.ConsoleConsumer"),
    CONSOLE_PRODUCER("org.apache.kafka.tools.ConsoleProducer"),
    CONSOLE_SHARE_CONSUMER("org.apache.kafka.tools.consumer.ConsoleShareConsumer"),
    CONSUMER_GROUPS("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"),
    CONSUMER_PERF("org.apache.kafka.tools.ConsumerPerformance"),
    DELEGATION_TOKENS("org.apache.kafka.tools.DelegationTokenCommand"),
    DELETE_RECORDS("org.apache.kafka.tools.DeleteRecordsCommand"),
    END_TO_END_LATENCY("org.apache.kafka.tools.EndToEndLatency", "", true),
    FEATURES("org.apache.kafka.tools.FeatureCommand", "--bootstrap-server", true),
    GET_OFFSETS("org.apache.kafka.tools.GetOffsetShell"),
    GROUPS("org.apache.kafka.tools.GroupsCommand"),
    LEADER_ELECTION("org.apache.kafka.tools.LeaderElectionCommand"),
    LOG_DIRS("org.apache.kafka.tools.LogDirsCommand"),
    METADATA_QUORUM("org.apache.kafka.tools.MetadataQuorumCommand", "--bootstrap-server", true),
    PRODUCER_PERF("org.apache.kafka.tools.ProducerPerformance"),
    REASSIGN_PARTITIONS("org.apache.kafka.tools.reassign.ReassignPartitionsCommand"),
    REPLICA_VERIFICATION("org.apache.kafka.tools.ReplicaVerificationTool", "--broker-list", false),
    SHARE_CONSUMER_PERF("org.apache.kafka.tools.ShareConsumerPerformance"),
    SHARE_GROUPS("org.apache.kafka.tools.consumer.group.ShareGroupCommand"),
    STREAMS_APPLICATION_RESET("org.apache.kafka.tools.StreamsResetter"),
    STREAMS_GROUPS("org.apache.kafka.tools.streams.StreamsGroupCommand"),
    TRANSACTIONAL_MESSAGE_COPIER("org.apache.kafka.tools.TransactionalMessageCopier", "--broker-list", false),
    TRANSACTIONS("org.apache.kafka.tools.TransactionsCommand", "--bootstrap-server", true),
    TOPICS("org.apache.kafka.tools.TopicCommand"),
    VERIFIABLE_CONSUMER("org.apache.kafka.tools.VerifiableConsumer"),
    VERIFIABLE_PRODUCER("org.apache.kafka.tools.VerifiableProducer"),
    VERIFIABLE_SHARE_CONSUMER("org.apache.kafka.tools.VerifiableShareConsumer");

    private final String mainClass;
    private final String addressOption;
    private final boolean isAddressFirst;

    Tool(String mainClass) {
        this(mainClass, "--bootstrap-server", false);
    }

    /** Describes a tool by the option that its address follows (empty for none) and where the two are among the arguments. */
    Tool(String mainClass, String addressOption, boolean isAddressFirst) {
        this.mainClass = mainClass;
        this.addressOption = addressOption;
        this.isAddressFirst = isAddressFirst;
    }

    String mainClass() {
        return mainClass;
    }

    /** Returns the arguments with the broker's address among them. */
    List<String> words(String address, List<String> arguments) {
        List<String> words = new ArrayList<>(arguments);
        int position = isAddressFirst ? 0 : words.size();
        words.add(position, address);
        if (!addressOption.isEmpty()) {
            words.add(position, addressOption);
        }
        return words;
    }
}
