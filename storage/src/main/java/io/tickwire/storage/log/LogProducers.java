package io.tickwire.storage.log;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.producer.AbortedTransaction;
import io.tickwire.storage.producer.ProducerInfo;
import io.tickwire.storage.producer.ProducerSnapshot;
import io.tickwire.storage.producer.ProducerTable;
import io.tickwire.storage.segment.Batches;
import io.tickwire.storage.segment.Segment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Predicate;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The producer table of a log, kept in step with its snapshot and, after a crash, with what the log holds beyond it. */
final class LogProducers {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogProducers.class);

    private static final int EXPIRED_AT_ONCE = 256;

    private final LogFiles files;
    private final ProducerTable table = new ProducerTable();

    /** Held while the file is written. */
    private final Object snapshotLock = new Object();

    /** The file names aborted transactions that are forgotten. */
    private boolean outdated;

    private volatile long snapshotOffset;

    /** Loads the snapshot and reads what came after it. */
    LogProducers(final LogFiles files) {
        this.files = files;
        final LogOffsets offsets = files.offsets();
        try {
            snapshotOffset = ProducerSnapshot.read(files.directory(), table);
        } catch (final IOException e) {
            throw new UncheckedIOException("producers of " + files.directory(), e);
        }
        if (snapshotOffset > offsets.logEnd()) {
            snapshotOffset = -1; // The log lost its tail: the snapshot knows batches that are not there.
        }
        if (snapshotOffset < 0) {
            table.clear();
        }
        if (snapshotOffset < offsets.logEnd()) {
            replay(Math.max(snapshotOffset, offsets.logStart()));
        }
    }

    ProducerTable table() {
        return table;
    }

    private void replay(final long from) {
        final RecordBatchFlyweight batch = new RecordBatchFlyweight();
        final Crc32C crc32c = new Crc32C();
        final UnsafeBuffer region = new UnsafeBuffer(0, 0);
        for (final Segment segment : files.segments().snapshot()) {
            if (segment.nextOffset() <= from || !segment.pin()) {
                continue;
            }
            try {
                replay(segment, from, batch, crc32c, region);
            } finally {
                segment.unpin();
                segment.unmapIfUnpinned();
            }
        }
    }

    private void replay(
            final Segment segment,
            final long from,
            final RecordBatchFlyweight batch,
            final Crc32C crc32c,
            final UnsafeBuffer region) {
        final long end = segment.endPosition();
        long position = segment.startPosition(from);
        while (position < end) {
            final int header = JournalFormat.header(segment.address() + position);
            final long entry = segment.address() + position;
            if (JournalFormat.isData(header)) {
                if (Batches.fillsEntry(entry, JournalFormat.length(header))) {
                    region.wrap(entry + JournalFormat.HEADER_BYTES, JournalFormat.length(header));
                    batch.wrap(region, 0);
                    // Also one that the log's start is in; but none that is damaged.
                    if (batch.hasProducerId() && batch.lastOffset() >= from && batch.crcMatches(crc32c)) {
                        table.appended(batch, batch.baseOffset(), batch.lastOffset());
                    }
                }
            } else if (!JournalFormat.isMetadata(header)) {
                return;
            }
            position = JournalFormat.next(position, header);
        }
    }

    /** The snapshot on disk is as of here: reopening reads the log from here on. -1 when there is none. Any thread. */
    long snapshotOffset() {
        return snapshotOffset;
    }

    /**
     * Forgets aborted transactions that compaction has removed, here and on disk. Any thread: the owner goes on meanwhile.
     *
     * @throws IOException when the snapshot still names some that were forgotten
     */
    void forgetAborted(final Predicate<AbortedTransaction> gone) throws IOException {
        synchronized (snapshotLock) {
            outdated |= table.aborted().removeIf(gone);
            if (outdated) {
                final ProducerTable stored = new ProducerTable();
                final long offset = ProducerSnapshot.read(files.directory(), stored);
                if (stored.aborted().retainAll(table.aborted().list())) {
                    ProducerSnapshot.write(files.directory(), stored, offset);
                }
                outdated = false;
            }
        }
    }

    /** Forgets what is long past. Any thread; keeps the owner out for a few producers at a time. */
    void expire(final OwnerGate gate, final long silentSinceMs) {
        for (int left = table.size(); left > 0; left -= EXPIRED_AT_ONCE) {
            gate.runAlone(() -> table.expire(silentSinceMs, EXPIRED_AT_ONCE));
        }
        table.aborted().removeBefore(files.offsets().logStart());
    }

    /** The producers as of {@link #snapshotOffset()} or later. Any thread: the owner goes on meanwhile. */
    List<ProducerInfo> stored() throws IOException {
        final ProducerTable stored = new ProducerTable();
        if (ProducerSnapshot.read(files.directory(), stored) < 0) {
            throw new IOException("the snapshot of the producers of " + files.directory() + " cannot be used");
        }
        return stored.describe();
    }

    /**
     * Writes the snapshot as of the log's end, which a log that never held anything does without; an error only makes the next
     * reopening slower.
     */
    void snapshot() {
        final long end = files.offsets().logEnd();
        if (end == snapshotOffset || (end == 0 && ProducerSnapshot.isAbsent(files.directory()))) {
            return;
        }
        try {
            synchronized (snapshotLock) {
                ProducerSnapshot.write(files.directory(), table, end);
                outdated = false;
            }
            snapshotOffset = end;
        } catch (final IOException e) {
            LOGGER.warn("snapshot of the producers of {}", files.directory(), e);
        }
    }
}
