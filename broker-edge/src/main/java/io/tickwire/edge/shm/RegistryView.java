package io.tickwire.edge.shm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** A subscriber's read-only view of a registry. Not thread safe. */
public final class RegistryView implements AutoCloseable {
    /**
     * One open channel.
     *
     * @param topic Kafka topic name.
     * @param partition Kafka partition.
     * @param ringPath its ring file.
     */
    public record Entry(String topic, int partition, Path ringPath) {}

    private final Path directory;
    private final MappedFile file;
    private final UnsafeBuffer buffer;
    private final int entryCapacity;

    /** Over a file, or memory, that was found to be a registry. */
    RegistryView(final Path directory, final MappedFile file) {
        this.directory = directory;
        this.file = file;
        this.buffer = file.buffer();
        this.entryCapacity = buffer.getInt(RegistryLayout.ENTRY_CAPACITY_OFFSET);
    }

    /**
     * Maps the registry of a directory.
     *
     * @throws ShmException {@code NOT_FOUND} when there is none, {@code INVALID_FILE} when it is not one of this version.
     */
    public static RegistryView open(final Path directory) {
        final Path path = directory.resolve(RegistryLayout.FILE_NAME);
        final MappedFile file;
        try {
            file = MappedFile.open(path, FileChannel.MapMode.READ_ONLY, RegistryLayout.HEADER_BYTES);
        } catch (final NoSuchFileException e) {
            throw new ShmException(
                    ShmException.Cause.NOT_FOUND, "no broker has published in " + directory + " (no " + path + ")", e);
        } catch (final IOException e) {
            throw new ShmException(ShmException.Cause.IO, path + ": " + e.getMessage(), e);
        }
        final String fault = fault(file);
        if (fault != null) {
            file.close();
            throw new ShmException(ShmException.Cause.INVALID_FILE, path + " is not a usable registry: " + fault);
        }
        return new RegistryView(directory, file);
    }

    private static String fault(final MappedFile file) {
        final UnsafeBuffer buffer = file.buffer();
        if (buffer.getLongAcquire(RegistryLayout.MAGIC_OFFSET) != RegistryLayout.MAGIC) {
            return "magic number missing";
        }
        if (buffer.getInt(RegistryLayout.VERSION_OFFSET) != RegistryLayout.VERSION) {
            return "version " + buffer.getInt(RegistryLayout.VERSION_OFFSET) + ", expected " + RegistryLayout.VERSION;
        }
        final int capacity = buffer.getInt(RegistryLayout.ENTRY_CAPACITY_OFFSET);
        if (buffer.getInt(RegistryLayout.ENTRY_BYTES_OFFSET) != RegistryLayout.ENTRY_BYTES
                || capacity < 1
                || file.length() < RegistryLayout.fileLength(capacity)) {
            return file.length() + " bytes for " + capacity + " entries";
        }
        return null;
    }

    /** The open channels at this moment. */
    public List<Entry> entries() {
        final List<Entry> result = new ArrayList<>();
        final int count = entryCount();
        for (int i = 0; i < count; i++) {
            final Entry entry = entry(i);
            if (entry != null) {
                result.add(entry);
            }
        }
        return result;
    }

    /** The ring file of a topic-partition, or null when it has no open channel. */
    public Path find(final String topic, final int partition) {
        final int count = entryCount();
        for (int i = 0; i < count; i++) {
            final Entry entry = entry(i);
            if (entry != null && entry.partition() == partition && entry.topic().equals(topic)) {
                return entry.ringPath();
            }
        }
        return null;
    }

    private int entryCount() {
        return Math.clamp(buffer.getIntAcquire(RegistryLayout.ENTRY_COUNT_OFFSET), 0, entryCapacity);
    }

    private Entry entry(final int index) {
        final int base = RegistryLayout.entryBase(index);
        if (buffer.getIntAcquire(base + RegistryLayout.ENTRY_STATE_OFFSET) != RegistryLayout.ENTRY_OPEN) {
            return null;
        }
        final int topicLength = buffer.getInt(base + RegistryLayout.ENTRY_TOPIC_LENGTH_OFFSET);
        final int nameLength = buffer.getInt(base + RegistryLayout.ENTRY_FILE_NAME_LENGTH_OFFSET);
        if (topicLength < 1
                || topicLength > RingLayout.MAX_TOPIC_BYTES
                || nameLength < 1
                || nameLength > RegistryLayout.MAX_FILE_NAME_BYTES) {
            return null;
        }
        final String name = string(base + RegistryLayout.ENTRY_FILE_NAME_OFFSET, nameLength);
        if (name.indexOf('/') >= 0 || !name.startsWith(StaleFiles.RING_PREFIX)) {
            return null;
        }
        return new Entry(
                string(base + RegistryLayout.ENTRY_TOPIC_OFFSET, topicLength),
                buffer.getInt(base + RegistryLayout.ENTRY_PARTITION_OFFSET),
                directory.resolve(name));
    }

    private String string(final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The broker's data directory, or null when it did not say. */
    public Path journalPath() {
        final int length = buffer.getInt(RegistryLayout.JOURNAL_PATH_LENGTH_OFFSET);
        return length < 1 || length > RegistryLayout.MAX_JOURNAL_PATH_BYTES
                ? null
                : Path.of(string(RegistryLayout.JOURNAL_PATH_OFFSET, length));
    }

    public long generation() {
        return buffer.getLong(RegistryLayout.GENERATION_OFFSET);
    }

    public long pid() {
        return buffer.getLong(RegistryLayout.PID_OFFSET);
    }

    /** Whether the broker neither closed nor lost this registry to another. */
    public boolean isOpen() {
        return buffer.getIntAcquire(RegistryLayout.STATE_OFFSET) == RingLayout.STATE_OPEN;
    }

    /** Nanoseconds since the broker's last heartbeat. */
    public long heartbeatAgeNs(final long nowNs) {
        return nowNs - buffer.getLongAcquire(RegistryLayout.HEARTBEAT_OFFSET);
    }

    static String describeOwner(final Path directory) {
        if (!Files.exists(directory.resolve(RegistryLayout.FILE_NAME))) {
            return "";
        }
        try (RegistryView view = open(directory)) {
            return " (process " + view.pid() + ")";
        } catch (final ShmException e) {
            return "";
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
