package io.tickwire.storage.compaction;

import io.tickwire.storage.producer.ProducerInfo;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.storage.internals.log.CleanedTransactionMetadata;
import org.apache.kafka.storage.internals.log.OffsetMap;

/**
 * Decides what a pass keeps. Batches must be shown in the order of their offsets from the start of the log.
 *
 * <ul>
 *   <li>A record stays if no later one has its key. A tombstone stays until its batch's delete horizon (KIP-534): the time of the
 *       first pass that saw it as the last record of its key, plus {@code delete.retention.ms}.
 *   <li>Records of aborted transactions go. A transaction's marker stays while a batch of the transaction was there, and then
 *       until its own delete horizon.
 *   <li>A batch that holds the last record of a producer, or ends the range, stays even when it is empty: it keeps the sequence
 *       number and the end of the log.
 * </ul>
 *
 * <p>Source: Kafka Cleaner.cleanInto, shouldRetainRecord, as of 4.3.
 */
final class RetentionFilter extends MemoryRecords.RecordFilter {
    private final OffsetMap lastOffsets;
    private final CleanedTransactionMetadata transactions;
    private final Map<Long, ProducerInfo> producers = new HashMap<>();
    private final long rangeEnd;
    private final Set<Long> goneMarkers;
    private boolean discardRecords;
    private long recordsWithoutKey;

    /**
     * A filter for one pass.
     *
     * @param nowMs time of the pass
     * @param lastOffsets offset of the last record of each key, up to its latest offset
     * @param transactions knows the aborted transactions of the range
     * @param producers as of the range's end or later
     * @param abortMarkers offsets of the markers in the range that abort a transaction; those of which a batch is met are taken out
     * @param rangeEnd offset that the pass may go up to
     */
    RetentionFilter(
            final long nowMs,
            final long deleteRetentionMs,
            final OffsetMap lastOffsets,
            final CleanedTransactionMetadata transactions,
            final List<ProducerInfo> producers,
            final Set<Long> abortMarkers,
            final long rangeEnd) {
        super(nowMs, deleteRetentionMs);
        this.lastOffsets = lastOffsets;
        this.transactions = transactions;
        producers.forEach(producer -> this.producers.put(producer.producerId(), producer));
        this.goneMarkers = abortMarkers;
        this.rangeEnd = rangeEnd;
    }

    @Override
    protected BatchRetentionResult checkBatchRetention(final RecordBatch batch) {
        final boolean discardable =
                batch.isControlBatch() ? transactions.onControlBatchRead(batch) : transactions.onBatchRead(batch);
        if (batch.isControlBatch()) {
            discardRecords = discardable
                    && batch.deleteHorizonMs().isPresent()
                    && batch.deleteHorizonMs().getAsLong() <= currentTime;
            if (!discardable) {
                goneMarkers.remove(batch.lastOffset());
            }
        } else {
            discardRecords = discardable;
        }
        final BatchRetention retention;
        if (isLastOfProducer(batch) || batch.nextOffset() == rangeEnd) {
            retention = BatchRetention.RETAIN_EMPTY;
        } else {
            retention = discardRecords ? BatchRetention.DELETE : BatchRetention.DELETE_EMPTY;
        }
        return new BatchRetentionResult(retention, discardable && batch.isControlBatch());
    }

    private boolean isLastOfProducer(final RecordBatch batch) {
        final ProducerInfo producer = batch.hasProducerId() ? producers.get(batch.producerId()) : null;
        if (producer == null) {
            return false;
        }
        return producer.lastDataOffset() >= 0
                ? batch.lastOffset() == producer.lastDataOffset()
                : batch.isControlBatch() && batch.producerEpoch() == producer.epoch();
    }

    @Override
    protected boolean shouldRetainRecord(final RecordBatch batch, final Record record) {
        if (discardRecords) {
            return false;
        }
        if (batch.isControlBatch() || record.offset() > lastOffsets.latestOffset()) {
            return true;
        }
        if (!record.hasKey()) {
            recordsWithoutKey++;
            return false;
        }
        return record.offset() >= lastOffset(record.key()) && (record.hasValue() || !isPastHorizon(batch));
    }

    private boolean isPastHorizon(final RecordBatch batch) {
        return batch.deleteHorizonMs().isPresent() && batch.deleteHorizonMs().getAsLong() <= currentTime;
    }

    private long lastOffset(final ByteBuffer key) {
        try {
            return lastOffsets.get(key);
        } catch (final DigestException e) {
            throw new IllegalStateException(e); // The map's own buffers have the right size.
        }
    }

    /** Records removed because they have no key. */
    long recordsWithoutKey() {
        return recordsWithoutKey;
    }
}
