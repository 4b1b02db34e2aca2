package io.tickwire.edge.handler.produce;

import io.tickwire.edge.agent.Deadlines;
import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.edge.agent.Shard;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.agent.ShardPeers;
import io.tickwire.edge.agent.TransactionGate;
import io.tickwire.edge.handler.Exchange;
import io.tickwire.edge.handler.HotHandler;
import io.tickwire.edge.handler.HotResponse;
import io.tickwire.edge.handler.HotResponsePool;
import io.tickwire.edge.metrics.LatencyHistogram;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.metrics.Stage;
import io.tickwire.kafka.frame.RequestHeaderFlyweight;
import io.tickwire.kafka.hot.ProduceRequestDecoder;
import io.tickwire.kafka.hot.ProduceResponseEncoder;
import io.tickwire.kafka.hot.TopicKey;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.net.transport.LongCell;
import io.tickwire.storage.log.AppendResult;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.collections.Object2ObjectHashMap;
import org.agrona.concurrent.EpochClock;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.transaction.AddPartitionsToTxnManager;

/**
 * Produce: appends each partition's batch where the request lies, or sends it to the shard that owns the partition, and answers
 * when all is appended, or, where acknowledgements wait for the disk, when the high watermark has passed. Allocates nothing
 * unless partitions fail.
 */
public final class ProduceHandler implements HotHandler, Shard.ReadyWork {
    private static final short ACKS_ALL = -1;
    private static final short ACKS_NONE = 0;
    private static final short ACKS_LEADER = 1;
    private static final String NO_ROOM = "too many batches are on their way to other shards or wait for their logs";
    private static final String UNVERIFIED = "the coordinator did not confirm the partition's transaction: ";

    private final PartitionTable partitions;
    private final HotResponsePool responses;
    private final Deadlines deadlines;
    private final EpochClock clock;
    private final TransactionAdmissions admissions;
    private final TransactionAdmissions.Continuation admitted = this::admitted;
    private final RequestHeaderFlyweight header = new RequestHeaderFlyweight();
    private final ProduceRequestDecoder decoder = new ProduceRequestDecoder();
    private final ProduceResponseEncoder encoder = new ProduceResponseEncoder();
    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private final AppendResult appended = new AppendResult();
    private final ForwardedAppends forwards;
    private final LatencyHistogram latencies;
    private final ArrayDeque<PendingProduce> free = new ArrayDeque<>();
    private final ArrayDeque<PendingProduce> ready = new ArrayDeque<>();
    private final Object2ObjectHashMap<Exchange, PendingProduce> waiting = new Object2ObjectHashMap<>();

    /**
     * Makes the handler of one shard.
     *
     * @param gate admits transactional batches
     * @param shard takes tasks for the shard's thread
     * @param peers the shard's way to the others
     * @param maxForwardedBytes most memory for batches on their way to other shards
     * @param stats takes the time each request took
     */
    public ProduceHandler(
            PartitionTable partitions,
            HotResponsePool responses,
            Deadlines deadlines,
            EpochClock clock,
            TransactionGate gate,
            Consumer<Runnable> shard,
            ShardPeers peers,
            long maxForwardedBytes,
            ShardStats stats) {
        latencies = stats.of(Stage.PRODUCE);
        this.partitions = partitions;
        forwards = new ForwardedAppends(peers, clock, gate, maxForwardedBytes, this);
        admissions = new TransactionAdmissions(partitions, gate, shard);
        this.responses = responses;
        this.deadlines = deadlines;
        this.clock = clock;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.PRODUCE;
    }

    @Override
    public short minVersion() {
        return ProduceRequestDecoder.MIN_VERSION;
    }

    @Override
    public void handle(Exchange exchange, DirectBuffer frame, int offset, int length, long nowNs) {
        if (header.wrap(frame, offset, length) != RequestHeaderFlyweight.OK
                || !decoder.wrap(frame, header.bodyOffset(), header.bodyLength(), exchange.apiVersion())) {
            exchange.fail("malformed Produce request");
            return;
        }
        if (decoder.transactionalIdLength() >= 0
                && admissions.holdsBack(exchange, decoder, frame, offset, length, admitted)) {
            return;
        }
        append(exchange, Map.of(), nowNs);
    }

    private void admitted(Exchange exchange, DirectBuffer frame, Map<TopicPartition, Errors> refused) {
        // Read before from the same bytes, where they lay then.
        int headerResult = header.wrap(frame, 0, frame.capacity());
        boolean wellFormed = headerResult == RequestHeaderFlyweight.OK
                && decoder.wrap(frame, header.bodyOffset(), header.bodyLength(), exchange.apiVersion());
        assert wellFormed;
        append(exchange, refused, System.nanoTime());
    }

