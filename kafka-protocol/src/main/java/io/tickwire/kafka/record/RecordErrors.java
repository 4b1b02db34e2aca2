package io.tickwire.kafka.record;

import io.tickwire.kafka.primitive.KafkaErrors;

/**
 * The records of one batch that a topic's rules refuse, by index in the batch, as a produce response lists them (KIP-467).
 *
 * <p>Keeps the first {@link #CAPACITY}, counts all. One thread; no allocation after construction.
 */
public final class RecordErrors {
    /** Most records that are kept by index. */
    public static final int CAPACITY = 256;

    private final int[] indexes = new int[CAPACITY];
    private final boolean[] timestamp = new boolean[CAPACITY];
    private int total;
    private boolean anyTimestamp;

    void clear() {
        total = 0;
        anyTimestamp = false;
    }

    void add(final int recordIndex, final boolean isTimestamp) {
        if (total < CAPACITY) {
            indexes[total] = recordIndex;
            timestamp[total] = isTimestamp;
        }
        total++;
        anyTimestamp |= isTimestamp;
    }

    /** A copy that the next batch does not overwrite. */
    public RecordErrors copy() {
        final RecordErrors copy = new RecordErrors();
        System.arraycopy(indexes, 0, copy.indexes, 0, count());
        System.arraycopy(timestamp, 0, copy.timestamp, 0, count());
        copy.total = total;
        copy.anyTimestamp = anyTimestamp;
        return copy;
    }

    /** Kept records, at most {@link #CAPACITY}. */
    public int count() {
        return Math.min(total, CAPACITY);
    }

    /** All refused records. */
    public int total() {
        return total;
    }

    /** Index in the batch of the {@code i}th kept record. */
    public int recordIndex(final int i) {
        return indexes[i];
    }

    /** Why the {@code i}th kept record was refused. */
    public String message(final int i) {
        return timestamp[i]
                ? "Timestamp of the record is out of range, or of a type that a producer must not set"
                : "Compacted topic cannot accept message without key";
    }

    /** The code for the whole batch: Kafka LogValidator.processRecordErrors prefers the timestamp's. */
    short code() {
        if (total == 0) {
            return KafkaErrors.NONE;
        }
        return anyTimestamp ? KafkaErrors.INVALID_TIMESTAMP : KafkaErrors.INVALID_RECORD;
    }
}
