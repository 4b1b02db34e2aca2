package io.tickwire.edge.metadata.journal;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/** Admits a producer's transactional writes to a partition. Any thread. */
@FunctionalInterface
public interface TransactionAdmission {
    /**
     * Makes sure that a partition is part of a producer's open transaction, before the first write to it.
     *
     * @param implicit whether the write itself adds the partition (KIP-890); otherwise it must have been added before
     * @return NONE or Kafka's error
     */
    CompletionStage<Errors> admit(
            String transactionalId, long producerId, short producerEpoch, TopicPartition partition, boolean implicit);
}
