package io.tickwire.storage.log;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.os.GrowingMapping;
import io.tickwire.storage.segment.Batches;
import io.tickwire.storage.segment.Generations;
import io.tickwire.storage.segment.HeaderGuard;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A log as another process sees it: takes no lock, writes nothing, and works while a broker appends, rolls and deletes, or while
 * none runs. It sees every complete entry, whether or not the broker has acknowledged it yet, and checks every batch that it
 * returns. One thread.
 *
 * <p>Reading on where the last read ended does not search; any other offset is looked for from its segment's start.
 */
public final class ReadOnlyLog implements AutoCloseable {
    /** At the end of what is written, how many reads find nothing before the manifest is read again. */
    private static final int POLLS_PER_REFRESH = 1000;

    /** How often the manifest is read again because compaction or retention was faster than this reader. */
    private static final int MANIFEST_ATTEMPTS = 8;

    private final Path directory;
    private LogManifest manifest;
    private SegmentInfo current;
    private GrowingMapping mapping;
    private GrowingMapping previous;
    private Path file;
    private long fileBytes;
    private long position;
    private long nextOffset;
    private int pollsToRefresh = POLLS_PER_REFRESH;

    private ReadOnlyLog(final Path directory) throws IOException {
        this.directory = directory;
        refresh();
    }

    /**
     * Opens the log of a partition in a data directory.
     *
     * @throws NoSuchFileException when there is none
     */
    public static ReadOnlyLog open(final Path dataDir, final String topic, final int partition) throws IOException {
        return new ReadOnlyLog(dataDir.resolve("logs").resolve(new TopicKey(topic, 0, 0, partition).directoryName()));
    }

    /** Reads the manifest again: start offset and segments may have changed. */
    public void refresh() throws IOException {
        manifest = LogManifest.read(directory);
    }

    /** First offset that may be read, as of the last refresh. */
    public long logStartOffset() {
        return manifest.logStartOffset();
    }

    /** Offset after the last complete batch now. */
    public long logEndOffset() throws IOException {
        if (current == null && !seek(Long.MAX_VALUE)) {
            return manifest.logEndOffset();
        }
        final LogSlices none = new LogSlices(1);
        skipTo(Long.MAX_VALUE, none);
        pollsToRefresh = 0;
        while (advance()) {
            skipTo(Long.MAX_VALUE, none);
            pollsToRefresh = 0;
        }
        return Math.max(nextOffset, manifest.logStartOffset());
    }

    /**
     * Finds whole batches from the one that contains {@code fetchOffset} on, at least one if there is any.
     *
     * @param out the memory is valid until the next call of a method of this log
     * @return NONE, with nothing found at the end of the log; OFFSET_OUT_OF_RANGE before its start; CORRUPT_MESSAGE
     */
    public short read(final long fetchOffset, final int maxBytes, final LogSlices out) throws IOException {
        out.release();
        out.begin(null, fetchOffset);
        closePrevious();
        if (fetchOffset < manifest.logStartOffset()) {
            return KafkaErrors.OFFSET_OUT_OF_RANGE;
        }
        if ((current == null || fetchOffset != nextOffset) && !seek(fetchOffset)) {
            return KafkaErrors.NONE;
        }
        skipTo(fetchOffset, out);
        short code = collect(fetchOffset, maxBytes, out);
        while (code == KafkaErrors.NONE && out.count() == 0 && advance()) {
            code = collect(fetchOffset, maxBytes, out);
        }
        return code;
    }

    /** Goes to the start of the segment that may hold an offset. */
    private boolean seek(final long offset) throws IOException {
        for (int attempt = 0; attempt < MANIFEST_ATTEMPTS; attempt++) {
            refresh();
            SegmentInfo found = null;
            for (final SegmentInfo info : manifest.segments()) {
                if (found == null || info.baseOffset() <= offset) {
                    found = info;
                }
            }
            if (found == null || open(found)) {
                return found != null;
            }
        }
        return false;
    }

    private boolean open(final SegmentInfo info) throws IOException {
        final Path next =
                Generations.directory(directory, info.generation()).resolve(JournalFormat.fileName(info.cycle()));
        final GrowingMapping opened;
        try {
            fileBytes = Files.size(next);
            opened = GrowingMapping.readOnly(next, fileBytes);
        } catch (final NoSuchFileException e) {
            return false; // Deleted since the manifest was read: there is a newer one.
        }
        closePrevious();
        previous = mapping;
        mapping = opened;
        file = next;
        current = info;
        position = 0;
        nextOffset = info.baseOffset();
        return true;
    }

