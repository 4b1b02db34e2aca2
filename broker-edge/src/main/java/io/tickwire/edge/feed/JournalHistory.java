package io.tickwire.edge.feed;

import io.tickwire.edge.shm.HistorySource;
import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordCursor;
import io.tickwire.storage.journal.JournalFormat;
import io.tickwire.storage.segment.Generations;
import io.tickwire.storage.segment.LogManifest;
import io.tickwire.storage.segment.SegmentInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A partition's journal read by another process than the broker: read-only, without its locks, while it appends, rolls and deletes. One
 * thread; allocates when it opens a segment, not per record.
 */
public final class JournalHistory implements HistorySource {
    private static final int INDEX_COUNT_OFFSET = 24;
    private static final int INDEX_ENTRIES_OFFSET = 64;
    private static final int INDEX_ENTRY_BYTES = 24;

    private final Path directory;
    private final BatchReader batches = new BatchReader();
    private final RecordCursor cursor = new RecordCursor();
    private final Crc32C crc = new Crc32C();
    private final RecordFields fields;
    private LogManifest manifest;
    private SegmentInfo segment;
    private JournalFile file;
    private boolean inBatch;
    private boolean recordRead;
    private long batchLastOffset;
    private long position = -1;

    private JournalHistory(final Path directory, final MessageProtocol protocol) {
        this.directory = directory;
        this.fields = new RecordFields(protocol);
    }

    /**
     * Opens the journal of a partition.
     *
     * @param dataDirectory the broker's {@code data.dir}.
     * @param protocol what the feed's messages are, for exchange times and for what conflation must keep.
     * @throws IOException when there is none or it may not be read.
     */
    public static JournalHistory open(
            final Path dataDirectory, final String topic, final int partition, final MessageProtocol protocol)
            throws IOException {
        final Path directory = dataDirectory.resolve("logs").resolve(topic + '-' + partition);
        final JournalHistory history = new JournalHistory(directory, protocol);
        history.manifest = LogManifest.read(directory);
        return history;
    }

    @Override
    public long read(final long fromOffset, final long toOffset, final int limit, final Sink sink) {
        try {
            return readRecords(fromOffset, toOffset, limit, sink);
        } catch (final IOException | InternalError e) {
            // A file went away or was cut off between look and touch: retention, or the topic's end. Look again from
            // the start.
            closeFile();
            return Math.max(position, fromOffset);
        }
    }

    private long readRecords(final long fromOffset, final long toOffset, final int limit, final Sink sink)
            throws IOException {
        if (file == null || fromOffset != position) {
            seek(fromOffset);
        }
        int count = 0;
        while (count < limit && position < toOffset && file != null) {
            if (!inBatch && !openBatch(toOffset)) {
                break;
            }
            if (!inBatch) {
                continue;
            }
            if (!recordRead && !cursor.next()) {
                if (cursor.isMalformed()) {
                    // Not passed over in silence: without progress the subscriber reports it.
                    inBatch = false;
                    break;
                }
                leaveBatch();
                continue;
            }
            if (cursor.offset() >= toOffset) {
                recordRead = true;
                position = toOffset;
                break;
            }
            recordRead = false;
            if (cursor.offset() >= position) {
                deliver(sink);
                count++;
            }
        }
        return Math.max(position, fromOffset);
    }

    private void deliver(final Sink sink) {
        final long offset = cursor.offset();
        fields.read(cursor);
        fields.fill(
                cursor,
                sink.begin(cursor.keyLength(), cursor.valueLength(), fields.headersLength(cursor)),
                offset,
                0,
                0,
                batches.isTransactional());
        sink.end();
        position = offset + 1;
    }

    private void leaveBatch() {
        inBatch = false;
        position = Math.max(position, batchLastOffset + 1);
        file.advance();
    }

    /** Goes into the next batch that holds offsets from the position on; false when there is none to be had now. */
    private boolean openBatch(final long toOffset) throws IOException {
        return switch (file.look()) {
            case BATCH -> enterBatch(toOffset) || nextSegmentOfSealed();
            case END -> nextSegment();
            case NOT_YET, DAMAGED -> nextSegmentOfSealed();
        };
    }

