package io.tickwire.edge.shm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What an earlier broker left in the directory. Only called under the directory's lock.
 *
 * @param generation of the registry found, 0 when there was none or it was not readable.
 * @param ringCount ring files marked superseded and removed.
 */
record StaleFiles(long generation, int ringCount) {
    static final String RING_PREFIX = "ring-";

    static StaleFiles takeOver(final Path directory) throws IOException {
        final long generation = supersedeRegistry(directory.resolve(RegistryLayout.FILE_NAME));
        int ringCount = 0;
        try (DirectoryStream<Path> rings = Files.newDirectoryStream(directory, RING_PREFIX + '*')) {
            for (final Path ring : rings) {
                mark(ring, RingLayout.MAGIC, RingLayout.HEADER_BYTES, RingLayout.STATE_OFFSET);
                Files.deleteIfExists(ring);
                ringCount++;
            }
        }
        return new StaleFiles(generation, ringCount);
    }

    private static long supersedeRegistry(final Path registry) throws IOException {
        return mark(registry, RegistryLayout.MAGIC, RegistryLayout.HEADER_BYTES, RegistryLayout.STATE_OFFSET);
    }

    /** Sets the state word of a file that is ours; returns its generation, or 0 when it is absent or not ours. */
    private static long mark(final Path path, final long magic, final int headerBytes, final int stateOffset)
            throws IOException {
        if (!Files.isRegularFile(path) || Files.size(path) < headerBytes) {
            return 0;
        }
        try (MappedFile file = MappedFile.open(path, FileChannel.MapMode.READ_WRITE, headerBytes)) {
            if (file.buffer().getLongAcquire(0) != magic) {
                return 0;
            }
            file.buffer().putIntRelease(stateOffset, RingLayout.STATE_SUPERSEDED);
            // Registry and ring keep their generation at the same place.
            return file.buffer().getLong(RingLayout.GENERATION_OFFSET);
        }
    }
}
