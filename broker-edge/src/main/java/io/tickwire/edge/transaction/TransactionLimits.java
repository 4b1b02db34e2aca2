package io.tickwire.edge.transaction;

import io.tickwire.edge.metadata.BrokerSettings;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.coordinator.transaction.AddPartitionsToTxnConfig;
import org.apache.kafka.coordinator.transaction.TransactionStateManagerConfig;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.server.config.ServerConfigs;

/**
 * What bounds transactions.
 *
 * @param maxTimeoutMs longest timeout a producer may ask for
 * @param twoPhaseCommit whether producers may take part in two-phase commits
 * @param abortIntervalMs how often transactions past their timeout are looked for
 * @param idExpirationMs how long an unused transactional id is remembered
 * @param expirationIntervalMs how often unused ids are looked for
 * @param addRetryBackoffMs wait before a partition that a write adds is tried again while the transaction before it ends
 * @param addRetryMaxMs how long that is tried
 * @param verification whether writes of the older protocol are checked against the coordinator, as configured now
 * @param version finalized level of {@code transaction.version}
 */
public record TransactionLimits(
        int maxTimeoutMs,
        boolean twoPhaseCommit,
        int abortIntervalMs,
        int idExpirationMs,
        int expirationIntervalMs,
        int addRetryBackoffMs,
        int addRetryMaxMs,
        BooleanSupplier verification,
        Supplier<TransactionVersion> version) {

    /** The limits of the broker's settings. */
    public static TransactionLimits of(
            BrokerSettings settings, BooleanSupplier verification, Supplier<TransactionVersion> version) {
        return new TransactionLimits(
                settings.getInt(TransactionStateManagerConfig.TRANSACTIONS_MAX_TIMEOUT_MS_CONFIG),
                settings.getBoolean(TransactionStateManagerConfig.TRANSACTIONS_2PC_ENABLED_CONFIG),
                settings.getInt(
                        TransactionStateManagerConfig
                                .TRANSACTIONS_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS_CONFIG),
                settings.getInt(TransactionStateManagerConfig.TRANSACTIONAL_ID_EXPIRATION_MS_CONFIG),
                settings.getInt(
                        TransactionStateManagerConfig
                                .TRANSACTIONS_REMOVE_EXPIRED_TRANSACTIONAL_ID_CLEANUP_INTERVAL_MS_CONFIG),
                settings.getInt(AddPartitionsToTxnConfig.ADD_PARTITIONS_TO_TXN_RETRY_BACKOFF_MS_CONFIG),
                Math.min(
                        settings.getInt(AddPartitionsToTxnConfig.ADD_PARTITIONS_TO_TXN_RETRY_BACKOFF_MAX_MS_CONFIG),
                        settings.getInt(ServerConfigs.REQUEST_TIMEOUT_MS_CONFIG)),
                verification,
                version);
    }

    boolean verifiesPartitions() {
        return verification.getAsBoolean();
    }

    TransactionVersion serverVersion() {
        return version.get();
    }
}
