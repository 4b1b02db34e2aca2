package io.tickwire.storage.compaction;

import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.security.DigestException;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;
import org.apache.kafka.storage.internals.log.CleanedTransactionMetadata;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;

/**
 * Finds the last offset of every key in the dirty part of a log: hashed keys in a map of bounded size. When the map is full the
 * pass goes as far as it got, if need be to the middle of a batch, and the next one goes on from there. One thread.
 *
 * <p>Source: Kafka Cleaner.buildOffsetMap.
 */
final class LastOffsets {
    /** Bytes of a map's entry: an MD5 and an offset. */
    private static final int ENTRY_BYTES = 24;

    private final CleanerConfig config;
    private final SegmentBatches batches;
    private final BufferSupplier decompression;
    private SkimpyOffsetMap map;
    private int mostKeys;

    LastOffsets(final CleanerConfig config, final SegmentBatches batches, final BufferSupplier decompression) {
        this.config = config;
        this.batches = batches;
        this.decompression = decompression;
    }

    /**
     * Reads the dirty segments.
     *
     * @param stopped asked before each batch whether to go no further
     * @param from offset where the dirty part begins
     * @param to offset where it ends
     * @param transactions knows the aborted transactions from there on
     * @param progress told of each batch read
     * @return the map, whose latest offset is how far it got; null when it was stopped or retention was faster
     */
    SkimpyOffsetMap find(
            final BooleanSupplier stopped,
            final List<Segment> dirty,
            final long from,
            final long to,
            final CleanedTransactionMetadata transactions,
            final CleanerProgress progress)
            throws IOException {
        map = newMap(dirty);
        mostKeys = Math.max(1, (int) (map.slots() * config.dedupeBufferLoadFactor));
        for (int i = 0; i < dirty.size(); i++) {
            final SegmentBatches.End end = batches.walk(dirty.get(i), from, (records, batch) -> {
                progress.read(batch.sizeInBytes());
                return !stopped.getAsBoolean() && note(batch, from, transactions);
            });
            if (stopped.getAsBoolean() || end == SegmentBatches.End.SEGMENT_GONE) {
                return null;
            }
            if (end == SegmentBatches.End.STOPPED) {
                break;
            }
            final long next = i + 1 < dirty.size() ? dirty.get(i + 1).baseOffset() : to;
            map.updateLatestOffset(next - 1); // Over a gap between them.
        }
        return map;
    }

    /** As large as the keys can be, and no larger than {@code log.cleaner.dedupe.buffer.size} allows. */
    private SkimpyOffsetMap newMap(final List<Segment> dirty) throws IOException {
        long records = 0;
        for (final Segment segment : dirty) {
            records += Math.min(segment.nextOffset() - segment.baseOffset(), segment.bytes());
        }
        final long slots = (long) (records / config.dedupeBufferLoadFactor) + 2;
        final long allowed = Math.min(config.dedupeBufferSize / config.numThreads, Integer.MAX_VALUE - 8L);
        try {
            return new SkimpyOffsetMap((int) Math.min(slots * ENTRY_BYTES, allowed), config.hashAlgorithm());
        } catch (final NoSuchAlgorithmException e) {
            throw new IOException(e);
        }
    }

    /** False when the map is full. */
    private boolean note(
            final MutableRecordBatch batch, final long from, final CleanedTransactionMetadata transactions) {
        if (batch.isControlBatch()) {
            transactions.onControlBatchRead(batch);
        } else if (!transactions.onBatchRead(batch) && !noteRecords(batch, from)) {
            return false;
        }
        map.updateLatestOffset(batch.lastOffset());
        return true;
    }

    private boolean noteRecords(final MutableRecordBatch batch, final long from) {
        try (CloseableIterator<Record> records = batch.streamingIterator(decompression)) {
            while (records.hasNext()) {
                final Record record = records.next();
                if (record.hasKey() && record.offset() >= from) {
                    if (map.size() >= mostKeys) {
                        return false;
                    }
                    map.put(record.key(), record.offset());
                }
            }
            return true;
        } catch (final DigestException e) {
            throw new IllegalStateException(e); // The map's own buffers have the right size.
        }
    }
}
