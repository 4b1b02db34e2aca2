package io.tickwire.edge.transaction;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;

/**
 * Whether a transaction may end, and as what, by its state and the producer's id and epoch.
 *
 * <p>From transaction version 2 on (KIP-890) each end bumps the epoch, so a repeated request shows by an epoch one lower.
 */
final class EndRules {
    private static final short LAST_CLIENT_EPOCH = Short.MAX_VALUE - 1;

    private EndRules() {}

    /**
     * The decision.
     *
     * @param error why it may not end; NONE for a repetition of what is done; null when it ends now
     * @param next PREPARE_COMMIT or PREPARE_ABORT
     * @param empty ends without a partition ever added
     */
    record Decision(Errors error, TransactionState next, boolean empty) {
        private static Decision no(Errors error) {
            return new Decision(error, null, false);
        }

        private static Decision yes(TransactionResult result, boolean empty) {
            return new Decision(null, prepared(result), empty);
        }
    }

    /** Who asks for the end, and how. */
    record Ask(long producerId, short producerEpoch, TransactionResult result, boolean fromClient) {}

    private static TransactionState prepared(TransactionResult result) {
        return result == TransactionResult.COMMIT ? TransactionState.PREPARE_COMMIT : TransactionState.PREPARE_ABORT;
    }

    static boolean isFencing(TransactionMetadata transaction) {
        return transaction
                .pendingState()
                .filter(state -> state == TransactionState.PREPARE_EPOCH_FENCE)
                .isPresent();
    }

    /** Before version 2: the epoch stays, and a state that is reached already tells a repetition. */
    static Decision beforeEpochBump(TransactionMetadata transaction, Ask ask) {
        if (transaction.producerId() != ask.producerId) {
            return Decision.no(Errors.INVALID_PRODUCER_ID_MAPPING);
        }
        boolean wrongEpoch = ask.fromClient
                ? ask.producerEpoch != transaction.producerEpoch()
                : ask.producerEpoch < transaction.producerEpoch();
        if (wrongEpoch) {
            return Decision.no(Errors.PRODUCER_FENCED);
        }
        if (transaction.pendingTransitionInProgress() && !isFencing(transaction)) {
            return Decision.no(Errors.CONCURRENT_TRANSACTIONS);
        }
        boolean commit = ask.result == TransactionResult.COMMIT;
        return switch (transaction.state()) {
            case ONGOING -> Decision.yes(ask.result, false);
            case COMPLETE_COMMIT -> Decision.no(commit ? Errors.NONE : Errors.INVALID_TXN_STATE);
            case COMPLETE_ABORT -> Decision.no(commit ? Errors.INVALID_TXN_STATE : Errors.NONE);
            case PREPARE_COMMIT -> Decision.no(commit ? Errors.CONCURRENT_TRANSACTIONS : Errors.INVALID_TXN_STATE);
            case PREPARE_ABORT -> Decision.no(commit ? Errors.INVALID_TXN_STATE : Errors.CONCURRENT_TRANSACTIONS);
            case EMPTY -> Decision.no(Errors.INVALID_TXN_STATE);
            case DEAD, PREPARE_EPOCH_FENCE -> throw impossible(transaction);
        };
    }

    /** From version 2 on. */
    static Decision withEpochBump(TransactionMetadata transaction, Ask ask) {
        boolean fencing = isFencing(transaction);
        if (transaction.pendingTransitionInProgress() && !fencing) {
            return Decision.no(Errors.CONCURRENT_TRANSACTIONS);
        }
        // The producer repeats a request whose answer, a new producer id, it never saw.
        boolean overflowed = !fencing
                && transaction.prevProducerId() == ask.producerId
                && ask.producerEpoch == LAST_CLIENT_EPOCH
                && transaction.producerEpoch() == 0;
        boolean bumped = !fencing && transaction.producerEpoch() == ask.producerEpoch + 1;
        if (transaction.producerId() != ask.producerId && !overflowed) {
            return Decision.no(Errors.INVALID_PRODUCER_ID_MAPPING);
        }
        if (!isValidEpoch(transaction, ask, fencing, bumped, overflowed)) {
            return Decision.no(Errors.PRODUCER_FENCED);
        }
        boolean commit = ask.result == TransactionResult.COMMIT;
        boolean repeated = bumped || overflowed;
        return switch (transaction.state()) {
            case ONGOING -> Decision.yes(ask.result, false);
            case COMPLETE_COMMIT -> {
                if (commit) {
                    yield Decision.no(repeated ? Errors.NONE : Errors.INVALID_TXN_STATE);
                }
                yield repeated ? Decision.no(Errors.INVALID_TXN_STATE) : Decision.yes(ask.result, true);
            }
            case COMPLETE_ABORT -> {
                if (commit) {
                    yield Decision.no(Errors.INVALID_TXN_STATE);
                }
                yield repeated ? Decision.no(Errors.NONE) : Decision.yes(ask.result, true);
            }
            case PREPARE_COMMIT -> Decision.no(commit ? Errors.CONCURRENT_TRANSACTIONS : Errors.INVALID_TXN_STATE);
            case PREPARE_ABORT -> Decision.no(commit ? Errors.INVALID_TXN_STATE : Errors.CONCURRENT_TRANSACTIONS);
            case EMPTY -> commit ? Decision.no(Errors.INVALID_TXN_STATE) : Decision.yes(ask.result, true);
            case DEAD, PREPARE_EPOCH_FENCE -> throw impossible(transaction);
        };
    }

    private static boolean isValidEpoch(
            TransactionMetadata transaction, Ask ask, boolean fencing, boolean bumped, boolean overflowed) {
        boolean same = ask.producerEpoch == transaction.producerEpoch();
        if (fencing) {
            return (!ask.fromClient || same) && ask.producerEpoch >= transaction.producerEpoch();
        }
        return switch (transaction.state()) {
            case ONGOING, EMPTY, DEAD, PREPARE_EPOCH_FENCE -> same;
            case PREPARE_COMMIT, PREPARE_ABORT -> bumped;
            case COMPLETE_COMMIT, COMPLETE_ABORT -> bumped || overflowed || same;
        };
    }

    private static IllegalStateException impossible(TransactionMetadata transaction) {
        return new IllegalStateException("A transaction is never found in this state: " + transaction);
    }
}
