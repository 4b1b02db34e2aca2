package io.tickwire.storage.os;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A shared mapping of a file from its start, which may reach beyond the file's end and be replaced by a longer one. Old
 * mappings stay valid until {@link #close()}, so that addresses taken earlier never dangle.
 *
 * <p>{@link #ensure} and {@link #close} by one thread at a time; {@link #address()} by any thread.
 */
public final class GrowingMapping implements AutoCloseable {
    private final Path file;
    private final int protection;
    private long[] olderAddresses = new long[0];
    private long[] olderLengths = new long[0];
    private long length;
    private volatile long address;

    private GrowingMapping(final Path file, final int protection) {
        this.file = file;
        this.protection = protection;
    }

    /** Maps at least {@code bytes} bytes for reading. */
    public static GrowingMapping readOnly(final Path file, final long bytes) throws IOException {
        final GrowingMapping mapping = new GrowingMapping(file, Posix.PROT_READ);
        mapping.ensure(bytes);
        return mapping;
    }

    /** Maps at least {@code bytes} bytes for reading and writing; the caller sizes the file. */
    public static GrowingMapping readWrite(final Path file, final long bytes) throws IOException {
        final GrowingMapping mapping = new GrowingMapping(file, Posix.PROT_READ | Posix.PROT_WRITE);
        mapping.ensure(bytes);
        return mapping;
    }

    /** Address of the file's first byte in the longest mapping. */
    public long address() {
        return address;
    }

    /** Bytes mapped, a multiple of the page size. */
    public long length() {
        return length;
    }

    /** Makes {@link #address()} valid for at least {@code bytes} bytes. */
    public synchronized void ensure(final long bytes) throws IOException {
        if (bytes <= length && length > 0) {
            return;
        }
        final long newLength = roundUp(Math.max(bytes, length * 2));
        final boolean writable = (protection & Posix.PROT_WRITE) != 0;
        final int fd = Posix.open(file, writable ? Posix.O_RDWR : Posix.O_RDONLY);
        final long newAddress;
        try {
            newAddress = Posix.map(fd, protection, newLength);
        } finally {
            Posix.close(fd);
        }
        if (length != 0) {
            olderAddresses = java.util.Arrays.copyOf(olderAddresses, olderAddresses.length + 1);
            olderLengths = java.util.Arrays.copyOf(olderLengths, olderLengths.length + 1);
            olderAddresses[olderAddresses.length - 1] = address;
            olderLengths[olderLengths.length - 1] = length;
        }
        length = newLength;
        address = newAddress;
    }

    private static long roundUp(final long bytes) {
        return (Math.max(bytes, 1) + Posix.PAGE_BYTES - 1) & -Posix.PAGE_BYTES;
    }

    @Override
    public synchronized void close() {
        for (int i = 0; i < olderAddresses.length; i++) {
            Posix.unmap(olderAddresses[i], olderLengths[i]);
        }
        olderAddresses = new long[0];
        olderLengths = new long[0];
        if (length != 0) {
            Posix.unmap(address, length);
            length = 0;
            address = 0;
        }
    }
}
