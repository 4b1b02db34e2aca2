package io.tickwire.compat.bench.storage;

import io.tickwire.storage.os.Posix;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.PointerBytesStore;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Chronicle Queue as it comes: no offsets in batches, no validation, no timestamps. Mapped as Tickwire maps it, in blocks as large as
 * a segment; its pages are touched before each round. Position: entry number.
 */
final class ChronicleLog implements LogContender {
    private static final long BLOCK_BYTES = 1L << 30;

    private final Path directory;
    private final PointerBytesStore pointer = new PointerBytesStore();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private ChronicleQueue queue;
    private ExcerptAppender appender;
    private ExcerptTailer tailer;
    private long entries;
    private long tailerAt;
    private long nowMs = System.currentTimeMillis();

    ChronicleLog(Path directory) {
        this.directory = directory;
        open();
    }

    @Override
    public void open() {
        queue = SingleChronicleQueueBuilder.binary(directory.resolve("queue"))
                .rollCycle(RollCycles.FAST_HOURLY)
                .blockSize(BLOCK_BYTES)
                .timeProvider(() -> nowMs)
                .build();
        appender = queue.createAppender();
        tailer = queue.createTailer();
        tailerAt = 0;
    }

    @Override
    public String name() {
        return "chronicle";
    }

    @Override
    public void prepare(long bytes) {
        try (DocumentContext document = appender.writingDocument()) {
            Bytes<?> mapped = document.wire().bytes();
            long position = mapped.writePosition();
            long ready = Math.min(bytes, BLOCK_BYTES - position % BLOCK_BYTES);
            Posix.populate(mapped.addressForWrite(position), ready);
            document.rollbackOnClose();
        }
    }

    @Override
    public void append(UnsafeBuffer batch, int length, long timeMs) {
        nowMs = timeMs;
        pointer.set(batch.addressOffset(), length);
        appender.writeBytes(pointer);
        entries++;
    }

    @Override
    public long read(long position, int maxBytes, MutableDirectBuffer target) {
        if (position != tailerAt) {
            tailer.moveToIndex(queue.firstIndex() + position);
        }
        try (DocumentContext document = tailer.readingDocument()) {
            Bytes<?> bytes = document.wire().bytes();
            int length = (int) bytes.readRemaining();
            view.wrap(bytes.addressForRead(bytes.readPosition()), length);
            target.putBytes(0, view, 0, length);
        }
        tailerAt = position + 1;
        return tailerAt;
    }

    @Override
    public void flush() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.resolve("queue"), "*.cq4")) {
            for (Path file : files) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(false);
                }
            }
        }
    }

    @Override
    public long end() {
        return entries;
    }

    @Override
    public long offsetForTimestamp(long timestampMs) {
        return UNSUPPORTED;
    }

    @Override
    public void shut() {
        tailer.close();
        appender.close();
        queue.close();
    }

    @Override
    public void close() {
        shut();
    }
}
