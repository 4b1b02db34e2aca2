package io.tickwire.edge.handler.produce;

import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.agent.TransactionGate;
import io.tickwire.edge.handler.Exchange;
import io.tickwire.kafka.hot.ProduceRequestDecoder;
import io.tickwire.kafka.hot.TopicKey;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * Holds a transactional Produce request back until the coordinator has admitted those of its partitions that this shard owns; the
 * owners of the others ask for them. A partition in whose log the
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
        AdmissionQuestions questions = questions(request, exchange.apiVersion());
        if (severalProducers) {
            then.proceed(exchange, new UnsafeBuffer(copy), questions.allRefused(Errors.INVALID_PRODUCER_ID_MAPPING));
            return true;
        }
        String transactionalId = request.buffer()
                .getStringWithoutLengthUtf8(request.transactionalIdOffset(), request.transactionalIdLength());
        long sequence = exchange.sequence();
        CompletionStage<Boolean> _ = gate.admit(
                        transactionalId, producerId, producerEpoch, questions.asked(), questions.protocol())
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
                ShardPartition partition = transactional(request, topic);
                if (partition != null) {
                    if (producerId == NO_PRODUCER) {
                        producerId = batch.producerId();
                        producerEpoch = batch.producerEpoch();
                    }
                    severalProducers |= producerId != batch.producerId() || producerEpoch != batch.producerEpoch();
                    asks |= mustAsk(partition);
                }
            }
        }
        return asks;
    }

    private boolean mustAsk(ShardPartition partition) {
        return partition.isOwned() && !partition.log().isTransactionOpen(batch.producerId(), batch.producerEpoch());
    }

    private PartitionTable.Topic topic(TopicKey key) {
        return key.hasId()
                ? partitions.byId(key.idHigh(), key.idLow())
                : partitions.byName(key.buffer(), key.nameOffset(), key.nameLength());
    }

    /** The decoder's partition when its batch, now wrapped, is transactional; else null. */
    private ShardPartition transactional(ProduceRequestDecoder request, PartitionTable.Topic topic) {
        ShardPartition partition = topic == null ? null : topic.partition(request.partition());
        if (partition == null
                || !partition.isWritable()
                || request.recordsLength() < RecordBatchFlyweight.HEADER_BYTES) {
            return null;
        }
        batch.wrap(request.buffer(), request.recordsOffset());
        return batch.isTransactional() ? partition : null;
    }

    private AdmissionQuestions questions(ProduceRequestDecoder request, short version) {
        AdmissionQuestions questions = new AdmissionQuestions(version);
        while (request.nextTopic()) {
            PartitionTable.Topic topic = topic(request.topic());
            while (request.nextPartition()) {
                if (topic == null) {
                    continue;
                }
                TopicPartition name = new TopicPartition(topic.name(), request.partition());
                questions.partOfRequest(name);
                ShardPartition partition = transactional(request, topic);
                if (partition != null && mustAsk(partition)) {
                    questions.add(name, partition.log(), batch);
                }
            }
        }
        return questions;
    }
}
