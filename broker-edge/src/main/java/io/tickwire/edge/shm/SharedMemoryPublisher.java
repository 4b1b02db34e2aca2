package io.tickwire.edge.shm;

import io.tickwire.kafka.record.HeaderBlock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes records into one topic-partition of a broker on the same machine and learns their offsets, through a file in shared memory. Owned by
 * one thread. {@link #offer} and {@link #poll} make no system calls, take no locks and allocate nothing.
 *
 * <p>An answer comes when the record is behind the partition's high watermark, as with acks=all. Once the publisher is {@code CLOSED}, what
 * has no answer may or may not have been written, as with a connection that broke.
 */
public final class SharedMemoryPublisher implements AutoCloseable {
    /** Where a publisher stands. */
    public enum State {
        /** No broker has taken the file up yet; it looks ten times a second. */
        WAITING,
        /** Requests are taken. */
        OPEN,
        /** The broker has ended it, see {@link #closedWith()}, or is gone: open another one. */
        CLOSED
    }

    /** Result of {@link #offer}: too much is unanswered; poll and try again. */
    public static final long BACK_PRESSURED = -1;
    /** Result of {@link #offer}: longer than an eighth of the ring, or a key of more than 65,535 bytes. */
    public static final long TOO_LARGE = -2;
    /** Result of {@link #offer}: {@link #state()} says why. */
    public static final long NOT_OPEN = -3;

    private static final long NS_PER_MS = 1_000_000L;

    private final FileChannel channel;
    private final MappedFile file;
    private final UnsafeBuffer buffer;
    private final ChannelPublisher requests;
    private final int capacity;
    private final int slots;
    private final int chunkBytes;
    private long head;
    private long lastNumber;
    private long lastAnswered;

    /** Over a file, or memory, with a publisher's header. */
    SharedMemoryPublisher(final FileChannel channel, final MappedFile file, final String topic, final int partition) {
        this.channel = channel;
        this.file = file;
        this.buffer = file.buffer();
        this.capacity = (int) buffer.getLong(RingLayout.CAPACITY_OFFSET);
        this.slots = buffer.getInt(PublisherLayout.SLOTS_OFFSET);
        this.chunkBytes = buffer.getInt(RingLayout.CHUNK_BYTES_OFFSET);
        this.head = capacity;
        this.requests = new ChannelPublisher(file, topic, partition);
    }

    /**
     * Makes the publisher's file; {@link #state()} tells when a broker has taken it up.
     *
     * @throws ShmException {@code NOT_FOUND} when no broker takes publishers there, {@code IO} when the file cannot be made.
     */
    public static SharedMemoryPublisher open(final PublisherSettings settings) {
        final Path directory = settings.directory().resolve(PublisherLayout.DIRECTORY);
        final String name = ProcessHandle.current().pid() + "-" + UUID.randomUUID();
        final Path unfinished = directory.resolve(PublisherLayout.UNFINISHED_PREFIX + name);
        try {
            return make(settings, unfinished, directory.resolve(PublisherLayout.FILE_PREFIX + name));
        } catch (final NoSuchFileException e) {
            throw new ShmException(ShmException.Cause.NOT_FOUND, "no broker takes publishers in " + directory, e);
        } catch (final IOException e) {
            throw new ShmException(ShmException.Cause.IO, unfinished + ": " + e.getMessage(), e);
        }
    }

    private static SharedMemoryPublisher make(
            final PublisherSettings settings, final Path unfinished, final Path finished) throws IOException {
        final int length = PublisherLayout.fileLength(settings.ringBytes(), settings.maxUnanswered());
        final MappedFile file = MappedFile.create(unfinished, length, PosixFilePermissions.fromString("rw-------"));
        FileChannel channel = null;
        try {
            // Held open as long as this lives: closing any channel of the file would give the lock up.
            channel = FileChannel.open(unfinished, StandardOpenOption.READ, StandardOpenOption.WRITE);
            final FileLock lock = channel.tryLock(0, PublisherLayout.LOCKED_BYTES, false);
            if (lock == null) {
                throw new IOException("locked by another process");
            }
            file.buffer().putInt(PublisherLayout.SLOTS_OFFSET, settings.maxUnanswered());
            file.buffer()
                    .putLong(PublisherLayout.PID_OFFSET, ProcessHandle.current().pid());
            file.buffer().putLong(PublisherLayout.HEAD_OFFSET, settings.ringBytes());
            new RingHeader(settings.ringBytes(), 0, 0, settings.topic(), 0, 0, settings.partition(), 1, 0)
                    .write(file.buffer(), PublisherLayout.MAGIC, PublisherLayout.VERSION);
            Files.move(unfinished, finished, StandardCopyOption.ATOMIC_MOVE);
            return new SharedMemoryPublisher(channel, file, settings.topic(), settings.partition());
        } catch (final IOException | RuntimeException e) {
            file.close();
            if (channel != null) {
                channel.close();
            }
            Files.deleteIfExists(unfinished);
            throw e;
        }
    }

    /**
     * Hands a record to the broker.
     *
     * @param timestampMs the record's timestamp, epoch milliseconds; 0 for the time at which the broker takes it.
     * @param keyLength bytes, or -1 for a null key: then {@code key} may be null.
     * @param valueLength bytes, or -1 for a null value: then {@code value} may be null.
     * @return the request's number, from 1 on without a gap, or one of the negative results.
     */
    public long offer(
            final long timestampMs,
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength,
            final HeaderBlock headers) {
        if (buffer.getIntAcquire(PublisherLayout.BROKER_STATE_OFFSET) != PublisherLayout.STATE_OPEN) {
            return NOT_OPEN;
        }
        if (lastNumber - lastAnswered >= slots || !hasRoom(keyLength, valueLength, headers.length())) {
            return BACK_PRESSURED;
        }
        final FrameWriter frame = requests.claim(keyLength, valueLength, headers.length());
        if (frame == null) {
            return TOO_LARGE;
        }
        frame.identity(++lastNumber, headers.count()).stamps(timestampMs * NS_PER_MS, 0, 0, 0);
        if (keyLength > 0) {
            frame.key(key, keyOffset);
        }
        if (valueLength > 0) {
            frame.value(value, valueOffset);
        }
        if (headers.length() > 0) {
            frame.headers(headers.buffer(), 0);
        }
        requests.commit(lastNumber + 1);
        return lastNumber;
    }

    /** As the other one, without headers and with the broker's time. */
    public long offer(
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer value,
            final int valueOffset,
            final int valueLength) {
        return offer(0, key, keyOffset, keyLength, value, valueOffset, valueLength, HeaderBlock.EMPTY);
    }

    /** The ring's writer raises its limit by up to a chunk beyond what it needs: that must not reach what the broker has not taken. */
    private boolean hasRoom(final int keyLength, final int valueLength, final int headersLength) {
        final long body = (long) Math.max(keyLength, 0) + Math.max(valueLength, 0) + headersLength;
        if (body > RingLayout.maxFrameLength(capacity)) {
            return true; // It will be refused as too large.
        }
        final int frame = RingLayout.alignedLength(
                RingLayout.usedLength(Math.max(keyLength, 0), Math.max(valueLength, 0), headersLength));
        final long tail = requests.tail();
        final int toEnd = capacity - ((int) tail & (capacity - 1));
        final long end =
                tail + (frame > toEnd ? toEnd : 0) + frame + RingLayout.FRAME_ALIGNMENT + chunkBytes - capacity;
        if (end > head) {
            head = buffer.getLongAcquire(PublisherLayout.HEAD_OFFSET);
        }
        return end <= head;
    }

    /**
     * Delivers answers.
     *
     * @return how many.
     */
    public int poll(final AnswerHandler handler, final int limit) {
        int count = 0;
        while (count < limit && lastAnswered < lastNumber) {
            final long number = lastAnswered + 1;
            final int slot = PublisherLayout.slotIndex(capacity, slots, number);
            if (buffer.getLongAcquire(slot + PublisherLayout.SLOT_NUMBER_OFFSET) != number) {
                break;
            }
            final long offset = buffer.getLong(slot + PublisherLayout.SLOT_RECORD_OFFSET_OFFSET);
            final short error = (short) buffer.getInt(slot + PublisherLayout.SLOT_ERROR_OFFSET);
            final long appendTimeMs = buffer.getLong(slot + PublisherLayout.SLOT_APPEND_TIME_OFFSET);
            lastAnswered = number;
            count++;
            handler.onAnswer(number, offset, error, appendTimeMs);
        }
        return count;
    }

    /** Where it stands. */
    public State state() {
        return switch (buffer.getIntAcquire(PublisherLayout.BROKER_STATE_OFFSET)) {
            case PublisherLayout.STATE_WAITING -> State.WAITING;
            case PublisherLayout.STATE_OPEN -> State.OPEN;
            default -> State.CLOSED;
        };
    }

    /** Kafka's error code with which the broker has ended it; 0 when the broker was shut down. */
    public short closedWith() {
        return (short) buffer.getInt(PublisherLayout.BROKER_ERROR_OFFSET);
    }

    /** Requests without an answer. */
    public long unanswered() {
        return lastNumber - lastAnswered;
    }

    /** Nanoseconds since the broker's last sign of life, ten of which it gives a second; from {@code System.nanoTime()}. */
    public long heartbeatAgeNs(final long nowNs) {
        return nowNs - buffer.getLongAcquire(PublisherLayout.BROKER_HEARTBEAT_OFFSET);
    }

    /** Says goodbye: the broker takes what was offered, and then the file away. */
    @Override
    public void close() {
        if (file.isClosed()) {
            return;
        }
        requests.close();
        try {
            channel.close();
        } catch (final IOException e) {
            throw new ShmException(ShmException.Cause.IO, file.path() + ": " + e.getMessage(), e);
        }
    }
}
