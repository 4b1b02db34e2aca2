package io.tickwire.edge.agent;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.transaction.AddPartitionsToTxnManager.TransactionSupportedOperation;

/** Admits a producer's transactional writes to partitions (KIP-890). Any thread. */
@FunctionalInterface
public interface TransactionGate {
    /**
     * Makes sure that partitions are part of a producer's open transaction, before the first write to them: adds them, or,
     * where the protocol is older, only looks whether they were added.
     *
     * <p>The answer is given by the thread that also ends transactions: what it posts to a shard while it answers comes before
     * the marker of any later end.
     *
     * @param protocol what the writing request's version can do and can be told
     * @return the partitions that are refused, with Kafka's error as that version knows it
     */
    CompletionStage<Map<TopicPartition, Errors>> admit(
            String transactionalId,
            long producerId,
            short producerEpoch,
            Set<TopicPartition> partitions,
            TransactionSupportedOperation protocol);
}
