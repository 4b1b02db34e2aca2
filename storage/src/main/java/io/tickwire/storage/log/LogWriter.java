package io.tickwire.storage.log;

import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.journal.Journal;
import io.tickwire.storage.segment.Generations;
import io.tickwire.storage.segment.Segment;
import io.tickwire.storage.segment.SegmentInfo;
import io.tickwire.storage.segment.SegmentTail;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writing side of a log: which journal file is open, with room reserved ahead, when it rolls. Used by the log's owner
 * inside the gate, or by another thread that keeps the owner out.
 *
 * <p>When the disk is full or a call fails, the journal is let go: its segment ends at the last complete batch, appends answer
 * KAFKA_STORAGE_ERROR, and each later one tries to begin a new journal.
 */
final class LogWriter {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogWriter.class);

    private static final int ENTRY_ALLOWANCE_BYTES = 1024;

    private final LogFiles files;
    private final LogProducers producers;
    private final LogSync sync;
    private volatile LogSettings settings;
    private Journal journal;
    private volatile Headroom headroom;
    private volatile LogPretoucher pretoucher;
    private long mappedTo;
    private Segment active;
    private boolean failed;
    private long lastClaimMs;
    private long rolls;
    private long storageErrors;

    LogWriter(final LogFiles files, final LogProducers producers, final LogSync sync, final LogSettings settings) {
        this.files = files;
        this.producers = producers;
        this.sync = sync;
        this.settings = settings;
    }

    void settings(final LogSettings changed) {
        settings = changed;
    }

    /** Who runs ahead of the owner in journals that are opened from now on. */
    void pretoucher(final LogPretoucher helper) {
        pretoucher = helper;
    }

    /** Largest timestamp of the segment being appended to, milliseconds, or -1: for a claim whose records come later. */
    long newestTimestamp() {
        return active == null ? RecordBatchFlyweight.NO_TIMESTAMP : active.maxTimestamp();
    }

    /** Segment being appended to, or null while the journal is closed. */
    Segment active() {
        return active;
    }

    /**
     * Claims room for a batch, opening or rolling the journal as needed.
     *
     * @return its address, or 0 when there is no room: KAFKA_STORAGE_ERROR
     */
    long claim(final int maxLength, final long maxTimestamp, final long nowMs) {
        return reserve(maxLength, maxTimestamp, nowMs) ? claimReserved(maxLength) : 0;
    }

    /** Makes sure that a batch can be appended next, opening or rolling the journal as needed; false when there is no room. */
    boolean reserve(final int maxLength, final long maxTimestamp, final long nowMs) {
        if (files.hasRefused()) {
            return false;
        }
        try {
            if (active == null) {
                activate(nowMs);
            } else if (mustRoll(maxLength, maxTimestamp, nowMs)) {
                roll(nowMs);
            }
            final long end = endOf(maxLength);
            if (!headroom.covers(end)) {
                outrun(end);
            }
            lastClaimMs = nowMs;
            return true;
        } catch (final IOException | RuntimeException | InternalError e) {
            // InternalError: how the JVM reports a fault in mapped memory.
            fail(e);
            return false;
        }
    }

    /** Claims what was reserved; 0 when the journal's memory has a fault. */
    long claimReserved(final int maxLength) {
        try {
            return endOf(maxLength) <= mappedTo && maxLength <= journal.largestEntryBytes()
                    ? journal.claim(maxLength)
                    : claimElsewhere(maxLength);
        } catch (final RuntimeException | InternalError e) {
            fail(e);
            return 0;
        }
    }

    private long endOf(final int maxLength) {
        return active.endPosition() + maxLength + Journal.SLACK_BYTES;
    }

    /** The owner was faster than its helper, or has none. */
    private void outrun(final long end) throws IOException {
        headroom.ensure(end);
        final LogPretoucher helper = pretoucher;
        if (helper != null) {
            helper.wake();
        }
    }

    /** What was appended is on the device. Any thread. */
    void writtenBack() {
        final Headroom current = headroom;
        // Where every append waits for the device, a page fault is nothing, and pages touched ahead would be written
        // each time.
        if (current != null && !settings.syncBeforeAck()) {
            current.writtenBack();
        }
    }

    /** Opens the journal ahead of the first append; false when that fails, which the next claim reports. */
    boolean prepare(final long nowMs) {
        if (active == null) {
            try {
                activate(nowMs);
            } catch (final IOException | RuntimeException | InternalError e) {
                fail(e);
                return false;
            }
        }
        return true;
    }

    /** Rolls when the segment has waited for {@code segment.ms}, or at once with {@code atOnce}; true when it did. */
    boolean rollIfDue(final long nowMs, final boolean atOnce) {
        if (active == null || active.bytes() == 0 || (!atOnce && !mustRoll(0, -1, nowMs))) {
            return false;
        }
        try {
            roll(nowMs);
            return true;
        } catch (final IOException | RuntimeException | InternalError e) {
            fail(e);
            return false;
        }
    }

    /**
     * Gives the journal's files back if nothing was appended since {@code sinceMs}, which the caller has seen to be on the device; the
     * next append opens it again.
     */
    boolean releaseIfIdle(final long sinceMs) {
        if (!isIdle(sinceMs)) {
            return false;
        }
        close(true);
        return true;
    }

    /** True when there are files to give back and nothing was appended since {@code sinceMs}. */
    boolean isIdle(final long sinceMs) {
        return active != null && lastClaimMs <= sinceMs;
    }

    private boolean mustRoll(final int length, final long maxTimestamp, final long nowMs) {
        final long bytes = active.bytes();
        return bytes > 0
                && (bytes + length > settings.segmentBytes() || waitedMs(maxTimestamp, nowMs) > settings.segmentMs());
    }

    /** Kafka LogSegment.timeWaitedForRoll: by the timestamps of the records, or the clock where there are none. */
    private long waitedMs(final long maxTimestamp, final long nowMs) {
        final long first = active.firstTimestamp();
        return first >= 0 && maxTimestamp >= 0 ? maxTimestamp - first : nowMs - active.createdMs();
    }

    /** Makes a claimed batch visible in the journal; the position of its header. */
    long commit(final int length) {
        journal.commit(length);
        return journal.headerPosition();
    }

    void abort(final int touched) {
        journal.abort(touched);
    }

    private void activate(final long nowMs) throws IOException {
        files.checkRoom();
        lastClaimMs = nowMs; // A log opened ahead is not idle yet.
        final Segment last = files.segments().last();
        if (last == null || last.isSealed() || !resume(last)) {
            beginGeneration(nowMs);
        }
        if (failed) {
            LOGGER.info("{} takes appends again", files.directory());
            failed = false;
        }
    }

    /**
     * Goes on in the journal that was closed last; false when that is damaged where it ends, and the log has to go on in another, so
     * that what is acknowledged from now on can be read.
     */
    private boolean resume(final Segment last) throws IOException {
        files.markOpen(settings.syncBeforeAck());
        last.pin();
        try {
            if (!last.leadsToItsEnd()) {
                throw new IOException("damaged before position " + last.endPosition());
            }
            openJournal(last.generation(), last.cycle(), last.endPosition());
            if (!SegmentTail.leadsTo(last.dataFile(), last.endPosition(), journal.headerPosition())) {
                throw new IOException("would go on at position " + journal.headerPosition() + " after "
                        + last.endPosition() + ": its header is damaged");
            }
        } catch (final IOException | RuntimeException | InternalError e) {
            LOGGER.warn("{} cannot be appended to any more, a new journal is begun", last.dataFile(), e);
            release(false);
            last.seal();
            last.unpin();
            return false;
        }
        last.trustFrom(last.endPosition());
        active = last;
        return true;
    }

    private void beginGeneration(final long nowMs) throws IOException {
        final int generation = files.openGeneration(settings.syncBeforeAck());
        openJournal(generation, 0, 0);
        beginSegment(generation, 0, nowMs);
    }

    private void openJournal(final int generation, final int cycle, final long from) throws IOException {
        final Path directory = Generations.directory(files.directory(), generation);
        journal = Journal.open(
                directory, cycle, settings.rules().maxBatchBytes() + ENTRY_ALLOWANCE_BYTES, settings.segmentBytes());
        openFile(from);
    }

    /** Creates the journal's file and reserves room in it. */
    private void openFile(final long from) throws IOException {
        journal.openFile();
        Headroom.expectNoReadAhead(journal);
        mappedTo = journal.mappedTo();
        headroom =
                new Headroom(journal.file(), Math.max(from, journal.headerPosition()), journal.mappedBase(), mappedTo);
        final LogPretoucher helper = pretoucher;
        if (helper != null) {
            helper.add(headroom);
        }
    }

    /** Claims where the journal may map another part of its file, so that nobody else may touch its memory meanwhile. */
    private long claimElsewhere(final int maxLength) {
        headroom.mapped(0, 0);
        final long address = journal.claim(maxLength);
        mappedTo = journal.mappedTo();
        Headroom.expectNoReadAhead(journal);
        headroom.mapped(journal.mappedBase(), mappedTo);
        return address;
    }

    /** Afterwards nobody but the owner knows the journal's memory. */
    private void closeHeadroom() {
        final LogPretoucher helper = pretoucher;
        if (helper != null) {
            helper.remove(headroom);
        }
        headroom.close();
        headroom = null;
    }

    private void beginSegment(final int generation, final int cycle, final long nowMs) throws IOException {
        final long base = files.offsets().logEnd();
        final Segment segment = files.segment(SegmentInfo.empty(generation, cycle, base, nowMs), settings);
        segment.pin();
        segment.trustFrom(0);
        active = segment;
        producers.snapshot();
        files.add(segment, settings.syncBeforeAck());
    }

    /** Ends the segment and starts the next file. Takes milliseconds. */
    void roll(final long nowMs) throws IOException {
        files.checkRoom();
        final Segment ended = active;
        closeHeadroom();
        journal.roll();
        openFile(0);
        ended.seal();
        beginSegment(ended.generation(), journal.cycle(), nowMs);
        ended.unpin();
        rolls++;
        sync.segmentEnded();
    }

    /** Lets the journal go after an error; the segment ends where the last complete batch ended. */
    void fail(final Throwable why) {
        storageErrors++;
        if (!failed) {
            LOGGER.error("{} cannot be appended to: {}", files.directory(), why.toString(), why);
            failed = true;
        }
        release(true);
    }

    /** Closes the journal's files; with {@code sealing} the segment is not appended to again. */
    private void release(final boolean sealing) {
        if (headroom != null) {
            closeHeadroom();
        }
        if (journal != null) {
            try {
                journal.close();
            } catch (final RuntimeException | InternalError e) {
                LOGGER.warn("closing the journal of {}", files.directory(), e);
            }
            journal = null;
        }
        if (active != null) {
            if (sealing) {
                active.seal();
            }
            active.unpin();
            active = null;
        }
    }

    /**
     * Closes cleanly: after this the manifest is exact, files are cut to their contents.
     *
     * @param synced everything appended is on the device already; otherwise this waits for it
     */
    void close(final boolean synced) {
        final Segment last = active;
        try {
            if (!synced) {
                files.syncSegments();
            }
            files.recoveryPoint(files.offsets().logEnd());
            if (last != null) {
                closeActive(last);
            }
            producers.snapshot();
            files.markClosed(!synced);
        } catch (final IOException e) {
            throw new UncheckedIOException("closing " + files.directory(), e);
        }
    }

    private void closeActive(final Segment last) throws IOException {
        last.pin();
        try {
            release(false);
            last.trim();
        } finally {
            last.unpin();
            last.unmapIfUnpinned();
        }
    }

    /** Forgets the journal of a deleted log. */
    void discard() {
        release(true);
        files.abandon();
    }

    boolean isOpen() {
        return active != null;
    }

    long rolls() {
        return rolls;
    }

    long storageErrors() {
        return storageErrors;
    }
}
