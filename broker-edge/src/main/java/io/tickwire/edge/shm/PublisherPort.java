package io.tickwire.edge.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The broker's end of one publisher's file. The publisher is not trusted: each request is copied before it is looked at, and a file that
 * holds what it should not, or is cut off, is {@link #BROKEN} and nothing more.
 *
 * <p>One thread at a time takes requests and answers them; the control thread opens, looks whether the publisher lives, gives signs of life,
 * and closes once the other thread has let go. Allocates only to grow for a request longer than any before it.
 */
public final class PublisherPort implements AutoCloseable {
    /** Nothing new. */
    public static final int EMPTY = 0;
    /** {@link #request()} is the next request. */
    public static final int REQUEST = 1;
    /** The publisher has said goodbye and everything was taken. */
    public static final int LEFT = 2;
    /** The file does not hold what it should. */
    public static final int BROKEN = 3;

    private final Path path;
    private final FileChannel channel;
    private final MappedFile file;
    private final UnsafeBuffer buffer;
    private final RingReader requests;
    private final String topic;
    private final int partition;
    private final int capacity;
    private final int slots;
    private long taken;
    private volatile boolean broken;

    /** Over a file, or memory, whose header was found to be without faults. */
    PublisherPort(final Path path, final FileChannel channel, final MappedFile file, final UnsafeBuffer header) {
        this.path = path;
        this.channel = channel;
        this.file = file;
        this.buffer = file.buffer();
        this.topic = PublisherLayout.topic(header);
        this.partition = header.getInt(RingLayout.PARTITION_OFFSET);
        this.capacity = (int) header.getLong(RingLayout.CAPACITY_OFFSET);
        this.slots = header.getInt(PublisherLayout.SLOTS_OFFSET);
        this.requests = new RingReader(file, capacity);
        requests.moveTo(capacity);
    }

    /**
     * Opens a publisher's file.
     *
     * @throws ShmException {@code INVALID_FILE} when it is none, or a broker has had it already, {@code IO} when it cannot be opened.
     */
    public static PublisherPort open(final Path path) {
        FileChannel channel = null;
        try {
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new ShmException(ShmException.Cause.INVALID_FILE, path + " is no file");
            }
            channel = FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            // Read, not mapped: whatever happens to the file meanwhile, this is what was checked.
            final UnsafeBuffer header = readHeader(channel);
            final String fault = PublisherLayout.fault(header, channel.size());
            if (fault != null || header.getInt(PublisherLayout.BROKER_STATE_OFFSET) != PublisherLayout.STATE_WAITING) {
                throw new ShmException(
                        ShmException.Cause.INVALID_FILE,
                        path + " is not a publisher's file: " + (fault == null ? "not a new one" : fault));
            }
            final int length = PublisherLayout.fileLength(
                    (int) header.getLong(RingLayout.CAPACITY_OFFSET), header.getInt(PublisherLayout.SLOTS_OFFSET));
            final MappedFile file = new MappedFile(path, channel.map(FileChannel.MapMode.READ_WRITE, 0, length));
            return new PublisherPort(path, channel, file, header);
        } catch (final IOException | ShmException e) {
            close(channel, e);
            throw e instanceof ShmException known
                    ? known
                    : new ShmException(ShmException.Cause.IO, path + ": " + e.getMessage(), e);
        }
    }

    static UnsafeBuffer readHeader(final FileChannel channel) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(RingLayout.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
            // A short file leaves zeros, which are no header.
        }
        return new UnsafeBuffer(bytes.array());
    }

    private static void close(final FileChannel channel, final Exception primary) {
        if (channel != null) {
            try {
                channel.close();
            } catch (final IOException e) {
                primary.addSuppressed(e);
            }
        }
    }

    public String topic() {
        return topic;
    }

    public int partition() {
        return partition;
    }

    /** Most requests that the publisher can have without an answer. */
    public int slots() {
        return slots;
    }

    /** Most bytes of key, value and headers that a request can have. */
    public int maxBodyBytes() {
        return RingLayout.maxFrameLength(capacity);
    }

    /** Requests taken so far: the last one's number. */
    public long taken() {
        return taken;
    }

    /** Takes the next request; what it returns is one of the constants here. */
    public int next() {
        if (broken) {
            return BROKEN;
        }
        int result;
        try {
            result = requests.next();
            FaultBarrier.pass();
        } catch (final InternalError e) {
            result = RingReader.CORRUPT;
        }
        if (result == RingReader.EMPTY) {
            return EMPTY;
        }
        if (result == RingReader.CLOSED) {
            return LEFT;
        }
        if (result != RingReader.RECORD || requests.record().offset() != taken + 1) {
            broken = true;
            return BROKEN;
        }
        taken++;
        return REQUEST;
    }

    /**
     * The request that {@link #next} took, in this process's own memory: key and value, {@code feedSequence} headers of {@code headersLength}
     * bytes, the timestamp as {@code exchangeNs}. Valid until the next call.
     */
    public SharedRecord request() {
        return requests.record();
    }

    /** Lets the publisher write where the requests taken so far were. */
    public void release() {
        if (broken) {
            return;
        }
        try {
            buffer.putLongRelease(PublisherLayout.HEAD_OFFSET, requests.position());
            FaultBarrier.pass();
        } catch (final InternalError e) {
            broken = true;
        }
    }

    /** Answers a request; in the order of their numbers. */
    public void answer(final long number, final long offset, final short error, final long appendTimeMs) {
        if (broken) {
            return;
        }
        try {
            final int slot = PublisherLayout.slotIndex(capacity, slots, number);
            buffer.putLong(slot + PublisherLayout.SLOT_RECORD_OFFSET_OFFSET, offset);
            buffer.putInt(slot + PublisherLayout.SLOT_ERROR_OFFSET, error);
            buffer.putLong(slot + PublisherLayout.SLOT_APPEND_TIME_OFFSET, appendTimeMs);
            buffer.putLongRelease(slot + PublisherLayout.SLOT_NUMBER_OFFSET, number);
            FaultBarrier.pass();
        } catch (final InternalError e) {
            broken = true;
        }
    }

    /** From now on requests are taken. */
    public void accept(final long generation, final long nowNs) {
        touch(() -> {
            buffer.putLong(PublisherLayout.BROKER_GENERATION_OFFSET, generation);
            buffer.putLong(PublisherLayout.BROKER_HEARTBEAT_OFFSET, nowNs);
            buffer.putIntRelease(PublisherLayout.BROKER_STATE_OFFSET, PublisherLayout.STATE_OPEN);
        });
    }

    /** No more requests are taken; {@code error} is Kafka's code for the reason, 0 when the broker ends. */
    public void refuse(final short error) {
        touch(() -> {
            buffer.putInt(PublisherLayout.BROKER_ERROR_OFFSET, error);
            buffer.putIntRelease(PublisherLayout.BROKER_STATE_OFFSET, PublisherLayout.STATE_CLOSED);
        });
    }

    /** Tells the publisher that the broker lives. */
    public void heartbeat(final long nowNs) {
        touch(() -> buffer.putLongRelease(PublisherLayout.BROKER_HEARTBEAT_OFFSET, nowNs));
    }

    private void touch(final Runnable write) {
        if (broken) {
            return;
        }
        try {
            write.run();
            FaultBarrier.pass();
        } catch (final InternalError e) {
            broken = true;
        }
    }

    /** Whether the file was found to hold what it should not, or cut off. Any thread. */
    public boolean isBroken() {
        return broken;
    }

    /** Whether the publisher's process has ended: it keeps the file locked as long as it lives. Makes system calls. */
    public boolean isAbandoned() {
        return isUnlocked(channel);
    }

    static boolean isUnlocked(final FileChannel channel) {
        try (FileLock lock = channel.tryLock(0, PublisherLayout.LOCKED_BYTES, false)) {
            return lock != null;
        } catch (final OverlappingFileLockException e) {
            return false; // The publisher is in this very process.
        } catch (final IOException e) {
            return false; // Not known: asked again.
        }
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** Unmaps and removes the file; nobody uses this any more. */
    @Override
    public void close() {
        file.close();
        try {
            channel.close();
            Files.deleteIfExists(path);
        } catch (final IOException e) {
            throw new ShmException(ShmException.Cause.IO, path + ": " + e.getMessage(), e);
        }
    }
}