    /** False for a damaged batch, which is not delivered: without progress the subscriber reports it. */
    private boolean enterBatch(final long toOffset) {
        batchLastOffset = file.lastOffset();
        if (batchLastOffset < position) {
            file.advance();
        } else if (file.baseOffset() >= toOffset) {
            // Everything before it holds no records any more.
            position = toOffset;
        } else if (!file.isIntact()) {
            return false;
        } else {
            batches.open(file.batchAddress(), file.batchLength(), cursor);
            inBatch = true;
            recordRead = false;
            if (batches.isControl()) {
                leaveBatch();
            }
        }
        return true;
    }

    /** A segment sealed after a crash may lack its end mark; the manifest then says where it ended. */
    private boolean nextSegmentOfSealed() throws IOException {
        manifest = LogManifest.read(directory);
        for (final SegmentInfo info : manifest.segments()) {
            if (isCurrent(info)) {
                return info.sealed() && file.position() >= info.endPosition() && nextSegment();
            }
        }
        // Compaction or retention took it away.
        return nextSegment();
    }

    private boolean isCurrent(final SegmentInfo info) {
        return info.generation() == segment.generation() && info.cycle() == segment.cycle();
    }

    private boolean nextSegment() throws IOException {
        manifest = LogManifest.read(directory);
        if (manifest.logStartOffset() <= position) {
            for (final SegmentInfo info : manifest.segments()) {
                if (!isCurrent(info) && (!info.sealed() || info.nextOffset() > position)) {
                    open(info, position);
                    return true;
                }
            }
        }
        return false;
    }

    private void seek(final long offset) throws IOException {
        closeFile();
        position = offset;
        manifest = LogManifest.read(directory);
        SegmentInfo found = null;
        for (final SegmentInfo info : manifest.segments()) {
            if (found == null || info.baseOffset() <= offset) {
                found = info;
            }
        }
        if (found != null && manifest.logStartOffset() <= offset) {
            open(found, offset);
        }
    }

    private void open(final SegmentInfo info, final long offset) throws IOException {
        closeFile();
        position = offset;
        final Path data =
                Generations.directory(directory, info.generation()).resolve(JournalFormat.fileName(info.cycle()));
        final Place start = indexed(Generations.indexFile(data), offset);
        segment = info;
        if (start != null) {
            file = new JournalFile(data, start.position, start.offset, info.gaps(), crc);
            if (file.look() == JournalFile.Entry.BATCH && file.baseOffset() == start.offset) {
                return;
            }
            file.close(); // The index is a hint: where there is no such batch, from the beginning.
        }
        file = new JournalFile(data, 0, info.baseOffset(), info.gaps(), crc);
    }

    /** A batch in a file, and its base offset. */
    private record Place(long position, long offset) {}

    /** A place at or before the offset's batch, from the segment's sparse index, or null. */
    private static Place indexed(final Path index, final long offset) throws IOException {
        if (!Files.isReadable(index)) {
            return null;
        }
        try (FileChannel channel = FileChannel.open(index, StandardOpenOption.READ)) {
            final ByteBuffer entry = ByteBuffer.allocate(INDEX_ENTRY_BYTES).order(ByteOrder.nativeOrder());
            if (!readAt(channel, entry, 0)) {
                return null;
            }
            final long inFile = (channel.size() - INDEX_ENTRIES_OFFSET) / INDEX_ENTRY_BYTES;
            long low = 0;
            long high = readAt(channel, entry, INDEX_COUNT_OFFSET) ? Math.min(entry.getLong(0), inFile) : 0;
            Place found = null;
            while (low < high) {
                final long middle = (low + high) >>> 1;
                if (!readAt(channel, entry, INDEX_ENTRIES_OFFSET + middle * INDEX_ENTRY_BYTES)) {
                    return null;
                }
                if (entry.getLong(0) <= offset) {
                    found = new Place(entry.getLong(Long.BYTES), entry.getLong(0));
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return found != null && found.position > 0 && (found.position & 3) == 0 ? found : null;
        }
    }

    private static boolean readAt(final FileChannel channel, final ByteBuffer target, final long at)
            throws IOException {
        target.clear();
        while (target.hasRemaining()) {
            if (channel.read(target, at + target.position()) < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public long startOffset() {
        try {
            manifest = LogManifest.read(directory);
        } catch (final IOException e) {
            // Being replaced, or gone with its topic: what was read before is the best there is.
        }
        return manifest.logStartOffset();
    }

    @Override
    public void reopen() {
        closeFile();
        position = -1;
    }

    private void closeFile() {
        inBatch = false;
        recordRead = false;
        if (file != null) {
            file.close();
            file = null;
        }
    }

    @Override
    public void close() {
        closeFile();
    }
}
