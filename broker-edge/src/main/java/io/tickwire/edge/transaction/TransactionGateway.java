package io.tickwire.edge.transaction;

import io.tickwire.edge.agent.DelayedExecutor;
import io.tickwire.edge.agent.TransactionGate;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.server.transaction.AddPartitionsToTxnManager.TransactionSupportedOperation;

/** The way of other threads to the transaction coordinator. */
public final class TransactionGateway implements TransactionGate {
    private final TransactionService service;
    private final Executor control;
    private final DelayedExecutor delayed;
    private final Time time;

    /** Asks {@code service} on the thread of {@code control}, again by way of {@code delayed}. */
    public TransactionGateway(TransactionService service, Executor control, DelayedExecutor delayed, Time time) {
        this.service = service;
        this.control = control;
        this.delayed = delayed;
        this.time = time;
    }

    private record Ask(
            String transactionalId,
            ProducerIdAndEpoch producer,
            Set<TopicPartition> partitions,
            TransactionSupportedOperation protocol,
            long startMs,
            CompletableFuture<Map<TopicPartition, Errors>> answer) {

        void refuseAll(Errors error) {
            Map<TopicPartition, Errors> refused = new HashMap<>();
            partitions.forEach(partition -> refused.put(partition, told(error)));
            answer.complete(refused);
        }

        /** The error as the writing request's version knows it. */
        Errors told(Errors error) {
            return switch (error) {
                case PRODUCER_FENCED -> Errors.INVALID_PRODUCER_EPOCH;
                case TRANSACTION_ABORTABLE ->
                    protocol == TransactionSupportedOperation.DEFAULT_ERROR ? Errors.INVALID_TXN_STATE : error;
                default -> error;
            };
        }
    }

    @Override
    public CompletionStage<Map<TopicPartition, Errors>> admit(
            String transactionalId,
            long producerId,
            short producerEpoch,
            Set<TopicPartition> partitions,
            TransactionSupportedOperation protocol) {
        Ask ask = new Ask(
                transactionalId,
                new ProducerIdAndEpoch(producerId, producerEpoch),
                partitions,
                protocol,
                time.milliseconds(),
                new CompletableFuture<>());
        try {
            control.execute(() -> answer(ask));
        } catch (RejectedExecutionException e) {
            ask.refuseAll(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        }
        return ask.answer;
    }

    private void answer(Ask ask) {
        try {
            if (ask.protocol.supportsEpochBump) {
                add(ask);
            } else {
                verify(ask);
            }
        } catch (RuntimeException e) {
            ask.refuseAll(Errors.forException(e));
        }
    }

    private void add(Ask ask) {
        Errors error = service.add(ask.transactionalId, ask.producer, ask.partitions, TransactionVersion.TV_2);
        if (error == Errors.NONE) {
            ask.answer.complete(Map.of());
        } else if (error == Errors.CONCURRENT_TRANSACTIONS
                && time.milliseconds() - ask.startMs < service.limits().addRetryMaxMs()) {
            // KIP-890: the end of the producer's last transaction may still be under way; it was told of it already.
            delayed.schedule(service.limits().addRetryBackoffMs(), () -> answer(ask));
        } else {
            ask.refuseAll(error);
        }
    }

    private void verify(Ask ask) {
        Map<TopicPartition, Errors> refused = new HashMap<>();
        if (service.limits().verifiesPartitions()) {
            for (TopicPartition partition : ask.partitions) {
                Errors error = service.verify(ask.transactionalId, ask.producer, partition);
                if (error != Errors.NONE) {
                    refused.put(partition, ask.told(error));
                }
            }
        }
        ask.answer.complete(refused);
    }
}