    private void append(Exchange exchange, Map<TopicPartition, Errors> refused, long nowNs) {
        PendingProduce pending = free.isEmpty() ? new PendingProduce(this) : free.pop();
        pending.begin(exchange, decoder.acks(), nowNs, decoder.timeoutMs());
        appendAll(pending, refused);
        if (pending.isAway()) {
            waiting.put(exchange, pending);
        } else {
            allAppended(pending);
        }
    }

    /** All partitions have been appended to, or refused. */
    private void allAppended(PendingProduce pending) {
        Exchange exchange = pending.exchange();
        if (pending.acks() == ACKS_NONE) {
            exchange.throttle(exchange.quota().produced(false));
            short firstError = pending.rows().firstError();
            recycle(pending);
            if (firstError == KafkaErrors.NONE) {
                exchange.respondNothing();
            } else {
                // As Kafka: without a response, closing is the only way to make the client look for new metadata.
                exchange.fail("a Produce request with acks=0 failed: " + firstError);
            }
        } else if (pending.isComplete()) {
            answer(pending);
        } else {
            waiting.put(exchange, pending);
            pending.park(deadlines);
        }
    }

    private void appendAll(PendingProduce pending, Map<TopicPartition, Errors> notAdmitted) {
        ProduceRows rows = pending.rows();
        Exchange exchange = pending.exchange();
        long nowMs = clock.time();
        while (decoder.nextTopic()) {
            TopicKey key = decoder.topic();
            PartitionTable.Topic topic = key.hasId()
                    ? partitions.byId(key.idHigh(), key.idLow())
                    : partitions.byName(key.buffer(), key.nameOffset(), key.nameLength());
            rows.topic(key, topic, decoder.partitionCount());
            while (decoder.nextPartition()) {
                ShardPartition partition = topic == null ? null : topic.partition(decoder.partition());
                short error = check(topic, partition, key.hasId());
                Errors refusal = error == KafkaErrors.NONE && !notAdmitted.isEmpty()
                        ? notAdmitted.get(new TopicPartition(topic.name(), decoder.partition()))
                        : null;
                if (refusal != null) {
                    error = admissionError(refusal, exchange.apiVersion());
                    rows.refused(decoder.partition(), error, reason(refusal, error));
                } else if (error != KafkaErrors.NONE) {
                    rows.refused(decoder.partition(), error, null);
                } else if (!partition.isOwned() || partition.mustHold()) {
                    forward(pending, partition);
                } else {
                    append(pending, partition, nowMs);
                }
            }
        }
    }

    private static String reason(Errors refusal, short error) {
        return error == refusal.code() ? null : UNVERIFIED + refusal;
    }

    /** As Kafka: what older producers would not try again is told as an error that they do try again. */
    private static short admissionError(Errors error, short version) {
        return switch (error) {
            case NETWORK_EXCEPTION, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR ->
                KafkaErrors.NOT_ENOUGH_REPLICAS;
            case CONCURRENT_TRANSACTIONS ->
                AddPartitionsToTxnManager.produceRequestVersionToTransactionSupportedOperation(version)
                                .supportsEpochBump
                        ? error.code()
                        : KafkaErrors.NOT_ENOUGH_REPLICAS;
            default -> error.code();
        };
    }

