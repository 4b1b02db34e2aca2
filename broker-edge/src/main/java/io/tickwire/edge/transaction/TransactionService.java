package io.tickwire.edge.transaction;

import io.tickwire.edge.agent.DelayedExecutor;
import io.tickwire.edge.metadata.InternalTopicListener;
import io.tickwire.edge.metadata.journal.PartitionJournal;
import io.tickwire.storage.log.PartitionLog;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * The transaction coordinator: Kafka's state and transitions, its decisions on one thread, its log in our journals.
 *
 * <p>Control thread only. A state is changed by writing it; there is no wait between the two, so no transition is ever
 * pending when a request comes, but for the fencing of an epoch within one call.
 */
public final class TransactionService implements InternalTopicListener {
    private final Executor control;
    private final ProducerIds ids;
    private final TransactionStore store;
    private final TransactionEnds ends;
    private final IntSupplier partitionCount;
    private final TransactionLimits limits;
    private final Time time;

    /**
     * A request for a transactional producer's id.
     *
     * @param transactionalId the transactional id, not null
     * @param timeoutMs how long a transaction may take
     * @param twoPhase whether the producer takes part in a two-phase commit and has no timeout
     * @param keepPrepared whether a prepared transaction shall be kept
     * @param expected the id and epoch that the producer has, if it has
     */
    public record InitRequest(
            String transactionalId,
            int timeoutMs,
            boolean twoPhase,
            boolean keepPrepared,
            Optional<ProducerIdAndEpoch> expected) {}

    /**
     * Builds the coordinator; it coordinates nothing until its partitions are elected.
     *
     * @param control runs continuations on the control thread
     * @param partitionCount partitions of {@code __transaction_state}
     */
    public TransactionService(
            Executor control,
            DelayedExecutor delayed,
            ProducerIds ids,
            MarkerWriter markers,
            IntSupplier partitionCount,
            TransactionLimits limits,
            Time time) {
        this.control = control;
        this.ids = ids;
        this.store = new TransactionStore(time);
        this.partitionCount = partitionCount;
        this.limits = limits;
        this.time = time;
        this.ends = new TransactionEnds(control, delayed, store, markers, time);
    }

    @Override
    public String topic() {
        return Topic.TRANSACTION_STATE_TOPIC_NAME;
    }

    @Override
    public void onElection(int partition, int leaderEpoch, PartitionLog log) {
        if (store.elect(partition, leaderEpoch, new PartitionJournal(log, time))) {
            ends.resume(partition);
        }
    }

    @Override
    public void onDeletion(int partition) {
        store.remove(partition);
    }

    /** The partition that coordinates a transactional id. */
    public int partitionFor(String transactionalId) {
        return TransactionStore.partitionFor(transactionalId, partitionCount.getAsInt());
    }

    TransactionStore store() {
        return store;
    }

    TransactionLimits limits() {
        return limits;
    }

