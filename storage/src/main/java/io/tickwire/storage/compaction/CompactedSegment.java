package io.tickwire.storage.compaction;

import io.tickwire.kafka.record.Crc32C;
import io.tickwire.storage.journal.Journal;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.log.RewriteSession;
import io.tickwire.storage.os.Posix;
import io.tickwire.storage.segment.Batches;
import io.tickwire.storage.segment.HeaderGuard;
import io.tickwire.storage.segment.ReplacedRange;
import io.tickwire.storage.segment.Segment;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes one compacted segment: a generation of its own with a single journal file and its index. Blocks on the disk. One thread.
 */
final class CompactedSegment implements AutoCloseable {
    private static final int CYCLE = 0;
    private static final long RESERVATION_STEP_BYTES = 1 << 20;

    private final Path directory;
    private final Segment segment;
    private final Journal journal;
    private final UnsafeBuffer region = new UnsafeBuffer(0, 0);
    private final Crc32C crc32c = new Crc32C();
    private int fd = -1;
    private long reservedBytes;
    private boolean pinned;

    /**
     * Begins a segment.
     *
     * @param replaced the neighbours that it replaces
     * @param largestEntryBytes the largest batch to expect
     */
    CompactedSegment(
            final RewriteSession session,
            final List<Segment> replaced,
            final int largestEntryBytes,
            final int indexIntervalBytes)
            throws IOException {
        final int generation = session.newGeneration();
        directory = session.directory(generation);
        final long baseOffset = replaced.getFirst().baseOffset();
        final Segment last = replaced.getLast();
        new ReplacedRange(baseOffset, last.nextOffset()).write(directory);
        final long windowBytes = replaced.stream().mapToLong(Segment::bytes).sum();
        segment = new Segment(
                directory,
                SegmentInfo.empty(generation, CYCLE, baseOffset, last.createdMs(), true),
                windowBytes + Journal.SLACK_BYTES,
                indexIntervalBytes);
        journal = Journal.open(directory, CYCLE, largestEntryBytes, windowBytes);
        try {
            journal.openFile();
            fd = Posix.open(journal.file(), Posix.O_RDWR);
            pinned = segment.pin();
        } catch (final IOException | RuntimeException | InternalError e) {
            close();
            throw e;
        }
    }

    /** Appends a batch with the offsets that it has. */
    void append(final ByteBuffer batch) throws IOException {
        final int length = batch.remaining();
        reserve(segment.endPosition() + HeaderGuard.ENTRY_BYTES + length + Journal.SLACK_BYTES);
        guard(batch);
        final long address = journal.claim(length);
        region.wrap(address, length);
        region.putBytes(0, batch, batch.position(), length);
        journal.commit(length);
        final long entry = address - JournalFormat.HEADER_BYTES;
        final long lastOffset = Batches.lastOffset(entry);
        segment.appended(
                journal.headerPosition(),
                length,
                Batches.baseOffset(entry),
                lastOffset,
                Batches.maxTimestamp(entry),
                lastOffset);
    }

    private void guard(final ByteBuffer batch) {
        region.wrap(batch, batch.position(), HeaderGuard.GUARDED_BYTES);
        final int crc = crc32c.compute(region, 0, HeaderGuard.GUARDED_BYTES);
        region.wrap(journal.claimMetadata(HeaderGuard.LENGTH), HeaderGuard.LENGTH);
        HeaderGuard.write(region, 0, crc);
        journal.commit(HeaderGuard.LENGTH);
    }

    /** A full disk has to show as an error here, never as a fault in mapped memory. */
    private void reserve(final long position) throws IOException {
        if (position > reservedBytes) {
            final long wanted = Math.max(position, reservedBytes + RESERVATION_STEP_BYTES);
            Posix.reserve(fd, reservedBytes, wanted - reservedBytes);
            reservedBytes = wanted;
        }
    }

    /** Ends the segment and waits until it is on the device. */
    Segment finish() throws IOException {
        journal.close();
        segment.seal();
        segment.writeEndMark();
        segment.trim();
        Posix.dataSync(fd);
        try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
            parent.force(true);
        }
        return segment;
    }

    @Override
    public void close() {
        journal.close();
        if (fd >= 0) {
            Posix.close(fd);
            fd = -1;
        }
        if (pinned) {
            segment.unpin();
            segment.unmapIfUnpinned();
            pinned = false;
        }
    }
}
