package io.tickwire.edge.transaction;

import io.tickwire.edge.agent.DelayedExecutor;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Aborts transactions past their timeout and forgets ids long unused, every so often. Control thread. */
public final class TransactionHousekeeping {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionHousekeeping.class);

    private final TransactionService service;
    private final DelayedExecutor delayed;
    private final Time time;

    /** Keeps house for {@code service}. */
    public TransactionHousekeeping(TransactionService service, DelayedExecutor delayed, Time time) {
        this.service = service;
        this.delayed = delayed;
        this.time = time;
    }

    /** Starts both rounds. */
    public void start() {
        delayed.schedule(service.limits().abortIntervalMs(), this::abortRound);
        delayed.schedule(service.limits().expirationIntervalMs(), this::expirationRound);
    }

    private void abortRound() {
        abortTimedOut();
        delayed.schedule(service.limits().abortIntervalMs(), this::abortRound);
    }

    private void expirationRound() {
        forgetUnused();
        delayed.schedule(service.limits().expirationIntervalMs(), this::expirationRound);
    }

    /** Aborts every transaction that is past its timeout now. */
    void abortTimedOut() {
        long nowMs = time.milliseconds();
        for (TransactionMetadata transaction : all()) {
            boolean late = transaction.state() == TransactionState.ONGOING
                    && !transaction.pendingTransitionInProgress()
                    && !transaction.isDistributedTwoPhaseCommitTxn()
                    && transaction.txnStartTimestamp() + transaction.txnTimeoutMs() < nowMs;
            if (late) {
                service.fence(transaction).thenAccept(outcome -> {
                    if (outcome.error() != Errors.NONE) {
                        LOG.warn(
                                "Transaction {} is past its timeout, but not aborted: {}",
                                transaction.transactionalId(),
                                outcome.error());
                    }
                });
            }
        }
    }

    /** Forgets every id that has been unused for too long now. */
    void forgetUnused() {
        long oldestMs = time.milliseconds() - service.limits().idExpirationMs();
        for (TransactionMetadata transaction : all()) {
            boolean unused = transaction.state().isExpirationAllowed()
                    && !transaction.pendingTransitionInProgress()
                    && transaction.txnLastUpdateTimestamp() <= oldestMs;
            if (unused) {
                try {
                    service.store()
                            .forget(service.partitionFor(transaction.transactionalId()), transaction.transactionalId());
                } catch (KafkaException e) {
                    LOG.warn("Transactional id {} is not forgotten yet", transaction.transactionalId(), e);
                }
            }
        }
    }

    private List<TransactionMetadata> all() {
        List<TransactionMetadata> all = new ArrayList<>();
        service.store()
                .partitions()
                .forEach(partition -> all.addAll(service.store().all(partition)));
        return all;
    }
}
