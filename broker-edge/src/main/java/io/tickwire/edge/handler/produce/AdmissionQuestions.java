package io.tickwire.edge.handler.produce;

import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.log.PartitionLog;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.transaction.AddPartitionsToTxnManager;
import org.apache.kafka.server.transaction.AddPartitionsToTxnManager.TransactionSupportedOperation;

/** What the coordinator is asked for one request, and what is known without. */
final class AdmissionQuestions {
    private final TransactionSupportedOperation protocol;
    private final Set<TopicPartition> all = new HashSet<>();
    private final Set<TopicPartition> asked = new HashSet<>();
    private final Map<TopicPartition, Errors> known = new HashMap<>();

    /** Nothing asked yet for a request of this version. */
    AdmissionQuestions(int produceVersion) {
        protocol =
                AddPartitionsToTxnManager.produceRequestVersionToTransactionSupportedOperation((short) produceVersion);
    }

    /** The request writes to a partition. */
    void partOfRequest(TopicPartition name) {
        all.add(name);
    }

    Set<TopicPartition> asked() {
        return asked;
    }

    TransactionSupportedOperation protocol() {
        return protocol;
    }

    /** Asks for a partition, on its log's owner. */
    void add(TopicPartition name, PartitionLog log, RecordBatchFlyweight batch) {
        short last = log.producerEpoch(batch.producerId());
        if (batch.producerEpoch() < last) {
            known.put(name, Errors.INVALID_PRODUCER_EPOCH);
            return;
        }
        asked.add(name);
        if (protocol.supportsEpochBump && last == PartitionLog.NO_PRODUCER_EPOCH && batch.baseSequence() != 0) {
            // KIP-890: each transaction has its own epoch, so what is new here begins with its first batch.
            known.put(name, Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        }
    }

    Map<TopicPartition, Errors> refused(Map<TopicPartition, Errors> answer) {
        Map<TopicPartition, Errors> refused = new HashMap<>(known);
        refused.putAll(answer);
        return refused;
    }

    Map<TopicPartition, Errors> allRefused(Errors error) {
        Map<TopicPartition, Errors> refused = new HashMap<>();
        all.forEach(partition -> refused.put(partition, error));
        return refused;
    }
}
