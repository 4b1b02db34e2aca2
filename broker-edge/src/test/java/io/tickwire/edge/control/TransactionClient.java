package io.tickwire.edge.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

/** Asks the transaction coordinator in the name of the transactional id {@code tx}. */
final class TransactionClient {
    /** Version of EndTxn that gives the producer its next epoch (KIP-890). */
    static final int WITH_EPOCH_BUMP = 5;

    /** Settings of a node whose internal topics have one partition each: their number is not what is tested. */
    static final Map<String, String> ONE_PARTITION_EACH =
            Map.of("transaction.state.log.num.partitions", "1", "offsets.topic.num.partitions", "1");

    private final ControlPlaneHarness node;

    TransactionClient(ControlPlaneHarness node) {
        this.node = node;
    }

    /** Creates a topic, unless it is there. */
    void createTopic(String name, int partitions) throws Exception {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
        request.topics()
                .add(new CreateTopicsRequestData.CreatableTopic()
                        .setName(name)
                        .setNumPartitions(partitions)
                        .setReplicationFactor((short) 1));
        node.call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class);
    }

    void awaitCoordinator(CoordinatorType type) throws Exception {
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

    InitProducerIdResponseData init(long id, short epoch) throws Exception {
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

    InitProducerIdResponseData init() throws Exception {
        InitProducerIdResponseData producer = init(-1, (short) -1);
        assertEquals(Errors.NONE.code(), producer.errorCode());
        return producer;
    }

    /** Announces a partition; returns the outcome. */
    Errors add(InitProducerIdResponseData producer, String topic, int partition) throws Exception {
        AddPartitionsToTxnRequestData request = new AddPartitionsToTxnRequestData()
                .setV3AndBelowTransactionalId("tx")
                .setV3AndBelowProducerId(producer.producerId())
                .setV3AndBelowProducerEpoch(producer.producerEpoch());
        request.v3AndBelowTopics()
                .add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic()
                        .setName(topic)
                        .setPartitions(List.of(partition)));
        return Errors.forCode(node.call(ApiKeys.ADD_PARTITIONS_TO_TXN, 3, request, AddPartitionsToTxnResponseData.class)
                .resultsByTopicV3AndBelow()
                .find(topic)
                .resultsByPartition()
                .find(partition)
                .partitionErrorCode());
    }

    EndTxnResponseData end(InitProducerIdResponseData producer, boolean commit, int version) throws Exception {
        return end(producer, commit, version, 30_000);
    }

    EndTxnResponseData end(InitProducerIdResponseData producer, boolean commit, int version, long timeoutMs)
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

    String state() throws Exception {
        return node.call(
                        ApiKeys.DESCRIBE_TRANSACTIONS,
                        0,
                        new DescribeTransactionsRequestData().setTransactionalIds(List.of("tx")),
                        DescribeTransactionsResponseData.class)
                .transactionStates()
                .getFirst()
                .transactionState();
    }
}
