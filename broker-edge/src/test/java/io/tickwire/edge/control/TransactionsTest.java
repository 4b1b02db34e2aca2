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
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
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
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    @TempDir
    Path dataDir;

    private ControlPlaneHarness node;
    private TransactionClient client;

    @BeforeEach
    void open() throws Exception {
        node = new ControlPlaneHarness(dataDir, TransactionClient.ONE_PARTITION_EACH);
        client = new TransactionClient(node);
        client.createTopic("orders", 1);
        client.awaitCoordinator(CoordinatorType.TRANSACTION);
    }

    @AfterEach
    void close() throws Exception {
        node.close();
    }

    private long endOffset() {
        return node.catalog().get("orders", 0).logEndOffset();
    }

    @Test
    void ongoingCommittedWritesAMarkerAndCompletes() throws Exception {
        InitProducerIdResponseData producer = client.init();
        assertEquals(Errors.NONE, client.add(producer, "orders", 0));
        assertEquals("Ongoing", client.state());
        assertEquals(0, endOffset());
        assertEquals(
                Errors.NONE.code(),
                client.end(producer, true, BEFORE_EPOCH_BUMP).errorCode());
        assertEquals("CompleteCommit", client.state());
        assertEquals(1, endOffset());
    }

    @Test
    void partitionsAreAnsweredForInTheOrderOfTheRequest() throws Exception {
        InitProducerIdResponseData producer = client.init();
        List<Integer> asked = List.of(7, 3, 11, 1, 0, 5, 2);
        client.createTopic("wide", 12);
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
        InitProducerIdResponseData producer = client.init();
        assertEquals(Errors.NONE, client.add(producer, "orders", 0));
        client.end(producer, true, BEFORE_EPOCH_BUMP);
        assertEquals(
                Errors.NONE.code(),
                client.end(producer, true, BEFORE_EPOCH_BUMP).errorCode());
        assertEquals(
                Errors.INVALID_TXN_STATE.code(),
                client.end(producer, false, BEFORE_EPOCH_BUMP).errorCode());
        assertEquals(1, endOffset());
    }

    @Test
    void ongoingEndedAtVersionTwoGivesTheNextEpoch() throws Exception {
        InitProducerIdResponseData producer = client.init();
        assertEquals(Errors.NONE, client.add(producer, "orders", 0));
        EndTxnResponseData ended = client.end(producer, false, TransactionClient.WITH_EPOCH_BUMP);
        assertEquals(Errors.NONE.code(), ended.errorCode());
        assertEquals(producer.producerId(), ended.producerId());
        assertEquals(producer.producerEpoch() + 1, ended.producerEpoch());
        assertEquals("CompleteAbort", client.state());
        // A repetition is known by its epoch and gets the same answer.
        assertEquals(ended, client.end(producer, false, TransactionClient.WITH_EPOCH_BUMP));
        assertEquals(Errors.PRODUCER_FENCED, client.add(producer, "orders", 0));
    }

    @Test
    void ongoingInitialisedAgainIsAbortedAndTheOldProducerFenced() throws Exception {
        InitProducerIdResponseData old = client.init();
        assertEquals(Errors.NONE, client.add(old, "orders", 0));
        assertEquals(
                Errors.CONCURRENT_TRANSACTIONS.code(),
                client.init(-1, (short) -1).errorCode());
        assertEquals("CompleteAbort", client.state());
        InitProducerIdResponseData fresh = client.init();
        assertEquals(old.producerId(), fresh.producerId());
        assertTrue(fresh.producerEpoch() > old.producerEpoch());
        assertEquals(Errors.PRODUCER_FENCED, client.add(old, "orders", 0));
        assertEquals(
                Errors.PRODUCER_FENCED.code(),
                client.end(old, true, BEFORE_EPOCH_BUMP).errorCode());
        assertEquals(Errors.NONE, client.add(fresh, "orders", 0));
    }

    @Test
    void unknownPartitionAddedIsRefused() throws Exception {
        assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION, client.add(client.init(), "nowhere", 0));
    }

    @Test
    void emptyCommittedIsAnInvalidState() throws Exception {
        InitProducerIdResponseData producer = client.init();
        assertEquals(
                Errors.INVALID_TXN_STATE.code(),
                client.end(producer, true, BEFORE_EPOCH_BUMP).errorCode());
        assertEquals(
                Errors.INVALID_TXN_STATE.code(),
                client.end(producer, true, TransactionClient.WITH_EPOCH_BUMP).errorCode());
    }

    @Test
    void ongoingReopenedIsStillOngoingAndEnds() throws Exception {
        InitProducerIdResponseData producer = client.init();
        assertEquals(Errors.NONE, client.add(producer, "orders", 0));
        node.close();
        open();
        assertEquals("Ongoing", client.state());
        assertEquals(
                Errors.NONE.code(),
                client.end(producer, true, BEFORE_EPOCH_BUMP).errorCode());
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
        client.awaitCoordinator(CoordinatorType.GROUP);
        InitProducerIdResponseData producer = client.init();
        assertEquals(Errors.NONE, commitOffset(producer, 7));
        assertEquals(-1, committed());
        EndTxnResponseData ended = client.end(producer, true, TransactionClient.WITH_EPOCH_BUMP);
        assertEquals(Errors.NONE.code(), ended.errorCode());
        assertEquals(7, committed());
        producer.setProducerEpoch(ended.producerEpoch());
        assertEquals(Errors.NONE, commitOffset(producer, 9));
        assertEquals(
                Errors.NONE.code(),
                client.end(producer, false, TransactionClient.WITH_EPOCH_BUMP).errorCode());
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
        InitProducerIdResponseData producer = client.init();
        assertEquals(Map.of(), write(producer, 12));
        assertEquals("Ongoing", client.state());
        assertEquals(Map.of(), write(producer, 12));
        assertEquals(Map.of(), write(producer, 9));
    }

    @Test
    void emptyWrittenToUnannouncedIsRefusedAsEachVersionKnowsIt() throws Exception {
        InitProducerIdResponseData producer = client.init();
        assertEquals(Map.of(ORDERS, Errors.TRANSACTION_ABORTABLE), write(producer, 11));
        assertEquals(Map.of(ORDERS, Errors.INVALID_TXN_STATE), write(producer, 10));
        producer.setProducerEpoch((short) (producer.producerEpoch() + 1));
        assertEquals(Map.of(ORDERS, Errors.INVALID_PRODUCER_EPOCH), write(producer, 12));
        assertEquals(Map.of(ORDERS, Errors.INVALID_PRODUCER_EPOCH), write(producer, 10));
        assertEquals("Empty", client.state());
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
        assertEquals(Map.of(), write(client.init(), 11));
        assertEquals("Empty", client.state());
    }

    @Test
    void endWithoutMarkersReopenedIsCarriedThrough() throws Exception {
        InitProducerIdResponseData producer = client.init();
        assertEquals(Errors.NONE, client.add(producer, "orders", 0));
        node.directory().fallSilent();
        assertThrows(TimeoutException.class, () -> client.end(producer, true, TransactionClient.WITH_EPOCH_BUMP, 200));
        assertEquals("PrepareCommit", client.state());
        node.close();
        open();
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!client.state().equals("CompleteCommit") && System.nanoTime() - deadlineNs < 0) {
            Thread.onSpinWait();
        }
        assertEquals("CompleteCommit", client.state());
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
        InitProducerIdResponseData old = client.init();
        assertEquals(Errors.NONE, client.add(old, "orders", 0));
        assertEquals(
                Errors.CONCURRENT_TRANSACTIONS.code(),
                client.init(-1, (short) -1).errorCode());
        assertEquals("CompleteAbort", client.state());
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
