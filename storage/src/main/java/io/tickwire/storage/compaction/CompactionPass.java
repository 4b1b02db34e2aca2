package io.tickwire.storage.compaction;

import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.RewriteSession;
import io.tickwire.storage.producer.AbortedTransaction;
import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.storage.internals.log.AbortedTxn;
import org.apache.kafka.storage.internals.log.CleanedTransactionMetadata;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;

/**
 * One pass over one log: finds the last offset of each key in the dirty part, then writes every segment up to there again without
 * what that supersedes, several small ones into one, and swaps each in. One thread; blocks on the disk.
 *
 * <p>Source: Kafka Cleaner.doClean, groupSegmentsBySize, cleanSegments.
 */
final class CompactionPass {
    private final CleanerConfig config;
    private final CleanerCounters counters;
    private final CleanerProgress progress;
    private final DirtyLog dirty;
    private final PartitionLog log;
    private final LogSettings settings;
    private final RewriteSession session;
    private final BooleanSupplier stopped;
    private final SegmentBatches batches;
    private final BufferSupplier decompression = BufferSupplier.create();
    private ByteBuffer filtered;
    private long removedBytes;
    private long removedRecords;

    /**
     * A pass that is not begun.
     *
     * @param stopped asked before each batch whether to go no further
     */
    CompactionPass(
            final CleanerConfig config,
            final CleanerCounters counters,
            final CleanerProgress progress,
            final DirtyLog dirty,
            final RewriteSession session,
            final BooleanSupplier stopped) {
        this.config = config;
        this.counters = counters;
        this.progress = progress;
        this.dirty = dirty;
        this.log = dirty.log();
        this.settings = log.settings();
        this.session = session;
        this.stopped = stopped;
        this.batches = new SegmentBatches(config.ioBufferSize);
        this.filtered = ByteBuffer.allocate(config.ioBufferSize);
    }

    /**
     * Runs it.
     *
     * @return the offset up to which the log is compacted now; -1 when it was stopped or retention was faster
     * @throws CorruptSegmentException when a batch is damaged
     */
    long run(final long nowMs) throws IOException {
        final List<Segment> unseen = segments(dirty.firstDirtyOffset(), dirty.firstUncleanableOffset());
        final SkimpyOffsetMap lastOffsets = new LastOffsets(config, batches, decompression)
                .find(
                        stopped,
                        unseen,
                        dirty.firstDirtyOffset(),
                        dirty.firstUncleanableOffset(),
                        abortedFrom(dirty.firstDirtyOffset()),
                        progress);
        if (lastOffsets == null) {
            return -1;
        }
        final long cleanedTo = lastOffsets.latestOffset() + 1;
        final List<Segment> stale = segments(0, cleanedTo);
        if (stale.isEmpty()) {
            return -1;
        }
        final Set<Long> goneMarkers = abortMarkersBefore(stale.getLast().nextOffset());
        final RetentionFilter filter = new RetentionFilter(
                nowMs,
                settings.deleteRetentionMs(),
                lastOffsets,
                abortedFrom(stale.getFirst().baseOffset()),
                log.rewrites().producers(),
                goneMarkers,
                dirty.firstUncleanableOffset());
        for (final List<Segment> group : grouped(stale)) {
            if (!rewrite(group, filter, goneMarkers)) {
                return -1;
            }
        }
        counters.recordsWithoutKey().add(filter.recordsWithoutKey());
        counters.removedBytes().add(removedBytes);
        counters.removedRecords().add(removedRecords);
        return cleanedTo;
    }

    /** The segments that may hold offsets in [{@code from}, {@code to}). */
    private List<Segment> segments(final long from, final long to) {
        final Segment[] all = log.files().segments().snapshot();
        final List<Segment> found = new ArrayList<>();
        for (int i = 0; i < all.length - 1; i++) {
            if (all[i].baseOffset() < to && all[i + 1].baseOffset() > from) {
                found.add(all[i]);
            }
        }
        return found;
    }