    private short check(PartitionTable.Topic topic, ShardPartition partition, boolean byId) {
        if (topic == null && byId) {
            return KafkaErrors.UNKNOWN_TOPIC_ID;
        }
        if (partition == null) {
            return KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        short acks = decoder.acks();
        if (acks != ACKS_ALL && acks != ACKS_NONE && acks != ACKS_LEADER) {
            return KafkaErrors.INVALID_REQUIRED_ACKS;
        }
        if (!partition.isWritable() || Topic.isInternal(topic.name())) {
            return KafkaErrors.INVALID_TOPIC_EXCEPTION;
        }
        if (decoder.recordsLength() <= 0) {
            return KafkaErrors.INVALID_RECORD;
        }
        if (decoder.transactionalIdLength() < 0 && decoder.recordsLength() >= RecordBatchFlyweight.HEADER_BYTES) {
            batch.wrap(decoder.buffer(), decoder.recordsOffset());
            if (batch.isTransactional()) {
                // As Kafka: nobody may write to transactions of no transactional id.
                return KafkaErrors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
            }
        }
        return KafkaErrors.NONE;
    }

    private void append(PendingProduce pending, ShardPartition partition, long nowMs) {
        short error = partition
                .log()
                .appendProduced(
                        decoder.buffer(),
                        decoder.recordsOffset(),
                        decoder.recordsLength(),
                        header.apiVersion(),
                        partition.leaderEpoch(),
                        nowMs,
                        appended);
        pending.rows().appended(decoder.partition(), error, appended, partition);
        settled(pending, partition, error, appended);
    }

    /** To the shard that owns the partition, or, where that is this one, behind the opening of its log. */
    private void forward(PendingProduce pending, ShardPartition partition) {
        if (!forwards.hasRoom(decoder.recordsLength())) {
            // The producer tries again; meanwhile what is on its way gets through.
            pending.rows().refused(decoder.partition(), KafkaErrors.NOT_ENOUGH_REPLICAS, NO_ROOM);
            return;
        }
        pending.forwarded();
        int row = pending.rows().forwarded(decoder.partition());
        if (partition.isOwned()) {
            forwards.hold(pending, row, partition, header.apiVersion(), decoder);
        } else {
            forwards.send(pending, row, partition, header.apiVersion(), decoder);
        }
    }

    /** A batch is back from the shard that owns its partition. */
    void returned(ForwardedAppend append) {
        PendingProduce pending = append.pending();
        Exchange exchange = pending.exchange();
        try {
            settle(append, pending);
        } catch (RuntimeException | InternalError e) {
            if (exchange == null) {
                throw e;
            }
            exchange.fail(e);
        }
    }

    private void settle(ForwardedAppend append, PendingProduce pending) {
        pending.returned();
        if (pending.isAbandoned()) {
            if (!pending.isAway()) {
                recycle(pending);
            }
            return;
        }
        if (append.refusal() == null) {
            pending.rows()
                    .settle(append.row(), append.error(), append.result(), append.recordErrors(), append.partition());
            settled(pending, append.partition(), append.error(), append.result());
        } else {
            short error = admissionError(append.refusal(), pending.exchange().apiVersion());
            pending.rows().refuse(append.row(), error, reason(append.refusal(), error));
        }
        if (!pending.isAway()) {
            waiting.remove(pending.exchange());
            allAppended(pending);
        }
    }

    private static void settled(PendingProduce pending, ShardPartition partition, short error, AppendResult result) {
        if (error == KafkaErrors.NONE && pending.acks() != ACKS_NONE) {
            pending.await(partition, result.lastOffset());
        }
    }

    /** Something that a parked request waits for has come; it is looked at after this round of I/O. */
    void ready(PendingProduce pending) {
        ready.add(pending);
    }

    @Override
    public int run(long nowNs) {
        int count = ready.size();
        for (int i = 0; i < count; i++) {
            PendingProduce pending = ready.poll();
            if (pending.takeReady()) {
                complete(pending);
            }
        }
        return count;
    }

    /** A parked request is complete, or its time is over. */
    void complete(PendingProduce pending) {
        Exchange exchange = pending.exchange();
        try {
            pending.unpark(deadlines);
            waiting.remove(exchange);
            answer(pending);
        } catch (RuntimeException | InternalError e) {
            exchange.fail(e);
        }
    }

    private void answer(PendingProduce pending) {
        Exchange exchange = pending.exchange();
        HotResponse response = responses.acquire();
        int throttleMs = exchange.quota().produced(true);
        exchange.throttle(throttleMs);
        int length = pending.rows().encode(encoder, response, exchange, throttleMs);
        while (length == ProduceResponseEncoder.OVERFLOW) {
            response.grow();
            length = pending.rows().encode(encoder, response, exchange, throttleMs);
        }
        response.bytes(length);
        long receivedNs = pending.receivedNs();
        recycle(pending);
        exchange.respond(response);
        latencies.record(System.nanoTime() - receivedNs);
    }

    @Override
    public void cancelled(Exchange exchange) {
        PendingProduce pending = waiting.remove(exchange);
        if (pending == null) {
            return;
        }
        if (pending.isAway()) {
            pending.abandon();
            return;
        }
        pending.unpark(deadlines);
        recycle(pending);
    }

    /** Batches that waited until a helper had opened their log. Any thread. */
    public LongCell appendsHeld() {
        return forwards.held();
    }

    /** Batches for other shards, or for logs that are being opened, that found no room. Any thread. */
    public LongCell forwardsRefused() {
        return forwards.refused();
    }

    private void recycle(PendingProduce pending) {
        pending.end();
        free.push(pending);
    }
}
