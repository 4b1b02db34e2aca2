package io.tickwire.edge.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** A file mapped whole; unmapped exactly once. */
final class MappedFile implements AutoCloseable {
    private static final int ZERO_BLOCK_BYTES = 1 << 20;

    private final Path path;
    private final MappedByteBuffer mapped;
    private final UnsafeBuffer buffer;
    private boolean closed;

    /** What was mapped by the caller; a path is needed by who asks for it only. */
    MappedFile(final Path path, final MappedByteBuffer mapped) {
        this.path = path;
        this.mapped = mapped;
        this.buffer = new UnsafeBuffer(mapped);
    }

    /**
     * Creates a file of zeros. The zeros are written, not left as a hole: a full file system then says so here, with an exception, instead
     * of killing the publisher on its first touch of a page.
     */
    static MappedFile create(final Path path, final long length, final Set<PosixFilePermission> permissions)
            throws IOException {
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Files.setPosixFilePermissions(path, permissions);
            final ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZERO_BLOCK_BYTES, length));
            for (long written = 0; written < length; ) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), length - written));
                written += channel.write(zeros);
            }
            return new MappedFile(path, channel.map(FileChannel.MapMode.READ_WRITE, 0, length));
        } catch (final IOException e) {
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /** Maps an existing file at its present length, which must be at least {@code minLength}. */
    static MappedFile open(final Path path, final FileChannel.MapMode mode, final long minLength) throws IOException {
        final Set<StandardOpenOption> options = mode.equals(FileChannel.MapMode.READ_ONLY)
                ? Set.of(StandardOpenOption.READ)
                : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(path, options)) {
            final long length = channel.size();
            if (length < minLength || length > Integer.MAX_VALUE) {
                throw new ShmException(
                        ShmException.Cause.INVALID_FILE,
                        path + " is " + length + " bytes long, expected " + minLength + " or more");
            }
            return new MappedFile(path, channel.map(mode, 0, length));
        }
    }

    Path path() {
        return path;
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    long length() {
        return mapped.capacity();
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            buffer.wrap(0, 0);
            IoUtil.unmap(mapped);
        }
    }
}
