package io.tickwire.edge.transaction;

import io.tickwire.edge.metadata.journal.TransactionAdmission;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;
import org.apache.kafka.server.common.TransactionVersion;

/** The way of other threads to the transaction coordinator. */
public final class TransactionGateway implements TransactionAdmission {
    private final TransactionService service;
    private final Executor control;

    /** Asks {@code service} on the thread of {@code control}. */
    public TransactionGateway(TransactionService service, Executor control) {
        this.service = service;
        this.control = control;
    }

    @Override
    public CompletionStage<Errors> admit(
            String transactionalId, long producerId, short producerEpoch, TopicPartition partition, boolean implicit) {
        CompletableFuture<Errors> answer = new CompletableFuture<>();
        ProducerIdAndEpoch producer = new ProducerIdAndEpoch(producerId, producerEpoch);
        try {
            control.execute(() -> {
                try {
                    answer.complete(
                            implicit
                                    ? service.add(transactionalId, producer, Set.of(partition), TransactionVersion.TV_2)
                                    : service.verify(transactionalId, producer, partition));
                } catch (RuntimeException e) {
                    answer.complete(Errors.forException(e));
                }
            });
        } catch (RejectedExecutionException e) {
            answer.complete(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        }
        return answer;
    }
}
