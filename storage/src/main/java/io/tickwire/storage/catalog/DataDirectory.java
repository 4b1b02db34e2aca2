package io.tickwire.storage.catalog;

import io.tickwire.storage.os.Posix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The layout of a data directory, held under a lock while the process lives.
 *
 * <pre>
 *   DIR/.lock       locked by the process that owns the directory; holds its process id
 *   DIR/layout      "tickwire-data 1": what this is and in which version
 *   DIR/logs/       one directory per partition: TOPIC-PARTITION
 *   DIR/trash/      deleted partitions on their way out
 *   DIR/damaged/    partitions whose manifest could not be used, set aside
 * </pre>
 */
final class DataDirectory implements AutoCloseable {
    private static final String LAYOUT = "tickwire-data 1";

    private final Path root;
    private final FileChannel lockChannel;
    private long trashed;

    private DataDirectory(final Path root, final FileChannel lockChannel) {
        this.root = root;
        this.lockChannel = lockChannel;
    }

    static DataDirectory open(final Path root) throws DataDirectoryException {
        try {
            Files.createDirectories(root);
            final DataDirectory directory = new DataDirectory(root, lock(root));
            try {
                directory.checkLayout();
                Files.createDirectories(directory.logs());
                Files.createDirectories(directory.trash());
                directory.emptyTrash();
            } catch (final IOException e) {
                directory.close();
                throw e;
            }
            return directory;
        } catch (final DataDirectoryException e) {
            throw e;
        } catch (final IOException e) {
            throw new DataDirectoryException(
                    "data.dir " + root + " cannot be used: " + e + "; it must be a directory this user may write", e);
        }
    }

    private static FileChannel lock(final Path root) throws IOException {
        final Path file = root.resolve(".lock");
        final FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (final OverlappingFileLockException e) {
            channel.close();
            throw new DataDirectoryException("data.dir " + root + " is open already in this process", e);
        }
        if (lock == null) {
            channel.close();
            throw new DataDirectoryException(
                    "data.dir " + root + " is in use by process "
                            + Files.readString(file).strip() + "; stop it or give another directory",
                    null);
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    private void checkLayout() throws IOException {
        final Path file = root.resolve("layout");
        try {
            final String found = Files.readString(file).strip();
            if (!found.equals(LAYOUT)) {
                throw new DataDirectoryException(
                        "data.dir " + root + " has the layout '" + found + "'; this version reads '" + LAYOUT + "'",
                        null);
            }
        } catch (final NoSuchFileException e) {
            if (Files.exists(logs())) {
                throw new DataDirectoryException(
                        "data.dir " + root + " has logs but no layout file: it is not a Tickwire data directory", e);
            }
            Files.writeString(file, LAYOUT + "\n");
        }
    }

    Path logs() {
        return root.resolve("logs");
    }

    private Path trash() {
        return root.resolve("trash");
    }

    List<Path> logDirectories() throws IOException {
        try (Stream<Path> children = Files.list(logs())) {
            return children.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** Where a partition's directory is put together before it gets its place: a stop in between leaves nothing. */
    synchronized Path unfinished() {
        return trash().resolve("new-" + trashed++);
    }

    /** Moves a partition's directory out of the way and removes it. */
    synchronized void remove(final Path directory) throws IOException {
        final Path doomed = trash().resolve(Long.toString(trashed++));
        Files.move(directory, doomed, StandardCopyOption.ATOMIC_MOVE);
        removeTree(doomed);
    }

    /** Keeps a directory that cannot be opened, under a name that is in nobody's way. */
    synchronized Path setAside(final Path directory) throws IOException {
        final Path damaged = root.resolve("damaged");
        Files.createDirectories(damaged);
        int number = 0;
        Path target;
        do {
            target = damaged.resolve(directory.getFileName() + "." + number++);
        } while (Files.exists(target));
        return Files.move(directory, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private void emptyTrash() throws IOException {
        final List<Path> leftovers;
        try (Stream<Path> children = Files.list(trash())) {
            leftovers = children.toList();
        }
        for (final Path leftover : leftovers) {
            removeTree(leftover);
        }
    }

    private static void removeTree(final Path tree) throws IOException {
        final List<Path> paths;
        try (Stream<Path> walk = Files.walk(tree)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (final Path path : paths) {
            Files.deleteIfExists(path);
        }
    }

    /** Waits until everything in the directory's file system is on the device. */
    void sync() throws IOException {
        final int fd = Posix.open(root, Posix.O_RDONLY);
        try {
            Posix.syncFileSystem(fd);
        } finally {
            Posix.close(fd);
        }
    }

    @Override
    public void close() throws IOException {
        lockChannel.close();
    }
}
