package io.tickwire.edge.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.agent.PartitionSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaControlPlaneTest {
    @TempDir
    Path dataDir;

    private ControlPlaneHarness open() throws Exception {
        return new ControlPlaneHarness(dataDir, Map.of());
    }

    private static Errors create(ControlPlaneHarness node, String topic, int partitions, Map<String, String> configs)
            throws Exception {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
        CreateTopicsRequestData.CreatableTopic wanted = new CreateTopicsRequestData.CreatableTopic()
                .setName(topic)
                .setNumPartitions(partitions)
                .setReplicationFactor((short) 1);
        configs.forEach((name, value) -> wanted.configs()
                .add(new CreateTopicsRequestData.CreatableTopicConfig()
                        .setName(name)
                        .setValue(value)));
        request.topics().add(wanted);
        return Errors.forCode(node.call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class)
                .topics()
                .find(topic)
                .errorCode());
    }

    private static MetadataResponseData.MetadataResponseTopic metadata(ControlPlaneHarness node, String topic)
            throws Exception {
        MetadataRequestData request = new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic)))
                .setAllowAutoTopicCreation(true);
        return node.call(ApiKeys.METADATA, 12, request, MetadataResponseData.class)
                .topics()
                .find(topic);
    }

    private static DescribeConfigsResourceResult config(ControlPlaneHarness node, String topic, String name)
            throws Exception {
        DescribeConfigsRequestData request = new DescribeConfigsRequestData()
                .setIncludeSynonyms(true)
                .setResources(List.of(new DescribeConfigsRequestData.DescribeConfigsResource()
                        .setResourceType(ConfigResource.Type.TOPIC.id())
                        .setResourceName(topic)
                        .setConfigurationKeys(List.of(name))));
        return node.call(ApiKeys.DESCRIBE_CONFIGS, 4, request, DescribeConfigsResponseData.class)
                .results()
                .getFirst()
                .configs()
                .getFirst();
    }

    private static Errors commit(ControlPlaneHarness node, String group, String topic, long offset) throws Exception {
        OffsetCommitRequestData request = new OffsetCommitRequestData()
                .setGroupId(group)
                .setTopics(List.of(new OffsetCommitRequestData.OffsetCommitRequestTopic()
                        .setName(topic)
                        .setPartitions(List.of(new OffsetCommitRequestData.OffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(offset)))));
        return Errors.forCode(node.call(ApiKeys.OFFSET_COMMIT, 8, request, OffsetCommitResponseData.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode());
    }

    private static long committed(ControlPlaneHarness node, String group, String topic) throws Exception {
        OffsetFetchRequestData request = new OffsetFetchRequestData()
                .setGroups(List.of(new OffsetFetchRequestData.OffsetFetchRequestGroup()
                        .setGroupId(group)
                        .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopics()
                                .setName(topic)
                                .setPartitionIndexes(List.of(0))))));
        return node.call(ApiKeys.OFFSET_FETCH, 8, request, OffsetFetchResponseData.class)
                .groups()
                .getFirst()
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .committedOffset();
    }

    private static void awaitGroupCoordinator(ControlPlaneHarness node) throws Exception {
        FindCoordinatorRequestData request = new FindCoordinatorRequestData().setCoordinatorKeys(List.of("readers"));
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        Errors error;
        do {
            error = Errors.forCode(node.call(ApiKeys.FIND_COORDINATOR, 4, request, FindCoordinatorResponseData.class)
                    .coordinators()
                    .getFirst()
                    .errorCode());
        } while (error == Errors.COORDINATOR_NOT_AVAILABLE && System.nanoTime() - deadlineNs < 0);
        assertEquals(Errors.NONE, error);
    }

    private static Errors commitWhenLoaded(ControlPlaneHarness node, long offset) throws Exception {
        Errors error;
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        do {
            error = commit(node, "readers", "orders", offset);
        } while (error == Errors.COORDINATOR_LOAD_IN_PROGRESS && System.nanoTime() - deadlineNs < 0);
        return error;
    }

    @Test
    void newNodeTopicCreatedIsServedBeforeTheAnswer() throws Exception {
        try (ControlPlaneHarness node = open()) {
            assertEquals(Errors.NONE, create(node, "orders", 3, Map.of("retention.ms", "1000")));
            assertEquals(3, node.directory().of("orders").size());
            for (PartitionSpec spec : node.directory().of("orders")) {
                assertEquals(PartitionSpec.Owner.SHARD, spec.owner());
                assertEquals(spec.log(), node.catalog().get("orders", spec.partition()));
            }
            var topic = metadata(node, "orders");
            assertEquals(Errors.NONE.code(), topic.errorCode());
            assertEquals(3, topic.partitions().size());
            assertEquals(1, topic.partitions().getFirst().leaderId());
            assertEquals(
                    1, node.plane().features().finalized().get("group.version").intValue());
        }
    }

    @Test
    void topicWithConfigReopenedKeepsIdConfigAndOffsets() throws Exception {
        org.apache.kafka.common.Uuid id;
        try (ControlPlaneHarness node = open()) {
            assertEquals(Errors.NONE, create(node, "orders", 1, Map.of("retention.ms", "1000")));
            id = metadata(node, "orders").topicId();
            awaitGroupCoordinator(node);
            assertEquals(Errors.NONE, commitWhenLoaded(node, 42));
            assertEquals(42, committed(node, "readers", "orders"));
        }
        try (ControlPlaneHarness node = open()) {
            assertEquals(id, metadata(node, "orders").topicId());
            assertEquals("1000", config(node, "orders", "retention.ms").value());
            awaitGroupCoordinator(node);
            assertEquals(Errors.NONE, commitWhenLoaded(node, 43));
            assertEquals(43, committed(node, "readers", "orders"));
        }
        try (ControlPlaneHarness node = open()) {
            awaitGroupCoordinator(node);
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            long offset = -1;
            while (offset != 43 && System.nanoTime() - deadlineNs < 0) {
                try {
                    offset = committed(node, "readers", "orders");
                } catch (NoSuchElementException e) {
                    // The group's error stands instead of its topics while the coordinator loads.
                    Thread.onSpinWait();
                }
            }
            assertEquals(43, offset);
        }
    }

    @Test
    void topicDeletedThenCreatedAgainHasAnotherIdAndAnEmptyLog() throws Exception {
        try (ControlPlaneHarness node = open()) {
            assertEquals(Errors.NONE, create(node, "orders", 1, Map.of()));
            var id = metadata(node, "orders").topicId();
            var request = new DeleteTopicsRequestData()
                    .setTimeoutMs(10_000)
                    .setTopics(List.of(new DeleteTopicsRequestData.DeleteTopicState().setName("orders")));
            var deleted = node.call(ApiKeys.DELETE_TOPICS, 6, request, DeleteTopicsResponseData.class);
            assertEquals(Errors.NONE.code(), deleted.responses().find("orders").errorCode());
            assertTrue(node.directory().of("orders").isEmpty());
            assertNull(node.catalog().get("orders", 0));
            assertEquals(Errors.NONE, create(node, "orders", 1, Map.of()));
            assertNotEquals(id, metadata(node, "orders").topicId());
        }
    }

    @Test
    void configChangedIsDescribedWithItsSourceAndObeyedByTheLog() throws Exception {
        try (ControlPlaneHarness node = open()) {
            assertEquals(Errors.NONE, create(node, "orders", 1, Map.of()));
            assertEquals("604800000", config(node, "orders", "retention.ms").value());
            assertEquals(
                    604_800_000L, node.catalog().get("orders", 0).settings().retentionMs());
            set(node, ConfigResource.Type.TOPIC, "orders", "retention.ms", "5000");
            var changed = config(node, "orders", "retention.ms");
            assertEquals("5000", changed.value());
            assertEquals(ConfigSource.TOPIC_CONFIG.id(), changed.configSource());
            assertEquals(5_000L, node.catalog().get("orders", 0).settings().retentionMs());
        }
    }

    @Test
    void settingOfTheBrokerReachesTheLogsOfTopicsWithoutTheirOwn() throws Exception {
        try (ControlPlaneHarness node = open()) {
            assertEquals(Errors.NONE, create(node, "orders", 2, Map.of()));
            assertEquals(Errors.NONE, create(node, "trades", 1, Map.of("retention.ms", "5000")));
            set(node, ConfigResource.Type.BROKER, "", "log.retention.ms", "7000");
            assertEquals(7_000L, node.catalog().get("orders", 0).settings().retentionMs());
            assertEquals(7_000L, node.catalog().get("orders", 1).settings().retentionMs());
            assertEquals(5_000L, node.catalog().get("trades", 0).settings().retentionMs());
        }
    }

    private static void set(
            ControlPlaneHarness node, ConfigResource.Type type, String resourceName, String name, String value)
            throws Exception {
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        var resource = new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(type.id())
                .setResourceName(resourceName);
        resource.configs()
                .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                        .setName(name)
                        .setValue(value));
        request.resources().add(resource);
        var answer =
                node.call(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, request, IncrementalAlterConfigsResponseData.class);
        assertEquals(Errors.NONE.code(), answer.responses().getFirst().errorCode());
    }

    @Test
    void missingTopicAskedForIsUnknownFirstAndThenThere() throws Exception {
        try (ControlPlaneHarness node = open()) {
            assertEquals(
                    Errors.UNKNOWN_TOPIC_OR_PARTITION.code(),
                    metadata(node, "late").errorCode());
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            short error;
            do {
                error = metadata(node, "late").errorCode();
            } while (error != Errors.NONE.code() && System.nanoTime() - deadlineNs < 0);
            assertEquals(Errors.NONE.code(), error);
            assertEquals(1, node.directory().of("late").size());
        }
    }

    @Test
    void producerIdsAcrossRestartAreNeverGivenTwice() throws Exception {
        long first;
        try (ControlPlaneHarness node = open()) {
            first = producerId(node);
            assertEquals(first + 1, producerId(node));
        }
        try (ControlPlaneHarness node = open()) {
            assertTrue(producerId(node) > first + 1);
        }
    }

    private static long producerId(ControlPlaneHarness node) throws Exception {
        return node.call(
                        ApiKeys.INIT_PRODUCER_ID,
                        4,
                        new InitProducerIdRequestData().setTransactionalId(null),
                        InitProducerIdResponseData.class)
                .producerId();
    }
}
