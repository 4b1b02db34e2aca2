package io.tickwire.compat.bench.storage;

import io.tickwire.storage.os.Posix;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.BitUtil;
import org.agrona.IoUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The least that could work: length-prefixed copies into a mapped file, a new file when one is full. Position: entry number, sequential only. */
final class MappedFileLog implements LogContender {
    private static final int FILE_BYTES = 1 << 30;
    private static final int ALIGNMENT = 8;

    private final Path directory;
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private MappedByteBuffer mapped;
    private int files;
    private int position;
    private long entries;
    private long readEntry;
    private int readPosition;

    MappedFileLog(Path directory) throws IOException {
        this.directory = directory;
        nextFile();
    }

    private void nextFile() throws IOException {
        if (mapped != null) {
            IoUtil.unmap(mapped);
        }
        map(files++);
        position = 0;
        entries = 0;
        readEntry = 0;
        readPosition = 0;
    }

    private void map(int file) throws IOException {
        try (FileChannel channel = FileChannel.open(
                directory.resolve("log-" + file),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES);
            buffer.wrap(mapped);
        }
    }

    @Override
    public String name() {
        return "mapped file";
    }

    @Override
    public void prepare(long bytes) {
        Posix.populate(buffer.addressOffset() + position, Math.min(bytes, FILE_BYTES - position));
    }

    @Override
    public void append(UnsafeBuffer batch, int length, long nowMs) throws IOException {
        if (position + length + Integer.BYTES + ALIGNMENT > FILE_BYTES) {
            nextFile();
        }
        buffer.putBytes(position + Integer.BYTES, batch, 0, length);
        buffer.putIntRelease(position, length);
        position = BitUtil.align(position + Integer.BYTES + length, ALIGNMENT);
        entries++;
    }

    @Override
    public long read(long entry, int maxBytes, MutableDirectBuffer target) {
        if (entry == 0) {
            readEntry = 0;
            readPosition = 0;
        }
        if (entry != readEntry) {
            return UNSUPPORTED;
        }
        int length = buffer.getIntVolatile(readPosition);
        target.putBytes(0, buffer, readPosition + Integer.BYTES, length);
        readPosition = BitUtil.align(readPosition + Integer.BYTES + length, ALIGNMENT);
        return ++readEntry;
    }

    @Override
    public void flush() {
        mapped.force(0, position);
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
        IoUtil.unmap(mapped);
    }

    @Override
    public void open() throws IOException {
        map(files - 1);
    }

    @Override
    public void close() {
        shut();
    }
}
