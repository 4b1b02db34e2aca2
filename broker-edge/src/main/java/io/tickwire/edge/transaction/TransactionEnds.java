package io.tickwire.edge.transaction;

import io.tickwire.edge.agent.DelayedExecutor;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries decided ends through: prepare record, markers until all are written, completion record. Control thread. */
final class TransactionEnds {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionEnds.class);
    private static final long RETRY_MS = 100;

    private final Executor control;
    private final DelayedExecutor delayed;
    private final TransactionStore store;
    private final MarkerWriter markers;
    private final Time time;

    TransactionEnds(
            Executor control, DelayedExecutor delayed, TransactionStore store, MarkerWriter markers, Time time) {
        this.control = control;
        this.delayed = delayed;
        this.store = store;
        this.markers = markers;
        this.time = time;
    }

    CompletionStage<ProducerOutcome> begin(
            int partition,
            TransactionMetadata transaction,
            EndRules.Ask ask,
            EndRules.Decision decision,
            TransactionVersion clientVersion,
            long nextProducerId,
            TransactionVersion serverVersion) {
        boolean fencing = EndRules.isFencing(transaction);
        boolean bumps = clientVersion.supportsEpochBump();
        if (fencing) {
            transaction.pendingState(java.util.Optional.empty());
            if (!bumps) {
                transaction.setProducerEpoch(ask.producerEpoch());
                transaction.setLastProducerEpoch(RecordBatch.NO_PRODUCER_EPOCH);
            }
        }
        TxnTransitMetadata prepared = transaction.prepareAbortOrCommit(
                decision.next(),
                bumps ? clientVersion : TransactionVersion.TV_0,
                nextProducerId,
                time.milliseconds(),
                decision.empty());
        Errors error = store.write(partition, transaction, prepared, serverVersion);
        if (error != Errors.NONE) {
            transaction.hasFailedEpochFence(fencing && !bumps);
            return CompletableFuture.completedStage(ProducerOutcome.failed(error));
        }
        boolean rotated = bumps && nextProducerId != RecordBatch.NO_PRODUCER_ID;
        ProducerOutcome outcome = new ProducerOutcome(
                Errors.NONE,
                rotated ? nextProducerId : transaction.producerId(),
                rotated ? 0 : transaction.producerEpoch());
        return mark(partition, transaction, serverVersion).thenApply(done -> outcome);
    }

    /** Goes on with what the log shows as prepared, once the broker serves its partitions. */
    void resume(int partition) {
        for (TransactionMetadata transaction : List.copyOf(store.all(partition))) {
            if (isPrepared(transaction)) {
                delayed.schedule(0, () -> resume(partition, transaction));
            }
        }
    }

    /** Not before topics can be seen: a partition of which nothing is known counts as deleted, and gets no marker. */
    private void resume(int partition, TransactionMetadata transaction) {
        if (markers.seesTopics()) {
            mark(partition, transaction, transaction.clientTransactionVersion());
        } else if (store.contains(partition)) {
            delayed.schedule(RETRY_MS, () -> resume(partition, transaction));
        }
    }

    private static boolean isPrepared(TransactionMetadata transaction) {
        return transaction.state() == TransactionState.PREPARE_COMMIT
                || transaction.state() == TransactionState.PREPARE_ABORT;
    }

    private CompletionStage<Void> mark(
            int partition, TransactionMetadata transaction, TransactionVersion serverVersion) {
        if (!store.contains(partition) || !isPrepared(transaction)) {
            return CompletableFuture.completedStage(null);
        }
        Set<TopicPartition> left = new HashSet<>(transaction.topicPartitions());
        MarkerWriter.Marker marker = new MarkerWriter.Marker(
                transaction.producerId(),
                transaction.producerEpoch(),
                store.leaderEpoch(partition),
                transaction.state() == TransactionState.PREPARE_COMMIT
                        ? TransactionResult.COMMIT
                        : TransactionResult.ABORT,
                transaction.clientTransactionVersion().featureLevel());
        return markers.write(marker, left)
                .thenAcceptAsync(outcomes -> marked(partition, transaction, serverVersion, outcomes), control);
    }

    private void marked(
            int partition,
            TransactionMetadata transaction,
            TransactionVersion serverVersion,
            Map<TopicPartition, Errors> outcomes) {
        boolean again = false;
        for (Map.Entry<TopicPartition, Errors> outcome : outcomes.entrySet()) {
            if (MarkerWriter.isRetriable(outcome.getValue())) {
                LOG.warn(
                        "No marker of transaction {} in {} yet: {}",
                        transaction.transactionalId(),
                        outcome.getKey(),
                        outcome.getValue());
                again = true;
            } else {
                transaction.removePartition(outcome.getKey());
            }
        }
        if (!again) {
            again = complete(partition, transaction, serverVersion) != Errors.NONE;
        }
        if (again) {
            delayed.schedule(RETRY_MS, () -> mark(partition, transaction, serverVersion));
        }
    }

    private Errors complete(int partition, TransactionMetadata transaction, TransactionVersion serverVersion) {
        if (!store.contains(partition)) {
            return Errors.NONE;
        }
        return store.write(partition, transaction, transaction.prepareComplete(time.milliseconds()), serverVersion);
    }
}