    /** Those whose marker will be met: another one's producer would be taken for aborted to the end. */
    private CleanedTransactionMetadata abortedFrom(final long offset) {
        final CleanedTransactionMetadata transactions = new CleanedTransactionMetadata();
        transactions.addAbortedTransactions(log.rewrites().abortedTransactions().stream()
                .filter(aborted -> aborted.markerOffset() >= offset)
                .map(CompactionPass::asKafkas)
                .toList());
        return transactions;
    }

    private Set<Long> abortMarkersBefore(final long offset) {
        return log.rewrites().abortedTransactions().stream()
                .map(AbortedTransaction::markerOffset)
                .filter(marker -> marker < offset)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static AbortedTxn asKafkas(final AbortedTransaction aborted) {
        return new AbortedTxn(
                aborted.producerId(), aborted.firstOffset(), aborted.markerOffset(), aborted.lastStableOffset());
    }

    /** Neighbours that fit into one segment together, by their sizes before. */
    private List<List<Segment>> grouped(final List<Segment> all) {
        final List<List<Segment>> groups = new ArrayList<>();
        long bytes = Long.MAX_VALUE;
        for (final Segment segment : all) {
            if (bytes + segment.bytes() > settings.segmentBytes() || groups.isEmpty()) {
                groups.add(new ArrayList<>());
                bytes = 0;
            }
            groups.getLast().add(segment);
            bytes += segment.bytes();
        }
        return groups;
    }

    /** Writes one segment in the place of several; false when it was stopped or retention was faster. */
    private boolean rewrite(final List<Segment> group, final RetentionFilter filter, final Set<Long> goneMarkers)
            throws IOException {
        final Output output = new Output(group);
        try {
            for (final Segment segment : group) {
                if (batches.walk(segment, 0, (records, batch) -> filter(records, filter, output))
                        != SegmentBatches.End.DONE) {
                    return false;
                }
            }
            final Segment fresh = output.finish();
            // Before a marker may go: who is told of a transaction waits for its marker, also after a crash in between.
            final long end = group.getLast().nextOffset();
            session.forgetAborted(
                    aborted -> aborted.markerOffset() < end && goneMarkers.contains(aborted.markerOffset()));
            return session.replace(group, fresh);
        } finally {
            output.close();
        }
    }

    private boolean filter(final MemoryRecords records, final RetentionFilter filter, final Output output)
            throws IOException {
        if (stopped.getAsBoolean()) {
            return false;
        }
        progress.read(records.sizeInBytes());
        filtered.clear();
        final MemoryRecords.FilterResult result = records.filterTo(filter, filtered, decompression);
        final ByteBuffer kept = result.outputBuffer();
        kept.flip();
        removedBytes += records.sizeInBytes() - kept.remaining();
        removedRecords += result.messagesRead() - result.messagesRetained();
        if (kept.hasRemaining()) {
            output.append(kept);
            progress.written(kept.remaining());
        }
        filtered = kept; // Where it did not fit, there is a larger buffer now.
        return true;
    }

    /** The segment that a group becomes: begun with the first batch that is left. */
    private final class Output implements AutoCloseable {
        private final List<Segment> group;
        private CompactedSegment segment;

        Output(final List<Segment> group) {
            this.group = group;
        }

        void append(final ByteBuffer batch) throws IOException {
            if (segment == null) {
                segment = new CompactedSegment(
                        session,
                        group,
                        Math.max(settings.rules().maxBatchBytes(), batch.remaining()),
                        settings.indexIntervalBytes());
            }
            segment.append(batch);
        }

        /** The segment on the device, or null when nothing is left of the group. */
        Segment finish() throws IOException {
            return segment == null ? null : segment.finish();
        }

        @Override
        public void close() {
            if (segment != null) {
                segment.close();
            }
        }
    }
}
