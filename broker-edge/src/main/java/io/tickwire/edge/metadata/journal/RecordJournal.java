package io.tickwire.edge.metadata.journal;

import java.util.function.Consumer;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/**
 * A log of Kafka record batches that one coordinator writes and replays.
 *
 * <p>{@link #append} belongs to one thread, the coordinator's; everything else may be called from any thread.
 */
public interface RecordJournal {

    /**
     * Appends whole batches; offsets are assigned here.
     *
     * @param records one or more batches
     * @param leaderEpoch written into each batch
     * @return the log end offset after the append
     * @throws org.apache.kafka.common.KafkaException with Kafka's error when the log refuses the batches
     */
    long append(MemoryRecords records, int leaderEpoch);

    /**
     * Hands every batch from {@code fromOffset} up to the log end, in order, to {@code consumer}. A batch is valid after
     * the call as well: its memory is on the heap.
     *
     * @param fromOffset first offset wanted; an offset below {@link #startOffset()} starts there
     * @param consumer receives each batch
     * @return the offset after the last batch seen
     */
    long replay(long fromOffset, Consumer<MutableRecordBatch> consumer);

    /**
     * Drops records below {@code offset}; any thread, blocks on the disk.
     *
     * @throws org.apache.kafka.common.KafkaException with Kafka's error, POLICY_VIOLATION for a compacted log among them
     */
    void deleteBefore(long offset);

    /** First offset still in the log. */
    long startOffset();

    /** Offset that the next record gets. */
    long endOffset();

    /** Blocks until everything appended so far is on disk. */
    void flush();
}
