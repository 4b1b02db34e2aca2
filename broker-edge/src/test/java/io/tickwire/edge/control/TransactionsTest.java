package io.tickwire.edge.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.server.transaction.AddPartitionsToTxnManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The transaction coordinator through its requests, over real logs. */
class TransactionsTest {
    private static final int BEFORE_EPOCH_BUMP = 4;
    private static final int WITH_EPOCH_BUMP = 5;
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    @TempDir
    Path dataDir;

    private ControlPlaneHarness node;

    @BeforeEach
    void open() throws Exception {
        // One partition each of the internal topics: their number is not what is tested here.
        node = new ControlPlaneHarness(
                dataDir, Map.of("transaction.state.log.num.partitions", "1", "offsets.topic.num.partitions", "1"));
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
        request.topics()
                .add(new CreateTopicsRequestData.CreatableTopic()
                        .setName("orders")
                        .setNumPartitions(1)
                        .setReplicationFactor((short) 1));
        node.call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class);
        awaitCoordinator(CoordinatorType.TRANSACTION);
    }

    @AfterEach
    void close() throws Exception {
        node.close();
    }

    private void awaitCoordinator(CoordinatorType type) throws Exception {
        FindCoordinatorRequestData request =
                new FindCoordinatorRequestData().setKeyType(type.id()).setCoordinatorKeys(List.of("tx"));
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        short error;
        do {
            error = node.call(ApiKeys.FIND_COORDINATOR, 4, request, FindCoordinatorResponseData.class)
                    .coordinators()
                    .getFirst()
                    .errorCode();
        } while (error != Errors.NONE.code() && System.nanoTime() - deadlineNs < 0);
        assertEquals(Errors.NONE.code(), error);
    }

    private InitProducerIdResponseData init(long id, short epoch) throws Exception {
        return node.call(
                ApiKeys.INIT_PRODUCER_ID,
                4,
                new InitProducerIdRequestData()
                        .setTransactionalId("tx")
                        .setTransactionTimeoutMs(60_000)
                        .setProducerId(id)
                        .setProducerEpoch(epoch),
                InitProducerIdResponseData.class);
    }

    private InitProducerIdResponseData init() throws Exception {
        InitProducerIdResponseData producer = init(-1, (short) -1);
        assertEquals(Errors.NONE.code(), producer.errorCode());
        return producer;
    }

    private Errors add(InitProducerIdResponseData producer, String topic) throws Exception {
        AddPartitionsToTxnRequestData request = new AddPartitionsToTxnRequestData()
                .setV3AndBelowTransactionalId("tx")
                .setV3AndBelowProducerId(producer.producerId())
                .setV3AndBelowProducerEpoch(producer.producerEpoch());
        request.v3AndBelowTopics()
                .add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic()
                        .setName(topic)
                        .setPartitions(List.of(0)));
        return Errors.forCode(node.call(ApiKeys.ADD_PARTITIONS_TO_TXN, 3, request, AddPartitionsToTxnResponseData.class)
                .resultsByTopicV3AndBelow()
                .find(topic)
                .resultsByPartition()
                .find(0)
                .partitionErrorCode());
    }

    private EndTxnResponseData end(InitProducerIdResponseData producer, boolean commit, int version) throws Exception {
        return end(producer, commit, version, 30_000);
    }

    private EndTxnResponseData end(InitProducerIdResponseData producer, boolean commit, int version, long timeoutMs)
            throws Exception {
        return node.call(
                ApiKeys.END_TXN,
                version,
                new EndTxnRequestData()
                        .setTransactionalId("tx")
                        .setProducerId(producer.producerId())
                        .setProducerEpoch(producer.producerEpoch())
                        .setCommitted(commit),
                EndTxnResponseData.class,
                timeoutMs);
    }

    private String state() throws Exception {
        return node.call(
                        ApiKeys.DESCRIBE_TRANSACTIONS,
                        0,
                        new DescribeTransactionsRequestData().setTransactionalIds(List.of("tx")),
                        DescribeTransactionsResponseData.class)
                .transactionStates()
                .getFirst()
                .transactionState();
    }

    private long endOffset() {
        return node.catalog().get("orders", 0).logEndOffset();
    }

    @Test
    void ongoingCommittedWritesAMarkerAndCompletes() throws Exception {
        InitProducerIdResponseData producer = init();
        assertEquals(Errors.NONE, add(producer, "orders"));
        assertEquals("Ongoing", state());
        assertEquals(0, endOffset());
        assertEquals(Errors.NONE.code(), end(producer, true, BEFORE_EPOCH_BUMP).errorCode());
        assertEquals("CompleteCommit", state());
        assertEquals(1, endOffset());
    }

    @Test
    void partitionsAreAnsweredForInTheOrderOfTheRequest() throws Exception {
        InitProducerIdResponseData producer = init();
        List<Integer> asked = List.of(7, 3, 11, 1, 0, 5, 2);
        CreateTopicsRequestData wide = new CreateTopicsRequestData().setTimeoutMs(10_000);
        wide.topics()
                .add(new CreateTopicsRequestData.CreatableTopic()
                        .setName("wide")
                        .setNumPartitions(12)
                        .setReplicationFactor((short) 1));
        node.call(ApiKeys.CREATE_TOPICS, 7, wide, CreateTopicsResponseData.class);
        AddPartitionsToTxnRequestData request = new AddPartitionsToTxnRequestData()
                .setV3AndBelowTransactionalId("tx")
                .setV3AndBelowProducerId(producer.producerId())
                .setV3AndBelowProducerEpoch(producer.producerEpoch());
        request.v3AndBelowTopics()
                .add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic()
                        .setName("wide")
                        .setPartitions(asked));
        List<Integer> answered = new ArrayList<>();
        node.call(ApiKeys.ADD_PARTITIONS_TO_TXN, 3, request, AddPartitionsToTxnResponseData.class)
                .resultsByTopicV3AndBelow()
                .find("wide")
                .resultsByPartition()
                .forEach(result -> answered.add(result.partitionIndex()));
        assertEquals(asked, answered);
    }

    @Test
    void completeCommitRepeatedIsNoErrorButAbortIs() throws Exception {
        InitProducerIdResponseData producer = init();
        assertEquals(Errors.NONE, add(producer, "orders"));
        end(producer, true, BEFORE_EPOCH_BUMP);
        assertEquals(Errors.NONE.code(), end(producer, true, BEFORE_EPOCH_BUMP).errorCode());
        assertEquals(
                Errors.INVALID_TXN_STATE.code(),
                end(producer, false, BEFORE_EPOCH_BUMP).errorCode());
        assertEquals(1, endOffset());
    }

    @Test
    void ongoingEndedAtVersionTwoGivesTheNextEpoch() throws Exception {
        InitProducerIdResponseData producer = init();
        assertEquals(Errors.NONE, add(producer, "orders"));
        EndTxnResponseData ended = end(producer, false, WITH_EPOCH_BUMP);
        assertEquals(Errors.NONE.code(), ended.errorCode());
        assertEquals(producer.producerId(), ended.producerId());
        assertEquals(producer.producerEpoch() + 1, ended.producerEpoch());
        assertEquals("CompleteAbort", state());
        // A repetition is known by its epoch and gets the same answer.
        assertEquals(ended, end(producer, false, WITH_EPOCH_BUMP));
        assertEquals(Errors.PRODUCER_FENCED, add(producer, "orders"));
    }

    @Test
    void ongoingInitialisedAgainIsAbortedAndTheOldProducerFenced() throws Exception {
        InitProducerIdResponseData old = init();
        assertEquals(Errors.NONE, add(old, "orders"));
        assertEquals(Errors.CONCURRENT_TRANSACTIONS.code(), init(-1, (short) -1).errorCode());
        assertEquals("CompleteAbort", state());
        InitProducerIdResponseData fresh = init();
        assertEquals(old.producerId(), fresh.producerId());
        assertTrue(fresh.producerEpoch() > old.producerEpoch());
        assertEquals(Errors.PRODUCER_FENCED, add(old, "orders"));
        assertEquals(
                Errors.PRODUCER_FENCED.code(), end(old, true, BEFORE_EPOCH_BUMP).errorCode());
        assertEquals(Errors.NONE, add(fresh, "orders"));
    }

    @Test
    void unknownPartitionAddedIsRefused() throws Exception {
        assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION, add(init(), "nowhere"));
    }

    @Test
    void emptyCommittedIsAnInvalidState() throws Exception {
        InitProducerIdResponseData producer = init();
        assertEquals(
                Errors.INVALID_TXN_STATE.code(),
                end(producer, true, BEFORE_EPOCH_BUMP).errorCode());
        assertEquals(
                Errors.INVALID_TXN_STATE.code(),
                end(producer, true, WITH_EPOCH_BUMP).errorCode());
    }

    @Test
    void ongoingReopenedIsStillOngoingAndEnds() throws Exception {
        InitProducerIdResponseData producer = init();
        assertEquals(Errors.NONE, add(producer, "orders"));
        node.close();
        open();
        assertEquals("Ongoing", state());
        assertEquals(Errors.NONE.code(), end(producer, true, BEFORE_EPOCH_BUMP).errorCode());
        ListTransactionsResponseData listed = node.call(
                ApiKeys.LIST_TRANSACTIONS,
                1,
                new ListTransactionsRequestData().setStateFilters(List.of("CompleteCommit", "Nonsense")),
                ListTransactionsResponseData.class);
        assertEquals("tx", listed.transactionStates().getFirst().transactionalId());
        assertEquals(List.of("Nonsense"), listed.unknownStateFilters());
    }

    @Test
    void offsetsCommittedInATransactionCountOnceItCommits() throws Exception {
        awaitCoordinator(CoordinatorType.GROUP);
        InitProducerIdResponseData producer = init();
        assertEquals(Errors.NONE, commitOffset(producer, 7));
        assertEquals(-1, committed());
        EndTxnResponseData ended = end(producer, true, WITH_EPOCH_BUMP);
        assertEquals(Errors.NONE.code(), ended.errorCode());
        assertEquals(7, committed());
        producer.setProducerEpoch(ended.producerEpoch());
        assertEquals(Errors.NONE, commitOffset(producer, 9));
        assertEquals(Errors.NONE.code(), end(producer, false, WITH_EPOCH_BUMP).errorCode());
        assertEquals(7, committed());
    }

    private Map<TopicPartition, Errors> write(InitProducerIdResponseData producer, int produceVersion)
            throws Exception {
        return node.plane()
                .transactions()
                .admit(
                        "tx",
                        producer.producerId(),
                        producer.producerEpoch(),
                        Set.of(ORDERS),
                        AddPartitionsToTxnManager.produceRequestVersionToTransactionSupportedOperation(
                                (short) produceVersion))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    @Test
    void emptyWrittenToAtVersionTwoIsOngoing() throws Exception {
        InitProducerIdResponseData producer = init();
        assertEquals(Map.of(), write(producer, 12));
        assertEquals("Ongoing", state());
        assertEquals(Map.of(), write(producer, 12));
        assertEquals(Map.of(), write(producer, 9));
    }

    @Test
    void emptyWrittenToUnannouncedIsRefusedAsEachVersionKnowsIt() throws Exception {
        InitProducerIdResponseData producer = init();
        assertEquals(Map.of(ORDERS, Errors.TRANSACTION_ABORTABLE), write(producer, 11));
        assertEquals(Map.of(ORDERS, Errors.INVALID_TXN_STATE), write(producer, 10));
        producer.setProducerEpoch((short) (producer.producerEpoch() + 1));
        assertEquals(Map.of(ORDERS, Errors.INVALID_PRODUCER_EPOCH), write(producer, 12));
        assertEquals(Map.of(ORDERS, Errors.INVALID_PRODUCER_EPOCH), write(producer, 10));
        assertEquals("Empty", state());
    }

    @Test
    void verificationSwitchedOffIsNotAskedForOlderWrites() throws Exception {
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        IncrementalAlterConfigsRequestData.AlterConfigsResource broker =
                new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(ConfigResource.Type.BROKER.id())
                        .setResourceName("");
        broker.configs()
                .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                        .setName(TransactionLogConfig.TRANSACTION_PARTITION_VERIFICATION_ENABLE_CONFIG)
                        .setConfigOperation(AlterConfigOp.OpType.SET.id())
                        .setValue("false"));
        request.resources().add(broker);
        node.call(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, request, IncrementalAlterConfigsResponseData.class);
        assertEquals(Map.of(), write(init(), 11));
        assertEquals("Empty", state());
    }

    @Test
    void endWithoutMarkersReopenedIsCarriedThrough() throws Exception {
        InitProducerIdResponseData producer = init();
        assertEquals(Errors.NONE, add(producer, "orders"));
        node.directory().fallSilent();
        assertThrows(TimeoutException.class, () -> end(producer, true, WITH_EPOCH_BUMP, 200));
        assertEquals("PrepareCommit", state());
        node.close();
        open();
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!state().equals("CompleteCommit") && System.nanoTime() - deadlineNs < 0) {
            Thread.onSpinWait();
        }
        assertEquals("CompleteCommit", state());
        assertEquals(1, endOffset());
    }

    private Errors updateVersion(int level) throws Exception {
        UpdateFeaturesRequestData request = new UpdateFeaturesRequestData().setTimeoutMs(10_000);
        request.featureUpdates()
                .add(new UpdateFeaturesRequestData.FeatureUpdateKey()
                        .setFeature(TransactionVersion.FEATURE_NAME)
                        .setMaxVersionLevel((short) level)
                        .setUpgradeType(FeatureUpdate.UpgradeType.SAFE_DOWNGRADE.code()));
        return Errors.forCode(node.call(ApiKeys.UPDATE_FEATURES, 2, request, UpdateFeaturesResponseData.class)
                .errorCode());
    }

    @Test
    void versionLoweredAbortsByTheOlderProtocol() throws Exception {
        assertEquals((short) 2, node.plane().features().finalized().get(TransactionVersion.FEATURE_NAME));
        assertEquals(Errors.NONE, updateVersion(1));
        assertEquals((short) 1, node.plane().features().finalized().get(TransactionVersion.FEATURE_NAME));
        InitProducerIdResponseData old = init();
        assertEquals(Errors.NONE, add(old, "orders"));
        assertEquals(Errors.CONCURRENT_TRANSACTIONS.code(), init(-1, (short) -1).errorCode());
        assertEquals("CompleteAbort", state());
    }

    private Errors commitOffset(InitProducerIdResponseData producer, long offset) throws Exception {
        TxnOffsetCommitRequestData request = new TxnOffsetCommitRequestData()
                .setTransactionalId("tx")
                .setGroupId("readers")
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.producerEpoch())
                .setTopics(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic()
                        .setName("orders")
                        .setPartitions(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(offset)))));
        Errors error;
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        do {
            error = Errors.forCode(node.call(ApiKeys.TXN_OFFSET_COMMIT, 5, request, TxnOffsetCommitResponseData.class)
                    .topics()
                    .getFirst()
                    .partitions()
                    .getFirst()
                    .errorCode());
        } while (error == Errors.COORDINATOR_LOAD_IN_PROGRESS && System.nanoTime() - deadlineNs < 0);
        return error;
    }

    private long committed() throws Exception {
        OffsetFetchRequestData request = new OffsetFetchRequestData()
                .setGroups(List.of(new OffsetFetchRequestData.OffsetFetchRequestGroup()
                        .setGroupId("readers")
                        .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopics()
                                .setName("orders")
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
}
