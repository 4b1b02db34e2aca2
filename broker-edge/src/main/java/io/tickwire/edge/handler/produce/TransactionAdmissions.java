package io.tickwire.edge.handler.produce;

import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.agent.TransactionGate;
import io.tickwire.edge.handler.Exchange;
import io.tickwire.kafka.hot.ProduceRequestDecoder;
import io.tickwire.kafka.hot.TopicKey;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.log.PartitionLog;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.transaction.AddPartitionsToTxnManager;
import org.apache.kafka.server.transaction.AddPartitionsToTxnManager.TransactionSupportedOperation;

/**
 * Holds a transactional Produce request back until the coordinator has admitted its partitions. A partition in whose log the
 * producer's transaction is open needs no question: then nothing is allocated and no other thread is asked (KIP-890; Kafka's
 * UnifiedLog.maybeStartTransactionVerification).
 */
final class TransactionAdmissions {
    private static final long NO_PRODUCER = -1;

    private final PartitionTable partitions;
    private final TransactionGate gate;
    private final Consumer<Runnable> shard;
    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private long producerId;
    private short producerEpoch;
    private boolean severalProducers;

    /** Continues with a request once the coordinator has answered. */
    interface Continuation {
        /** {@code frame} holds the request; {@code refused} has the partitions that were not admitted. */
        void proceed(Exchange exchange, DirectBuffer frame, Map<TopicPartition, Errors> refused);
    }

    TransactionAdmissions(PartitionTable partitions, TransactionGate gate, Consumer<Runnable> shard) {
        this.partitions = partitions;
        this.gate = gate;
        this.shard = shard;
    }

    /**
     * Asks for what the decoded request needs; the decoder is rewound.
     *
     * @return false when nothing has to be asked; otherwise the request goes on through the continuation
     */
    boolean holdsBack(
            Exchange exchange,
            ProduceRequestDecoder request,
            DirectBuffer frame,
            int offset,
            int length,
            Continuation then) {
        boolean asks = needsQuestion(request);
        request.rewind();
        if (!asks && !severalProducers) {
            return false;
        }
        byte[] copy = new byte[length];
        frame.getBytes(offset, copy);
        Questions questions = questions(request, exchange.apiVersion());
        if (severalProducers) {
            then.proceed(exchange, new UnsafeBuffer(copy), questions.allRefused(Errors.INVALID_PRODUCER_ID_MAPPING));
            return true;
        }
        String transactionalId = request.buffer()
                .getStringWithoutLengthUtf8(request.transactionalIdOffset(), request.transactionalIdLength());
        long sequence = exchange.sequence();
        CompletionStage<Boolean> _ = gate.admit(
                        transactionalId, producerId, producerEpoch, questions.asked, questions.protocol)
                .handle((answer, failure) -> {
                    // Posted by the thread that answers: no marker comes between the answer and the append.
                    shard.accept(() -> {
                        Map<TopicPartition, Errors> refused = failure == null
                                ? questions.refused(answer)
                                : questions.allRefused(Errors.forException(failure));
                        if (exchange.isOpen() && exchange.sequence() == sequence) {
                            then.proceed(exchange, new UnsafeBuffer(copy), refused);
                        }
                    });
                    return true;
                });
        return true;
    }

    /** Looks at every batch, notes the producer; true when one of its transactions is not open where it writes. */
    private boolean needsQuestion(ProduceRequestDecoder request) {
        producerId = NO_PRODUCER;
        severalProducers = false;
        boolean asks = false;
        while (request.nextTopic()) {
            PartitionTable.Topic topic = topic(request.topic());
            while (request.nextPartition()) {
                PartitionLog log = transactionalLog(request, topic);
                if (log != null) {
                    if (producerId == NO_PRODUCER) {
                        producerId = batch.producerId();
                        producerEpoch = batch.producerEpoch();
                    }
                    severalProducers |= producerId != batch.producerId() || producerEpoch != batch.producerEpoch();
                    asks |= !log.isTransactionOpen(batch.producerId(), batch.producerEpoch());
                }
            }
        }
        return asks;
    }

    private PartitionTable.Topic topic(TopicKey key) {
        return key.hasId()
                ? partitions.byId(key.idHigh(), key.idLow())
                : partitions.byName(key.buffer(), key.nameOffset(), key.nameLength());
    }

    /** The log that the decoder's partition writes to when its batch, now wrapped, is transactional; else null. */
    private PartitionLog transactionalLog(ProduceRequestDecoder request, PartitionTable.Topic topic) {
        ShardPartition partition = topic == null ? null : topic.partition(request.partition());
        if (partition == null
                || !partition.isWritable()
                || request.recordsLength() < RecordBatchFlyweight.HEADER_BYTES) {
            return null;
        }
        batch.wrap(request.buffer(), request.recordsOffset());
        return batch.isTransactional() ? partition.log() : null;
    }

    private Questions questions(ProduceRequestDecoder request, short version) {
        Questions questions =
                new Questions(AddPartitionsToTxnManager.produceRequestVersionToTransactionSupportedOperation(version));
        while (request.nextTopic()) {
            PartitionTable.Topic topic = topic(request.topic());
            while (request.nextPartition()) {
                if (topic == null) {
                    continue;
                }
                TopicPartition name = new TopicPartition(topic.name(), request.partition());
                questions.all.add(name);
                PartitionLog log = transactionalLog(request, topic);
                if (log != null && !log.isTransactionOpen(batch.producerId(), batch.producerEpoch())) {
                    questions.add(name, log, batch);
                }
            }
        }
        return questions;
    }

    /** What is asked for one request, and what is known without. */
    private static final class Questions {
        private final TransactionSupportedOperation protocol;
        private final Set<TopicPartition> all = new HashSet<>();
        private final Set<TopicPartition> asked = new HashSet<>();
        private final Map<TopicPartition, Errors> known = new HashMap<>();

        Questions(TransactionSupportedOperation protocol) {
            this.protocol = protocol;
        }

        void add(TopicPartition name, PartitionLog log, RecordBatchFlyweight batch) {
            short last = log.producerEpoch(batch.producerId());
            if (batch.producerEpoch() < last) {
                known.put(name, Errors.INVALID_PRODUCER_EPOCH);
                return;
            }
            asked.add(name);
            if (protocol.supportsEpochBump && last == PartitionLog.NO_PRODUCER_EPOCH && batch.baseSequence() != 0) {
                // KIP-890: each transaction has its own epoch, so what is new here begins with its first batch.
                known.put(name, Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
            }
        }

        Map<TopicPartition, Errors> refused(Map<TopicPartition, Errors> answer) {
            Map<TopicPartition, Errors> refused = new HashMap<>(known);
            refused.putAll(answer);
            return refused;
        }

        Map<TopicPartition, Errors> allRefused(Errors error) {
            Map<TopicPartition, Errors> refused = new HashMap<>();
            all.forEach(partition -> refused.put(partition, error));
            return refused;
        }
    }
}