    /** The header at the current position; the file may have grown. */
    private int header() throws IOException {
        if (position + JournalFormat.HEADER_BYTES > fileBytes && !grow(position + JournalFormat.HEADER_BYTES)) {
            return JournalFormat.NOT_WRITTEN;
        }
        final int header = JournalFormat.header(mapping.address() + position);
        if ((header & JournalFormat.INCOMPLETE) == 0
                && JournalFormat.next(position, header) > fileBytes
                && !grow(JournalFormat.next(position, header))) {
            return JournalFormat.INCOMPLETE;
        }
        return header;
    }

    private boolean grow(final long bytes) throws IOException {
        try {
            fileBytes = Files.size(file);
        } catch (final NoSuchFileException e) {
            return false; // Deleted: it does not grow any more.
        }
        if (bytes > fileBytes) {
            return false;
        }
        mapping.ensure(fileBytes);
        return true;
    }

    private void skipTo(final long offset, final LogSlices out) throws IOException {
        while (nextOffset < offset && !out.isFull()) {
            final int header = header();
            if (JournalFormat.isData(header)) {
                final long last = Batches.lastOffset(mapping.address() + position);
                if (last >= offset) {
                    return;
                }
                nextOffset = last + 1;
            } else if (!JournalFormat.isMetadata(header)) {
                return;
            }
            position = JournalFormat.next(position, header);
        }
    }

    private short collect(final long fetchOffset, final int maxBytes, final LogSlices out) throws IOException {
        while (!out.isFull()) {
            final int header = header();
            if (JournalFormat.isMetadata(header)) {
                position = JournalFormat.next(position, header);
                continue;
            }
            if (!JournalFormat.isData(header)) {
                return KafkaErrors.NONE;
            }
            final long entry = mapping.address() + position;
            final int length = JournalFormat.length(header);
            if (!LogReader.isPlausible(entry, length) || !follows(out) || !LogReader.isIntact(entry, length, out)) {
                return out.count() > 0 ? KafkaErrors.NONE : KafkaErrors.CORRUPT_MESSAGE;
            }
            final long last = Batches.lastOffset(entry);
            if (last >= fetchOffset) {
                if (out.count() > 0 && out.bytes() + length > maxBytes) {
                    return KafkaErrors.NONE;
                }
                out.add(entry + JournalFormat.HEADER_BYTES, length, last + 1);
            }
            nextOffset = last + 1;
            position = JournalFormat.next(position, header);
        }
        return KafkaErrors.NONE;
    }

    private boolean follows(final LogSlices out) {
        return current.gaps()
                ? HeaderGuard.holds(mapping.address(), position, out.crc32c())
                : Batches.baseOffset(mapping.address() + position) == nextOffset;
    }

    /** Goes to the next segment if there is one; a killed broker leaves no end mark, the next one goes on in another file. */
    private boolean advance() throws IOException {
        final int header = header();
        if (header == JournalFormat.NOT_WRITTEN && --pollsToRefresh > 0) {
            return false; // Nearly always: nothing new.
        }
        pollsToRefresh = POLLS_PER_REFRESH;
        for (int attempt = 0; attempt < MANIFEST_ATTEMPTS; attempt++) {
            refresh();
            final SegmentInfo next = nextSegment();
            if (next == null || open(next)) {
                return next != null;
            }
        }
        return false;
    }

    /** The first segment that may hold the next offset: one that compaction made may begin far before it. */
    private SegmentInfo nextSegment() {
        for (final SegmentInfo info : manifest.segments()) {
            if ((!info.sealed() || info.nextOffset() > nextOffset) && !isCurrent(info)) {
                return info;
            }
        }
        return null;
    }

    private boolean isCurrent(final SegmentInfo info) {
        return info.generation() == current.generation() && info.cycle() == current.cycle();
    }

    private void closePrevious() {
        if (previous != null) {
            previous.close();
            previous = null;
        }
    }

    @Override
    public void close() {
        closePrevious();
        if (mapping != null) {
            mapping.close();
            mapping = null;
        }
        current = null;
    }
}
