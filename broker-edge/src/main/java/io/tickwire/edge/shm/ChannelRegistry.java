package io.tickwire.edge.shm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A broker's side of the shared-memory directory: holds its lock, writes the registry, creates and closes channels. Makes system calls;
 * owned by the control thread, except {@link #heartbeat} which one thread of the caller's choice runs.
 *
 * <p>Opening takes over what a dead broker left: its rings are marked superseded, so that subscribers still mapped to them leave, and
 * removed; a new registry with a higher generation replaces the old one in one step.
 */
public final class ChannelRegistry implements AutoCloseable {
    private final RegistrySettings settings;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private final MappedFile file;
    private final UnsafeBuffer buffer;
    private final RegistryEntries entries;
    private final ChannelPublisher[] channels;
    private final long generation;
    private final long previousGeneration;
    private final long epochOffsetNs;
    private final int supersededRingCount;
    private long ringFileSequence;
    private long totalBytes;
    private int channelCount;

    private ChannelRegistry(
            final RegistrySettings settings,
            final FileChannel lockChannel,
            final FileLock lock,
            final long epochOffsetNs)
            throws IOException {
        this.settings = settings;
        this.lockChannel = lockChannel;
        this.lock = lock;
        this.epochOffsetNs = epochOffsetNs;
        final StaleFiles stale = StaleFiles.takeOver(settings.directory());
        this.previousGeneration = stale.generation();
        this.generation = Math.max(previousGeneration + 1, System.currentTimeMillis());
        this.supersededRingCount = stale.ringCount();
        this.channels = new ChannelPublisher[settings.maxChannels()];
        this.file = createRegistry();
        this.buffer = file.buffer();
        this.entries = new RegistryEntries(buffer);
    }

    /**
     * Takes the directory.
     *
     * @param epochOffsetNs what the broker adds to {@code System.nanoTime()} for its stamps: subscribers use it to compute latencies.
     * @throws ShmException {@code IN_USE} when another broker holds it, {@code IO} when it cannot be created or written.
     */
    public static ChannelRegistry open(final RegistrySettings settings, final long epochOffsetNs) {
        final Path directory = settings.directory();
        FileChannel lockChannel = null;
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory);
                Files.setPosixFilePermissions(directory, directoryPermissions(settings.permissions()));
            }
            lockChannel = FileChannel.open(
                    directory.resolve(RegistryLayout.LOCK_NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            final FileLock lock = tryLock(lockChannel);
            if (lock == null) {
                throw new ShmException(
                        ShmException.Cause.IN_USE,
                        "shared-memory directory " + directory + " is in use by another broker"
                                + RegistryView.describeOwner(directory) + "; give each broker its own shm.dir");
            }
            return new ChannelRegistry(settings, lockChannel, lock, epochOffsetNs);
        } catch (final IOException e) {
            closeQuietly(lockChannel, e);
            throw new ShmException(
                    ShmException.Cause.IO, "shared-memory directory " + directory + ": " + e.getMessage(), e);
        } catch (final ShmException e) {
            closeQuietly(lockChannel, e);
            throw e;
        }
    }

    private static FileLock tryLock(final FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (final OverlappingFileLockException e) {
            return null;
        }
    }

    private static void closeQuietly(final FileChannel channel, final Exception primary) {
        if (channel != null) {
            try {
                channel.close();
            } catch (final IOException e) {
                primary.addSuppressed(e);
            }
        }
    }

    private static Set<PosixFilePermission> directoryPermissions(final Set<PosixFilePermission> forFiles) {
        final Set<PosixFilePermission> result = EnumSet.copyOf(forFiles);
        if (forFiles.contains(PosixFilePermission.OWNER_READ)) {
            result.add(PosixFilePermission.OWNER_EXECUTE);
        }
        if (forFiles.contains(PosixFilePermission.GROUP_READ)) {
            result.add(PosixFilePermission.GROUP_EXECUTE);
        }
        if (forFiles.contains(PosixFilePermission.OTHERS_READ)) {
            result.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        return result;
    }

    private MappedFile createRegistry() throws IOException {
        final Path directory = settings.directory();
        final Path temporary = directory.resolve(RegistryLayout.FILE_NAME + ".new");
        Files.deleteIfExists(temporary);
        final MappedFile created =
                MappedFile.create(temporary, RegistryLayout.fileLength(settings.maxChannels()), settings.permissions());
        final UnsafeBuffer header = created.buffer();
        header.putInt(RegistryLayout.VERSION_OFFSET, RegistryLayout.VERSION);
        header.putInt(RegistryLayout.HEADER_BYTES_OFFSET, RegistryLayout.HEADER_BYTES);
        header.putInt(RegistryLayout.ENTRY_BYTES_OFFSET, RegistryLayout.ENTRY_BYTES);
        header.putInt(RegistryLayout.ENTRY_CAPACITY_OFFSET, settings.maxChannels());
        header.putLong(RegistryLayout.GENERATION_OFFSET, generation);
        header.putLong(RegistryLayout.PID_OFFSET, ProcessHandle.current().pid());
        header.putLong(RegistryLayout.STARTED_EPOCH_MS_OFFSET, System.currentTimeMillis());
        header.putLong(RegistryLayout.EPOCH_OFFSET_NS_OFFSET, epochOffsetNs);
        header.putInt(RegistryLayout.STATE_OFFSET, RingLayout.STATE_OPEN);
        header.putLong(RegistryLayout.HEARTBEAT_OFFSET, System.nanoTime());
        final byte[] journal =
                settings.journalPath().toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
        if (journal.length <= RegistryLayout.MAX_JOURNAL_PATH_BYTES) {
            header.putInt(RegistryLayout.JOURNAL_PATH_LENGTH_OFFSET, journal.length);
            header.putBytes(RegistryLayout.JOURNAL_PATH_OFFSET, journal);
        }
        header.putLongRelease(RegistryLayout.MAGIC_OFFSET, RegistryLayout.MAGIC);
        Files.move(temporary, directory.resolve(RegistryLayout.FILE_NAME), StandardCopyOption.ATOMIC_MOVE);
        return created;
    }

    /**
     * Creates a channel and makes it known to subscribers.
     *
     * @param nextOffset the partition's log end offset: what the first published record will have.
     * @throws ShmException {@code LIMIT_REACHED} when it would exceed the limits, {@code IO} when the file system refuses.
     */
    public ChannelPublisher create(
            final String topic,
            final long topicIdMsb,
            final long topicIdLsb,
            final int partition,
            final long nextOffset) {
        final int slot = freeSlot();
        final long fileBytes = RingLayout.HEADER_BYTES + (long) settings.ringBytes();
        if (slot < 0 || totalBytes + fileBytes > settings.maxTotalBytes()) {
            throw new ShmException(
                    ShmException.Cause.LIMIT_REACHED,
                    "no shared-memory channel for " + topic + '-' + partition + ": " + channelCount + " channels take "
                            + totalBytes + " bytes of shm.max.bytes=" + settings.maxTotalBytes()
                            + " and shm.max.channels=" + settings.maxChannels());
        }
        final byte[] topicBytes = topic.getBytes(StandardCharsets.UTF_8);
        if (topicBytes.length > RingLayout.MAX_TOPIC_BYTES) {
            throw new IllegalArgumentException("topic name longer than " + RingLayout.MAX_TOPIC_BYTES + " bytes");
        }
        final String fileName = StaleFiles.RING_PREFIX + Long.toHexString(generation) + '-' + ringFileSequence++;
        final MappedFile ring;
        try {
            ring = MappedFile.create(settings.directory().resolve(fileName), fileBytes, settings.permissions());
        } catch (final IOException e) {
            throw new ShmException(
                    ShmException.Cause.IO, "ring for " + topic + '-' + partition + ": " + e.getMessage(), e);
        }
        new RingHeader(
                        settings.ringBytes(),
                        generation,
                        previousGeneration,
                        topic,
                        topicIdMsb,
                        topicIdLsb,
                        partition,
                        nextOffset,
                        epochOffsetNs)
                .write(ring.buffer(), RingLayout.MAGIC, RingLayout.VERSION);
        entries.open(slot, topicBytes, topicIdMsb, topicIdLsb, partition, fileBytes, fileName);
        channels[slot] = new ChannelPublisher(ring, topic, partition);
        totalBytes += fileBytes;
        channelCount++;
        return channels[slot];
    }

    private int freeSlot() {
        for (int i = 0; i < channels.length; i++) {
            if (channels[i] == null) {
                return i;
            }
        }
        return -1;
    }

    /** Closes a channel after its publisher's last use: subscribers read to its end and leave; the file goes. */
    public void close(final ChannelPublisher channel) {
        for (int i = 0; i < channels.length; i++) {
            if (channels[i] == channel) {
                closeSlot(i);
                return;
            }
        }
    }

    private void closeSlot(final int slot) {
        final ChannelPublisher channel = channels[slot];
        entries.close(slot);
        totalBytes -= channel.file().length();
        channelCount--;
        channels[slot] = null;
        final Path path = channel.file().path();
        channel.close();
        path.toFile().delete();
    }

    /** Tells subscribers that the broker lives; call ten times a second or so. */
    public void heartbeat(final long nowNs) {
        buffer.putLongRelease(RegistryLayout.HEARTBEAT_OFFSET, nowNs);
    }

    /** Number of this broker's run in this directory; grows with every start. */
    public long generation() {
        return generation;
    }

    public int channelCount() {
        return channelCount;
    }

    /** Bytes of all ring files. */
    public long totalBytes() {
        return totalBytes;
    }

    /** Ring files of an earlier broker that this one found and gave up. */
    public int supersededRingCount() {
        return supersededRingCount;
    }

    @Override
    public void close() {
        if (file.isClosed()) {
            return;
        }
        for (int i = 0; i < channels.length; i++) {
            if (channels[i] != null) {
                closeSlot(i);
            }
        }
        buffer.putIntRelease(RegistryLayout.STATE_OFFSET, RingLayout.STATE_CLOSED);
        file.close();
        try {
            lock.release();
            lockChannel.close();
        } catch (final IOException e) {
            throw new ShmException(ShmException.Cause.IO, "lock of " + settings.directory() + ": " + e.getMessage(), e);
        }
    }
}
