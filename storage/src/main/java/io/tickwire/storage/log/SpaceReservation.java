package io.tickwire.storage.log;

import io.tickwire.storage.os.Posix;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Disk blocks reserved ahead of the writer of one journal file, so that a full disk shows as an error here and never as a fault
 * in mapped memory.
 */
final class SpaceReservation implements AutoCloseable {
    private static final long SMALLEST_STEP_BYTES = 64 * 1024;
    private static final long LARGEST_STEP_BYTES = 4 * 1024 * 1024;

    private final int fd;
    private long reservedTo;

    /** Opens an existing file, which ends at {@code from} or before, and reserves the blocks behind that. */
    SpaceReservation(final Path file, final long from) throws IOException {
        fd = Posix.open(file, Posix.O_RDWR);
        reservedTo = from;
        try {
            ensure(from + SMALLEST_STEP_BYTES);
        } catch (final IOException e) {
            Posix.close(fd);
            throw e;
        }
    }

    /** True when everything below {@code position} is reserved. */
    boolean covers(final long position) {
        return position <= reservedTo;
    }

    /** Reserves at least to {@code position}, and more the larger the file is already. */
    void ensure(final long position) throws IOException {
        if (position <= reservedTo) {
            return;
        }
        final long step = Math.clamp(reservedTo, SMALLEST_STEP_BYTES, LARGEST_STEP_BYTES);
        final long wanted = Math.max(position, reservedTo + step);
        try {
            Posix.reserve(fd, reservedTo, wanted - reservedTo);
            reservedTo = wanted;
        } catch (final IOException e) {
            if (wanted == position) {
                throw e;
            }
            Posix.reserve(fd, reservedTo, position - reservedTo);
            reservedTo = position;
        }
    }

    /** Waits until the file's data is on the device. */
    void sync() throws IOException {
        Posix.dataSync(fd);
    }

    @Override
    public void close() {
        Posix.close(fd);
    }
}
