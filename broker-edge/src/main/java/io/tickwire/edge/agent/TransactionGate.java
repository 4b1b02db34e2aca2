package io.tickwire.edge.agent;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/** Admits a producer's transactional batches to a partition (KIP-890). Any thread. */
@FunctionalInterface
public interface TransactionGate {
    /**
     * Makes sure that a partition is part of a producer's open transaction.
     *
     * @param implicit whether the batch itself adds the partition; otherwise it must have been added before
     * @return NONE or Kafka's error, completed on any thread
     */
    CompletionStage<Errors> admit(
            String transactionalId, long producerId, short producerEpoch, TopicPartition partition, boolean implicit);
}
