package io.tickwire.storage.producer;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;
import org.agrona.collections.LongArrayQueue;

/**
 * All producers of one log: judges a batch before it is appended, learns of it afterwards. The owner of the log only; nothing is
 * allocated but for a producer's first batch.
 *
 * <p>Source: Kafka ProducerStateManager, ProducerAppendInfo.
 */
public final class ProducerTable {
    private static final long NO_OFFSET = -1;

    private final Long2ObjectHashMap<ProducerEntry> producers = new Long2ObjectHashMap<>();
    private final AbortedTransactions aborted = new AbortedTransactions();
    private final EndMarker marker = new EndMarker();

    /** Ids of all producers, the one that was looked at longest ago by {@link #expire} first. */
    private final LongArrayQueue turns = new LongArrayQueue();

    /** First offsets of open transactions, ascending. */
    private final LongArrayList open = new LongArrayList();

    private long duplicateFirstOffset;
    private long duplicateLastOffset;
    private long duplicateTimestamp;
    private String reason;

    /**
     * Judges a batch with a producer id.
     *
     * @param client it comes from a producer, whose sequence numbers are checked
     * @return NONE, with {@link #isDuplicate()} when it is there already; or why it is refused, see {@link #reason()}
     */
    public short check(final RecordBatchFlyweight batch, final boolean client) {
        duplicateFirstOffset = NO_OFFSET;
        final ProducerEntry entry = producers.get(batch.producerId());
        if (batch.isControl()) {
            return checkMarker(batch, entry);
        }
        if (entry == null || entry.epoch == ProducerEntry.NO_EPOCH) {
            return KafkaErrors.NONE; // Unknown, or forgotten by retention: any sequence may begin.
        }
        final short epoch = batch.producerEpoch();
        if (epoch < entry.epoch) {
            return refuse(KafkaErrors.INVALID_PRODUCER_EPOCH, "producer epoch is older than the current one");
        }
        if (client) {
            if (epoch == entry.epoch && findDuplicate(batch, entry)) {
                return KafkaErrors.NONE;
            }
            if (!isInSequence(batch, entry)) {
                return refuse(KafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER, "sequence number is not the next one");
            }
        }
        if (entry.transactionFirstOffset != ProducerEntry.NO_TRANSACTION && !batch.isTransactional()) {
            return refuse(
                    KafkaErrors.INVALID_TXN_STATE, "producer has an open transaction, the batch is not part of it");
        }
        return KafkaErrors.NONE;
    }

    private short checkMarker(final RecordBatchFlyweight batch, final ProducerEntry entry) {
        if (!marker.read(batch).isMarker() || entry == null) {
            return KafkaErrors.NONE;
        }
        if (batch.producerEpoch() < entry.epoch) {
            return refuse(KafkaErrors.INVALID_PRODUCER_EPOCH, "producer epoch is older than the current one");
        }
        if (marker.coordinatorEpoch() < entry.coordinatorEpoch) {
            return refuse(
                    KafkaErrors.TRANSACTION_COORDINATOR_FENCED, "coordinator epoch is older than the current one");
        }
        return KafkaErrors.NONE;
    }

    private short refuse(final short code, final String why) {
        reason = why;
        return code;
    }

    private boolean findDuplicate(final RecordBatchFlyweight batch, final ProducerEntry entry) {
        final int slot = entry.find(batch.baseSequence(), lastSequence(batch));
        if (slot < 0) {
            return false;
        }
        duplicateFirstOffset = entry.firstOffsets[slot];
        duplicateLastOffset = entry.lastOffsets[slot];
        duplicateTimestamp = entry.timestamps[slot];
        return true;
    }

    private static boolean isInSequence(final RecordBatchFlyweight batch, final ProducerEntry entry) {
        final int first = batch.baseSequence();
        if (batch.producerEpoch() != entry.epoch) {
            return first == 0;
        }
        final int last = entry.lastSequence();
        return first == (last == Integer.MAX_VALUE ? 0 : last + 1);
    }

    /** Sequence numbers go round. */
    private static int lastSequence(final RecordBatchFlyweight batch) {
        final long last = (long) batch.baseSequence() + batch.lastOffsetDelta();
        return (int) (last > Integer.MAX_VALUE ? last - Integer.MAX_VALUE - 1 : last);
    }

    /** Learns of a batch with a producer id that is in the log, at these offsets. */
    public void appended(final RecordBatchFlyweight batch, final long firstOffset, final long lastOffset) {
        if (batch.isControl()) {
            if (marker.read(batch).isMarker()) {
                end(batch, lastOffset);
            }
            return;
        }
        final ProducerEntry entry = entry(batch.producerId());
        entry.epoch(batch.producerEpoch());
        entry.lastTimestamp = batch.maxTimestamp();
        if (batch.baseSequence() >= 0) {
            entry.add(batch.baseSequence(), lastSequence(batch), firstOffset, lastOffset, batch.maxTimestamp());
        }
        if (batch.isTransactional() && entry.transactionFirstOffset == ProducerEntry.NO_TRANSACTION) {
            entry.transactionFirstOffset = firstOffset;
            open.addLong(firstOffset);
        }
    }

