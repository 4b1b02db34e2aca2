package io.tickwire.edge.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The directory in which publishers put their files; only for the broker that holds the lock of the directory above. Makes system calls. */
public final class PublisherFiles {
    private static final int MOST_LOOKED_AT = 4096;
    private static final long UNFINISHED_PATIENCE_MS = 10_000;

    private final Path directory;

    private PublisherFiles(final Path directory) {
        this.directory = directory;
    }

    /**
     * Makes the directory where there is none, and ends what an earlier broker had taken up.
     *
     * @throws ShmException {@code IO} when the file system refuses.
     */
    public static PublisherFiles open(final Path shmDirectory, final Set<PosixFilePermission> permissions) {
        final PublisherFiles files = new PublisherFiles(shmDirectory.resolve(PublisherLayout.DIRECTORY));
        try {
            Files.createDirectories(files.directory);
            Files.setPosixFilePermissions(files.directory, permissions);
            for (final Path left : files.list(PublisherLayout.FILE_PREFIX, _ -> true)) {
                supersede(left);
            }
            return files;
        } catch (final IOException e) {
            throw new ShmException(ShmException.Cause.IO, files.directory + ": " + e.getMessage(), e);
        }
    }

    /** Written, not mapped: the file may be anything. A file that no broker has looked at stays. */
    private static void supersede(final Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (FileChannel channel = openForWriting(file)) {
            final int state = PublisherPort.readHeader(channel).getInt(PublisherLayout.BROKER_STATE_OFFSET);
            if (state == PublisherLayout.STATE_WAITING) {
                return;
            }
            final ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(word.putInt(0, PublisherLayout.STATE_SUPERSEDED), PublisherLayout.BROKER_STATE_OFFSET);
        }
        Files.deleteIfExists(file);
    }

    private static FileChannel openForWriting(final Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    private List<Path> list(final String prefix, final Predicate<Path> wanted) throws IOException {
        final List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, prefix + '*')) {
            for (final Path file : files) {
                if (found.size() == MOST_LOOKED_AT) {
                    break;
                }
                if (wanted.test(file)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    /** Finished files that {@code isKnown} does not know. */
    public List<Path> unknown(final Predicate<Path> isKnown) throws IOException {
        return list(PublisherLayout.FILE_PREFIX, isKnown.negate());
    }

    /** Takes away what publishers left that died before they were done. */
    public void removeUnfinished(final long nowEpochMs) throws IOException {
        for (final Path file : list(PublisherLayout.UNFINISHED_PREFIX, _ -> true)) {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && nowEpochMs
                                    - Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                                            .toMillis()
                            > UNFINISHED_PATIENCE_MS) {
                try (FileChannel channel = openForWriting(file)) {
                    if (PublisherPort.isUnlocked(channel)) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        }
    }
}
