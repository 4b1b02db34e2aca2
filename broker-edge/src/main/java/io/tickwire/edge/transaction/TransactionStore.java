package io.tickwire.edge.transaction;

import io.tickwire.edge.metadata.journal.RecordJournal;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.transaction.TransactionLog;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * Transactional ids and their state, each change written to the journal of its partition before it is in effect.
 *
 * <p>Control thread only, which owns the journals. The records are those of Kafka's {@code __transaction_state}.
 */
final class TransactionStore {
    private final Map<Integer, Partition> partitions = new HashMap<>();
    private final Time time;

    private static final class Partition {
        private final RecordJournal journal;
        private final Map<String, TransactionMetadata> transactions = new HashMap<>();
        private int leaderEpoch;

        private Partition(RecordJournal journal) {
            this.journal = journal;
        }
    }

    TransactionStore(Time time) {
        this.time = time;
    }

    static int partitionFor(String transactionalId, int partitionCount) {
        return Utils.abs(transactionalId.hashCode()) % partitionCount;
    }

    /** Takes a partition over, replaying it unless it is known; says whether it was replayed. */
    boolean elect(int number, int leaderEpoch, RecordJournal journal) {
        Partition known = partitions.get(number);
        if (known != null) {
            known.leaderEpoch = leaderEpoch;
            return false;
        }
        Partition partition = new Partition(journal);
        partition.leaderEpoch = leaderEpoch;
        journal.replay(journal.startOffset(), batch -> replay(partition.transactions, batch));
        partitions.put(number, partition);
        return true;
    }

    private static void replay(Map<String, TransactionMetadata> transactions, MutableRecordBatch batch) {
        for (Record record : batch) {
            switch (TransactionLog.read(record.key(), record.value())) {
                case TransactionLog.TxnRecord found -> transactions.put(found.transactionId(), found.metadata());
                case TransactionLog.TxnTombstone removed -> transactions.remove(removed.transactionId());
                case TransactionLog.UnknownKeyVersion unknown ->
                    throw new KafkaException("The transaction log has a record of unknown kind " + unknown.version());
                case TransactionLog.UnknownValueVersion unknown ->
                    throw new KafkaException("The transaction log has a value of unknown version " + unknown.version());
            }
        }
    }

    void remove(int number) {
        partitions.remove(number);
    }

    boolean contains(int number) {
        return partitions.containsKey(number);
    }

    int leaderEpoch(int number) {
        return partitions.get(number).leaderEpoch;
    }

    /** The state of an id in a partition that is here, or null. */
    TransactionMetadata get(int number, String transactionalId) {
        return partitions.get(number).transactions.get(transactionalId);
    }

    /** Adds an id without a record: it is written with its first transition. */
    void add(int number, TransactionMetadata metadata) {
        partitions.get(number).transactions.put(metadata.transactionalId(), metadata);
    }

    /** All ids of one partition. */
    Collection<TransactionMetadata> all(int number) {
        return partitions.get(number).transactions.values();
    }

    /** The partitions here. */
    Collection<Integer> partitions() {
        return partitions.keySet();
    }

    /** Writes a prepared transition and puts it in effect; on failure the state stays, ready for another attempt. */
    Errors write(int number, TransactionMetadata metadata, TxnTransitMetadata next, TransactionVersion version) {
        Partition partition = partitions.get(number);
        SimpleRecord record = new SimpleRecord(
                time.milliseconds(),
                TransactionLog.keyToBytes(metadata.transactionalId()),
                TransactionLog.valueToBytes(next, version));
        try {
            append(partition, record);
        } catch (KafkaException e) {
            metadata.pendingState(java.util.Optional.empty());
            return Errors.forException(e);
        }
        metadata.completeTransitionTo(next);
        return Errors.NONE;
    }

    /** Forgets an id for good. */
    void forget(int number, String transactionalId) {
        Partition partition = partitions.get(number);
        append(partition, new SimpleRecord(time.milliseconds(), TransactionLog.keyToBytes(transactionalId), null));
        partition.transactions.remove(transactionalId);
    }

    private static void append(Partition partition, SimpleRecord record) {
        partition.journal.append(
                MemoryRecords.withRecords(TransactionLog.ENFORCED_COMPRESSION, partition.leaderEpoch, record),
                partition.leaderEpoch);
    }
}