    private void end(final RecordBatchFlyweight batch, final long markerOffset) {
        final ProducerEntry entry = entry(batch.producerId());
        entry.epoch(batch.producerEpoch());
        entry.coordinatorEpoch = marker.coordinatorEpoch();
        entry.lastTimestamp = batch.maxTimestamp();
        final long first = entry.transactionFirstOffset;
        if (first == ProducerEntry.NO_TRANSACTION) {
            return;
        }
        entry.transactionFirstOffset = ProducerEntry.NO_TRANSACTION;
        open.removeLong(first);
        if (!marker.isCommit()) {
            final long stable = open.isEmpty() ? markerOffset + 1 : open.getLong(0);
            aborted.add(batch.producerId(), first, markerOffset, stable);
        }
    }

    private ProducerEntry entry(final long producerId) {
        ProducerEntry entry = producers.get(producerId);
        if (entry == null) {
            entry = new ProducerEntry(producerId);
            add(entry);
        }
        return entry;
    }

    private void add(final ProducerEntry entry) {
        if (producers.put(entry.producerId, entry) == null) {
            turns.addLong(entry.producerId);
        }
    }

    void restore(final ProducerEntry entry) {
        add(entry);
        if (entry.transactionFirstOffset != ProducerEntry.NO_TRANSACTION) {
            int at = 0;
            while (at < open.size() && open.getLong(at) < entry.transactionFirstOffset) {
                at++;
            }
            open.addLong(at, entry.transactionFirstOffset);
        }
    }

    /** Whether a producer's transaction of this epoch is open. */
    public boolean isTransactionOpen(final long producerId, final short epoch) {
        final ProducerEntry entry = producers.get(producerId);
        return entry != null && entry.transactionFirstOffset != ProducerEntry.NO_TRANSACTION && entry.epoch == epoch;
    }

    /** Last epoch of a producer, or -1 for one that is not known. */
    public short epoch(final long producerId) {
        final ProducerEntry entry = producers.get(producerId);
        return entry == null ? ProducerEntry.NO_EPOCH : entry.epoch;
    }

    /** First offset of the oldest open transaction, or {@code otherwise}. */
    public long firstOpenOffset(final long otherwise) {
        return open.isEmpty() ? otherwise : open.getLong(0);
    }

    /** True when the last {@link #check} found the batch in the log. */
    public boolean isDuplicate() {
        return duplicateFirstOffset != NO_OFFSET;
    }

    /** First offset of the duplicate. */
    public long duplicateFirstOffset() {
        return duplicateFirstOffset;
    }

    /** Last offset of the duplicate. */
    public long duplicateLastOffset() {
        return duplicateLastOffset;
    }

    /** Largest timestamp of the duplicate. */
    public long duplicateTimestamp() {
        return duplicateTimestamp;
    }

    /** Why the last {@link #check} refused: a constant. */
    public String reason() {
        return reason;
    }

    /** Aborted transactions, for any thread. */
    public AbortedTransactions aborted() {
        return aborted;
    }

    /** Number of producers. */
    public int size() {
        return producers.size();
    }

    Iterable<ProducerEntry> entries() {
        return producers.values();
    }

    /** Looks at the next {@code most} producers, in turn: forgets those that were silent for long and have no open transaction. */
    public void expire(final long silentSinceMs, final int most) {
        for (int i = Math.min(most, turns.size()); i > 0; i--) {
            final long id = turns.pollLong();
            final ProducerEntry entry = producers.get(id);
            if (entry.transactionFirstOffset == ProducerEntry.NO_TRANSACTION
                    && entry.lastTimestamp < silentSinceMs
                    && entry.lastTimestamp >= 0) {
                producers.remove(id);
            } else {
                turns.addLong(id);
            }
        }
    }

    /** Forgets everything. */
    public void clear() {
        producers.clear();
        turns.clear();
        open.clear();
        aborted.clear();
    }

    /** A copy to show. */
    public List<ProducerInfo> describe() {
        final List<ProducerInfo> infos = new ArrayList<>();
        for (final ProducerEntry e : producers.values()) {
            infos.add(new ProducerInfo(
                    e.producerId,
                    e.epoch,
                    e.lastSequence(),
                    e.lastDataOffset(),
                    e.lastTimestamp,
                    e.coordinatorEpoch,
                    e.transactionFirstOffset));
        }
        return infos;
    }
}
