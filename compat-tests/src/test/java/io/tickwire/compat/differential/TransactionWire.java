package io.tickwire.compat.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

/** A transactional producer's requests one by one, at any version, of one case on one broker. */
final class TransactionWire implements AutoCloseable {

    private static final Set<Errors> NOT_READY = EnumSet.of(
            Errors.COORDINATOR_LOAD_IN_PROGRESS,
            Errors.COORDINATOR_NOT_AVAILABLE,
            Errors.NOT_COORDINATOR,
            Errors.CONCURRENT_TRANSACTIONS);

    private final Probe probe;
    private final WireClient client;
    private final String id;
    private long producerId = -1;
    private short firstEpoch;

    TransactionWire(Probe probe) throws IOException {
        this.probe = probe;
        this.client = probe.track(new WireClient(probe.target(), probe.name("wire")));
        this.id = probe.name("tx");
    }

    WireClient client() {
        return client;
    }

    long producerId() {
        return producerId;
    }

    /** Epoch number {@code n} from the producer's first. */
    short epoch(int n) {
        return (short) (firstEpoch + n);
    }

    /** Waits until the coordinators of this case are there. */
    void findCoordinators() throws Exception {
        for (CoordinatorType type : List.of(CoordinatorType.TRANSACTION, CoordinatorType.GROUP)) {
            FindCoordinatorRequestData request =
                    new FindCoordinatorRequestData().setKeyType(type.id()).setCoordinatorKeys(List.of(id));
            boolean found = Probe.eventually(
                    () -> ask(() -> client.ask(ApiKeys.FIND_COORDINATOR, request, 4, FindCoordinatorResponseData.class))
                                    .coordinators()
                                    .getFirst()
                                    .errorCode()
                            == 0);
            if (!found) {
                throw new IllegalStateException("no coordinator of " + type);
            }
        }
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private static <T> T ask(Call<T> call) {
        try {
            return call.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Becomes the transactional producer. */
    void init() throws Exception {
        findCoordinators();
        InitProducerIdRequestData request =
                new InitProducerIdRequestData().setTransactionalId(id).setTransactionTimeoutMs(60_000);
        boolean done = Probe.eventually(() -> {
            InitProducerIdResponseData answer = ask(() -> init(request, 4));
            producerId = answer.producerId();
            firstEpoch = answer.producerEpoch();
            return !NOT_READY.contains(Errors.forCode(answer.errorCode()));
        });
        probe.saw("init", done ? "done" : "never");
    }

    InitProducerIdResponseData init(InitProducerIdRequestData request, int version) throws IOException {
        return client.ask(ApiKeys.INIT_PRODUCER_ID, request, version, InitProducerIdResponseData.class);
    }

    InitProducerIdRequestData initRequest() {
        return new InitProducerIdRequestData().setTransactionalId(id).setTransactionTimeoutMs(60_000);
    }

    /** Notes what became of a Produce with one record. */
    void produce(int version, int epoch, int sequence) throws Exception {
        produce(
                "produce v" + version + " epoch " + epoch + " sequence " + sequence,
                version,
                id,
                batch(epoch, sequence));
    }

    MemoryRecords batch(int epoch, int sequence) {
        return MemoryRecords.withTransactionalRecords(
                Compression.NONE,
                producerId,
                epoch(epoch),
                sequence,
                new SimpleRecord(1L, null, "v".getBytes(StandardCharsets.UTF_8)));
    }

    void produce(String what, int version, String transactionalId, MemoryRecords... partitions) throws Exception {
        ProduceRequestData.TopicProduceData topic = new ProduceRequestData.TopicProduceData().setName(probe.topic());
        for (int i = 0; i < partitions.length; i++) {
            topic.partitionData()
                    .add(new ProduceRequestData.PartitionProduceData()
                            .setIndex(i)
                            .setRecords(partitions[i]));
        }
        ProduceRequestData request = new ProduceRequestData()
                .setTransactionalId(transactionalId)
                .setAcks((short) -1)
                .setTimeoutMs(5_000);
        request.topicData().add(topic);
        List<String> seen = new ArrayList<>();
        boolean _ = Probe.eventually(() -> {
            ProduceResponseData answer =
                    ask(() -> client.ask(ApiKeys.PRODUCE, request, version, ProduceResponseData.class));
            seen.clear();
            answer.responses()
                    .forEach(response -> response.partitionResponses()
                            .forEach(partition -> seen.add(partition.index() + ":"
                                    + Errors.forCode(partition.errorCode()) + "@" + partition.baseOffset())));
            // Kafka shows a topic before it leads its partitions.
            return seen.stream().noneMatch(line -> line.contains(Errors.NOT_LEADER_OR_FOLLOWER.name()));
        });
        seen.sort(null);
        probe.saw(what, seen);
    }

    /** Notes what became of an EndTxn, with the epoch that it gives. */
    void end(int version, int epoch, boolean commit) throws IOException {
        EndTxnRequestData request = new EndTxnRequestData()
                .setTransactionalId(id)
                .setProducerId(producerId)
                .setProducerEpoch(epoch(epoch))
                .setCommitted(commit);
        EndTxnResponseData answer = client.ask(ApiKeys.END_TXN, request, version, EndTxnResponseData.class);
        probe.saw(
                "end v" + version + " epoch " + epoch + (commit ? " commit" : " abort"),
                Errors.forCode(answer.errorCode())
                        + (answer.producerId() == -1
                                ? ""
                                : " epoch " + (answer.producerEpoch() - firstEpoch)
                                        + (answer.producerId() == producerId ? "" : " of another producer")));
    }

    /** Notes the state once no end is under way. */
    void settled() throws Exception {
        boolean settled =
                Probe.eventually(() -> !ask(this::state).transactionState().startsWith("Prepare"));
        DescribeTransactionsResponseData.TransactionState state = state();
        List<String> partitions = new ArrayList<>();
        state.topics()
                .forEach(topic -> topic.partitions().forEach(partition -> partitions.add(topic.topic() + partition)));
        partitions.sort(null);
        probe.saw(
                settled ? "state" : "unsettled",
                state.transactionState() + " epoch " + (state.producerEpoch() - firstEpoch) + " " + partitions);
    }

    private DescribeTransactionsResponseData.TransactionState state() throws IOException {
        return client.ask(
                        ApiKeys.DESCRIBE_TRANSACTIONS,
                        new DescribeTransactionsRequestData().setTransactionalIds(List.of(id)),
                        0,
                        DescribeTransactionsResponseData.class)
                .transactionStates()
                .getFirst();
    }

    /** Notes what became of announcing a partition as before transaction version 2. */
    void add(int epoch, int partition) throws IOException {
        AddPartitionsToTxnRequestData request = new AddPartitionsToTxnRequestData()
                .setV3AndBelowTransactionalId(id)
                .setV3AndBelowProducerId(producerId)
                .setV3AndBelowProducerEpoch(epoch(epoch));
        request.v3AndBelowTopics()
                .add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic()
                        .setName(probe.topic())
                        .setPartitions(List.of(partition)));
        AddPartitionsToTxnResponseData answer =
                client.ask(ApiKeys.ADD_PARTITIONS_TO_TXN, request, 3, AddPartitionsToTxnResponseData.class);
        answer.resultsByTopicV3AndBelow()
                .forEach(topic -> topic.resultsByPartition()
                        .forEach(result -> probe.saw(
                                "add epoch " + epoch + " partition " + partition,
                                Errors.forCode(result.partitionErrorCode()))));
    }

    /** Notes what became of offsets committed inside the transaction. */
    void commitOffset(int version, int epoch) throws Exception {
        TxnOffsetCommitRequestData request = new TxnOffsetCommitRequestData()
                .setTransactionalId(id)
                .setGroupId(id)
                .setProducerId(producerId)
                .setProducerEpoch(epoch(epoch));
        request.topics()
                .add(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic()
                        .setName(probe.topic())
                        .setPartitions(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(7))));
        TxnOffsetCommitResponseData answer =
                client.ask(ApiKeys.TXN_OFFSET_COMMIT, request, version, TxnOffsetCommitResponseData.class);
        probe.saw(
                "offset v" + version + " epoch " + epoch,
                Errors.forCode(
                        answer.topics().getFirst().partitions().getFirst().errorCode()));
    }

    /** Notes what became of a marker written by hand. */
    void mark(int version, int transactionVersion, int epoch, int coordinatorEpoch, boolean commit) throws IOException {
        WriteTxnMarkersRequestData.WritableTxnMarker marker = new WriteTxnMarkersRequestData.WritableTxnMarker()
                .setProducerId(producerId)
                .setProducerEpoch(epoch(epoch))
                .setCoordinatorEpoch(coordinatorEpoch)
                .setTransactionResult(commit);
        if (version >= 2) {
            marker.setTransactionVersion((byte) transactionVersion);
        }
        marker.topics()
                .add(new WriteTxnMarkersRequestData.WritableTxnMarkerTopic()
                        .setName(probe.topic())
                        .setPartitionIndexes(List.of(0)));
        WriteTxnMarkersResponseData answer = client.ask(
                ApiKeys.WRITE_TXN_MARKERS,
                new WriteTxnMarkersRequestData().setMarkers(List.of(marker)),
                version,
                WriteTxnMarkersResponseData.class);
        answer.markers()
                .forEach(one -> one.topics()
                        .forEach(topic -> topic.partitions()
                                .forEach(partition -> probe.saw(
                                        "mark v" + version + " of version " + transactionVersion + " epoch " + epoch
                                                + " coordinator " + coordinatorEpoch,
                                        Errors.forCode(partition.errorCode())))));
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
