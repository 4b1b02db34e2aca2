package io.tickwire.edge.metadata.journal;

import io.tickwire.edge.agent.TransactionGate;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.server.transaction.AddPartitionsToTxnManager;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/** Writes a coordinator's records to its journals; with one replica a write is committed when it is in the journal. */
public final class JournalWriter implements PartitionWriter {
    private final CoordinatorJournals journals;
    private final Supplier<LogConfig> config;
    private final Map<TopicPartition, Set<Listener>> listeners = new ConcurrentHashMap<>();
    private volatile TransactionGate admission;

    /**
     * Writes to {@code journals}.
     *
     * @param config the topic's configuration now
     */
    public JournalWriter(CoordinatorJournals journals, Supplier<LogConfig> config) {
        this.journals = journals;
        this.config = config;
    }

    @Override
    public void registerListener(TopicPartition partition, Listener listener) {
        listeners.computeIfAbsent(partition, key -> new CopyOnWriteArraySet<>()).add(listener);
    }

    @Override
    public void deregisterListener(TopicPartition partition, Listener listener) {
        listeners.getOrDefault(partition, Set.of()).remove(listener);
    }

    @Override
    public LogConfig config(TopicPartition partition) {
        return config.get();
    }

    @Override
    public long append(
            TopicPartition partition, VerificationGuard guard, MemoryRecords records, short transactionVersion)
            throws KafkaException {
        CoordinatorJournals.Entry entry = journals.get(partition);
        long end = entry.journal().append(records, entry.leaderEpoch());
        for (Listener listener : listeners.getOrDefault(partition, Set.of())) {
            listener.onHighWatermarkUpdated(partition, end);
        }
        return end;
    }

    /** Says who adds partitions to transactions; called once, before the first transactional write. */
    public void admission(TransactionGate coordinator) {
        admission = coordinator;
    }

    @Override
    public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
            TopicPartition partition, String transactionalId, long producerId, short producerEpoch, int apiVersion) {
        return admission
                .admit(
                        transactionalId,
                        producerId,
                        producerEpoch,
                        Set.of(partition),
                        AddPartitionsToTxnManager.txnOffsetCommitRequestVersionToTransactionSupportedOperation(
                                apiVersion))
                .thenApply(refused -> {
                    Errors error = refused.get(partition);
                    if (error != null) {
                        throw error.exception();
                    }
                    return VerificationGuard.SENTINEL;
                })
                .toCompletableFuture();
    }

    @Override
    public CompletableFuture<Void> deleteRecords(TopicPartition partition, long deleteBeforeOffset) {
        try {
            journals.get(partition).journal().deleteBefore(deleteBeforeOffset);
            return CompletableFuture.completedFuture(null);
        } catch (KafkaException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
