package io.tickwire.storage.producer;

/**
 * The last batches of one producer and its open transaction. The owner of the log only.
 *
 * <p>Source: Kafka ProducerStateEntry: five batches are kept, because that many may be in flight.
 */
final class ProducerEntry {
    static final int KEPT_BATCHES = 5;
    static final int NO_SEQUENCE = -1;
    static final short NO_EPOCH = -1;
    static final long NO_TRANSACTION = -1;

    final long producerId;
    short epoch = NO_EPOCH;
    int coordinatorEpoch = -1;
    long lastTimestamp = -1;
    long transactionFirstOffset = NO_TRANSACTION;

    /** Ring of the last batches; {@link #next} is the oldest once all are used. */
    final int[] firstSequences = new int[KEPT_BATCHES];

    final int[] lastSequences = new int[KEPT_BATCHES];
    final long[] firstOffsets = new long[KEPT_BATCHES];
    final long[] lastOffsets = new long[KEPT_BATCHES];
    final long[] timestamps = new long[KEPT_BATCHES];
    int count;
    int next;

    ProducerEntry(final long producerId) {
        this.producerId = producerId;
    }

    /** Last sequence number, or {@link #NO_SEQUENCE}. */
    int lastSequence() {
        return count == 0 ? NO_SEQUENCE : lastSequences[newest()];
    }

    /** Last offset of data, or -1. */
    long lastDataOffset() {
        return count == 0 ? -1 : lastOffsets[newest()];
    }

    int newest() {
        return (next + KEPT_BATCHES - 1) % KEPT_BATCHES;
    }

    /** Slot of a kept batch, oldest first. */
    int slot(final int i) {
        return (next + KEPT_BATCHES - count + i) % KEPT_BATCHES;
    }

    /** A new epoch begins with new sequence numbers. */
    void epoch(final short newEpoch) {
        if (newEpoch != epoch) {
            epoch = newEpoch;
            count = 0;
            next = 0;
        }
    }

    void add(
            final int firstSequence,
            final int lastSequence,
            final long firstOffset,
            final long lastOffset,
            final long timestamp) {
        firstSequences[next] = firstSequence;
        lastSequences[next] = lastSequence;
        firstOffsets[next] = firstOffset;
        lastOffsets[next] = lastOffset;
        timestamps[next] = timestamp;
        next = (next + 1) % KEPT_BATCHES;
        count = Math.min(count + 1, KEPT_BATCHES);
    }

    /** Slot of the batch with these sequence numbers, or -1. */
    int find(final int firstSequence, final int lastSequence) {
        for (int i = 0; i < count; i++) {
            final int slot = slot(i);
            if (firstSequences[slot] == firstSequence && lastSequences[slot] == lastSequence) {
                return slot;
            }
        }
        return -1;
    }
}
