package io.tickwire.edge.handler.produce;

import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.edge.agent.ShardPartition;
import io.tickwire.edge.agent.TransactionGate;
import io.tickwire.edge.handler.Exchange;
import io.tickwire.kafka.hot.ProduceRequestDecoder;
import io.tickwire.kafka.hot.TopicKey;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * Holds a transactional Produce request back until the coordinator has admitted each of its partitions. A partition that was
 * admitted needs no further question until a marker ends a transaction on it.
 */
final class TransactionAdmissions {
    /** First version whose batches add their partition to the transaction themselves (KIP-890). */
    private static final int FIRST_IMPLICIT_VERSION = 12;

    private final PartitionTable partitions;
    private final TransactionGate gate;
    private final Consumer<Runnable> shard;
    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();

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
    boolean ask(
            Exchange exchange,
            ProduceRequestDecoder request,
            DirectBuffer frame,
            int offset,
            int length,
            Continuation then) {
        List<Question> questions = questions(request);
        request.rewind();
        if (questions.isEmpty()) {
            return false;
        }
        byte[] copy = new byte[length];
        frame.getBytes(offset, copy);
        String transactionalId = request.buffer()
                .getStringWithoutLengthUtf8(request.transactionalIdOffset(), request.transactionalIdLength());
        boolean implicit = exchange.apiVersion() >= FIRST_IMPLICIT_VERSION;
        long sequence = exchange.sequence();
        Map<TopicPartition, Errors> refused = new HashMap<>();
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (Question question : questions) {
            answers.add(gate.admit(transactionalId, question.producerId, question.epoch, question.name(), implicit)
                    .exceptionally(Errors::forException)
                    .thenAccept(error -> question.answer = error)
                    .toCompletableFuture());
        }
        CompletableFuture<Void> _ = CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                .thenRun(() -> shard.accept(() -> {
                    questions.forEach(question -> question.settle(refused));
                    if (exchange.isOpen() && exchange.sequence() == sequence) {
                        then.proceed(exchange, new UnsafeBuffer(copy), refused);
                    }
                }));
        return true;
    }

    private List<Question> questions(ProduceRequestDecoder request) {
        List<Question> questions = new ArrayList<>();
        while (request.nextTopic()) {
            TopicKey key = request.topic();
            PartitionTable.Topic topic = key.hasId()
                    ? partitions.byId(key.idHigh(), key.idLow())
                    : partitions.byName(key.buffer(), key.nameOffset(), key.nameLength());
            while (request.nextPartition()) {
                ShardPartition partition = topic == null ? null : topic.partition(request.partition());
                if (partition == null || request.recordsLength() < RecordBatchFlyweight.HEADER_BYTES) {
                    continue;
                }
                batch.wrap(request.buffer(), request.recordsOffset());
                if (batch.isTransactional() && !partition.isAdmitted(batch.producerId(), batch.producerEpoch())) {
                    questions.add(new Question(partition, batch.producerId(), batch.producerEpoch()));
                }
            }
        }
        return questions;
    }

    private static final class Question {
        private final ShardPartition partition;
        private final long producerId;
        private final short epoch;
        private volatile Errors answer;

        Question(ShardPartition partition, long producerId, short epoch) {
            this.partition = partition;
            this.producerId = producerId;
            this.epoch = epoch;
        }

        TopicPartition name() {
            return new TopicPartition(partition.spec().topic(), partition.spec().partition());
        }

        void settle(Map<TopicPartition, Errors> refused) {
            if (answer == Errors.NONE) {
                partition.admitted(producerId, epoch);
            } else {
                refused.put(name(), answer);
            }
        }
    }
}