    /** Gives a transactional producer its id and epoch; an open transaction of the same id is aborted first. */
    public CompletionStage<ProducerOutcome> init(InitRequest request) {
        if (request.transactionalId.isEmpty()) {
            return failed(Errors.INVALID_REQUEST);
        } else if (request.twoPhase && !limits.twoPhaseCommit()) {
            return failed(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        } else if (request.keepPrepared) {
            return failed(Errors.UNSUPPORTED_VERSION);
        } else if (!request.twoPhase && (request.timeoutMs <= 0 || request.timeoutMs > limits.maxTimeoutMs())) {
            return failed(Errors.INVALID_TRANSACTION_TIMEOUT);
        }
        return init(request, OptionalLong.empty());
    }

    private CompletionStage<ProducerOutcome> init(InitRequest request, OptionalLong freshId) {
        int partition = partitionFor(request.transactionalId);
        if (!store.contains(partition)) {
            return failed(Errors.NOT_COORDINATOR);
        }
        TransactionMetadata transaction = store.get(partition, request.transactionalId);
        boolean rotates = transaction != null && mayRotate(transaction, request);
        if ((transaction == null || rotates) && freshId.isEmpty()) {
            return ids.next()
                    .thenComposeAsync(id -> init(request, OptionalLong.of(id)), control)
                    .exceptionally(failure -> ProducerOutcome.failed(Errors.forException(failure)));
        }
        int timeoutMs = request.twoPhase ? Integer.MAX_VALUE : request.timeoutMs;
        if (transaction == null) {
            transaction = created(request.transactionalId, freshId.getAsLong(), timeoutMs);
            store.add(partition, transaction);
        }
        Errors refused = refusal(transaction, request);
        if (refused != Errors.NONE) {
            return failed(refused);
        }
        if (transaction.state() == TransactionState.ONGOING) {
            return fence(transaction)
                    .thenApply(outcome -> ProducerOutcome.failed(
                            outcome.error() == Errors.NONE ? Errors.CONCURRENT_TRANSACTIONS : outcome.error()));
        }
        TxnTransitMetadata next;
        try {
            next = rotates
                    ? transaction.prepareProducerIdRotation(
                            freshId.getAsLong(), timeoutMs, time.milliseconds(), request.expected.isPresent())
                    : transaction.prepareIncrementProducerEpoch(
                            timeoutMs, request.expected.map(expected -> expected.epoch), time.milliseconds());
        } catch (org.apache.kafka.common.errors.ApiException e) {
            return failed(Errors.forException(e));
        }
        Errors error = store.write(partition, transaction, next, limits.serverVersion());
        return CompletableFuture.completedStage(
                error == Errors.NONE
                        ? new ProducerOutcome(error, next.producerId(), next.producerEpoch())
                        : ProducerOutcome.failed(error));
    }

    private static boolean mayRotate(TransactionMetadata transaction, InitRequest request) {
        return transaction.isProducerEpochExhausted()
                && request.expected
                        .map(expected -> expected.epoch == transaction.producerEpoch())
                        .orElse(true)
                && transaction.state().isExpirationAllowed();
    }

    private TransactionMetadata created(String transactionalId, long producerId, int timeoutMs) {
        return new TransactionMetadata(
                transactionalId,
                producerId,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_PRODUCER_EPOCH,
                timeoutMs,
                TransactionState.EMPTY,
                Set.of(),
                -1,
                time.milliseconds(),
                TransactionVersion.TV_0);
    }

    private static Errors refusal(TransactionMetadata transaction, InitRequest request) {
        if (transaction.pendingTransitionInProgress()) {
            return Errors.CONCURRENT_TRANSACTIONS;
        }
        if (request.expected.isPresent() && !isOwn(transaction, request.expected.get())) {
            return Errors.PRODUCER_FENCED;
        }
        return switch (transaction.state()) {
            case PREPARE_ABORT, PREPARE_COMMIT -> Errors.CONCURRENT_TRANSACTIONS;
            default -> Errors.NONE;
        };
    }

    /** The id is the current one, or the one before whose epochs ran out: then it repeats a request. */
    private static boolean isOwn(TransactionMetadata transaction, ProducerIdAndEpoch expected) {
        return transaction.producerEpoch() == RecordBatch.NO_PRODUCER_EPOCH
                || expected.producerId == transaction.producerId()
                || (expected.producerId == transaction.prevProducerId()
                        && TransactionMetadata.isEpochExhausted(expected.epoch));
    }

    /** Aborts an ongoing transaction on behalf of the coordinator, so that its producer can do nothing more. */
    CompletionStage<ProducerOutcome> fence(TransactionMetadata transaction) {
        TxnTransitMetadata fenced = transaction.prepareFenceProducerEpoch();
        return end(
                transaction.transactionalId(),
                new EndRules.Ask(fenced.producerId(), fenced.producerEpoch(), TransactionResult.ABORT, false),
                limits.serverVersion(),
                OptionalLong.empty());
    }

    /** Adds partitions to a producer's transaction, opening it with the first. */
    public Errors add(
            String transactionalId,
            ProducerIdAndEpoch producer,
            Set<TopicPartition> partitions,
            TransactionVersion clientVersion) {
        if (transactionalId == null || transactionalId.isEmpty()) {
            return Errors.INVALID_REQUEST;
        }
        int partition = partitionFor(transactionalId);
        if (!store.contains(partition)) {
            return Errors.NOT_COORDINATOR;
        }
        TransactionMetadata transaction = store.get(partition, transactionalId);
        if (transaction == null) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        } else if (transaction.pendingTransitionInProgress()) {
            return Errors.CONCURRENT_TRANSACTIONS;
        }
        Errors refused = refusal(transaction, producer);
        if (refused != Errors.NONE) {
            return refused;
        }
        if (transaction.state() == TransactionState.ONGOING
                && transaction.topicPartitions().containsAll(partitions)) {
            return Errors.NONE;
        }
        TxnTransitMetadata next = transaction.prepareAddPartitions(partitions, time.milliseconds(), clientVersion);
        return store.write(partition, transaction, next, limits.serverVersion());
    }

    /** Whether a partition is part of a producer's transaction. */
    public Errors verify(String transactionalId, ProducerIdAndEpoch producer, TopicPartition partition) {
        if (transactionalId == null || transactionalId.isEmpty()) {
            return Errors.INVALID_REQUEST;
        }
        int number = partitionFor(transactionalId);
        if (!store.contains(number)) {
            return Errors.NOT_COORDINATOR;
        }
        TransactionMetadata transaction = store.get(number, transactionalId);
        if (transaction == null) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        }
        Errors refused = refusal(transaction, producer);
        if (refused != Errors.NONE) {
            return refused;
        }
        return transaction.topicPartitions().contains(partition) ? Errors.NONE : Errors.TRANSACTION_ABORTABLE;
    }

    private static Errors refusal(TransactionMetadata transaction, ProducerIdAndEpoch producer) {
        if (transaction.producerId() != producer.producerId) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        } else if (transaction.producerEpoch() != producer.epoch) {
            return Errors.PRODUCER_FENCED;
        }
        return switch (transaction.state()) {
            case PREPARE_COMMIT, PREPARE_ABORT -> Errors.CONCURRENT_TRANSACTIONS;
            default -> Errors.NONE;
        };
    }

    /** Commits or aborts as the producer asks; done when the markers are written, or their first attempt failed. */
    public CompletionStage<ProducerOutcome> end(
            String transactionalId,
            ProducerIdAndEpoch producer,
            TransactionResult result,
            TransactionVersion clientVersion) {
        if (transactionalId == null || transactionalId.isEmpty()) {
            return failed(Errors.INVALID_REQUEST);
        }
        return end(
                transactionalId,
                new EndRules.Ask(producer.producerId, producer.epoch, result, true),
                clientVersion,
                OptionalLong.empty());
    }

    private CompletionStage<ProducerOutcome> end(
            String transactionalId, EndRules.Ask ask, TransactionVersion version, OptionalLong freshId) {
        int partition = partitionFor(transactionalId);
        if (!store.contains(partition)) {
            return failed(Errors.NOT_COORDINATOR);
        }
        TransactionMetadata transaction = store.get(partition, transactionalId);
        if (transaction == null) {
            return failed(Errors.INVALID_PRODUCER_ID_MAPPING);
        }
        boolean bumps = version.supportsEpochBump();
        EndRules.Decision decision =
                bumps ? EndRules.withEpochBump(transaction, ask) : EndRules.beforeEpochBump(transaction, ask);
        if (decision.error() != null) {
            return decision.error() != Errors.NONE || !bumps
                    ? failed(decision.error())
                    : CompletableFuture.completedStage(
                            new ProducerOutcome(Errors.NONE, transaction.producerId(), transaction.producerEpoch()));
        }
        if (bumps && transaction.isProducerEpochExhausted() && freshId.isEmpty()) {
            return ids.next()
                    .thenComposeAsync(id -> end(transactionalId, ask, version, OptionalLong.of(id)), control)
                    .exceptionally(failure -> ProducerOutcome.failed(Errors.forException(failure)));
        }
        long nextId = freshId.orElse(RecordBatch.NO_PRODUCER_ID);
        return ends.begin(partition, transaction, ask, decision, version, nextId, limits.serverVersion());
    }

    private static CompletionStage<ProducerOutcome> failed(Errors error) {
        return CompletableFuture.completedStage(ProducerOutcome.failed(error));
    }
}
