package io.tickwire.edge.shm;

import static io.tickwire.edge.shm.RingLayout.FRAME_ALIGNMENT;
import static io.tickwire.edge.shm.RingLayout.HEADER_BYTES;
import static io.tickwire.edge.shm.RingLayout.NOT_COMMITTED;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.agrona.BitUtil;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A cursor on one ring: copies the next frame into memory of its own and says whether the copy is whole. Never writes to the ring. Owned by
 * one thread; allocates only when a frame is longer than any before it.
 */
final class RingReader implements AutoCloseable {
    /** Nothing new. */
    static final int EMPTY = 0;
    /** {@link #record()} is the next record. */
    static final int RECORD = 1;
    /** {@link #record()} is a range of offsets that only the journal has. */
    static final int IN_JOURNAL = 2;
    /** {@link #record()} is a range of offsets without records. */
    static final int NO_RECORDS = 3;
    /** The writer has overwritten what was next. */
    static final int LAPPED = 4;
    /** Everything was read and nothing more will come. */
    static final int CLOSED = 5;
    /** The file does not hold what the protocol says. */
    static final int CORRUPT = 6;
    /** {@link #record()} is a range of offsets that were read from here, or could have been, and are given out anew. */
    static final int RETRACTED = 7;

    private static final int INITIAL_COPY_BYTES = 4096;
    private static final int MOST_TOUCHED_BYTES = 8 * FRAME_ALIGNMENT;
    private static final int LONGEST_COPIED_BY_WORDS = 512;

    private final MappedFile file;
    private final UnsafeBuffer buffer;
    private final int capacity;
    private final int mask;
    private final int maxFrameLength;
    private final UnsafeBuffer copy;
    private final SharedRecord record = new SharedRecord();
    private long cursor;
    private long retractionsSeen;
    private int touchedBytes;
    private int touched;

    /** Reads a ring that lies in a file from its beginning and has been found to have this capacity. */
    RingReader(final MappedFile file, final int capacity) {
        this.file = file;
        this.buffer = file.buffer();
        this.capacity = capacity;
        this.mask = capacity - 1;
        this.maxFrameLength = RingLayout.maxFrameLength(capacity);
        this.copy = new UnsafeBuffer(ByteBuffer.allocateDirect(INITIAL_COPY_BYTES));
        this.retractionsSeen = buffer.getLongAcquire(RingLayout.RETRACTIONS_OFFSET);
    }

    /**
     * Maps a ring file.
     *
     * @throws ShmException {@code NOT_FOUND} or {@code INVALID_FILE}.
     */
    static RingReader open(final Path path) {
        final MappedFile file;
        try {
            file = MappedFile.open(path, FileChannel.MapMode.READ_ONLY, HEADER_BYTES + (long) RingLayout.MIN_CAPACITY);
        } catch (final NoSuchFileException e) {
            throw new ShmException(ShmException.Cause.NOT_FOUND, "no ring file " + path, e);
        } catch (final IOException e) {
            throw new ShmException(ShmException.Cause.IO, path + ": " + e.getMessage(), e);
        }
        final String fault = fault(file);
        if (fault != null) {
            file.close();
            throw new ShmException(ShmException.Cause.INVALID_FILE, path + " is not a usable ring: " + fault);
        }
        return new RingReader(file, (int) file.buffer().getLong(RingLayout.CAPACITY_OFFSET));
    }

    private static String fault(final MappedFile file) {
        final UnsafeBuffer header = file.buffer();
        if (header.getLongAcquire(RingLayout.MAGIC_OFFSET) != RingLayout.MAGIC) {
            return "magic number missing";
        }
        if (header.getInt(RingLayout.VERSION_OFFSET) != RingLayout.VERSION) {
            return "version " + header.getInt(RingLayout.VERSION_OFFSET) + ", expected " + RingLayout.VERSION;
        }
        final long capacity = header.getLong(RingLayout.CAPACITY_OFFSET);
        if (capacity < RingLayout.MIN_CAPACITY
                || capacity > RingLayout.MAX_CAPACITY
                || !BitUtil.isPowerOfTwo(capacity)
                || file.length() < HEADER_BYTES + capacity) {
            return file.length() + " bytes for a capacity of " + capacity;
        }
        return null;
    }

    /**
     * Moves to the live end.
     *
     * @return an offset not below that of the next frame to be read; every record below it is in the journal.
     */
    long jumpToTail() {
        cursor = buffer.getLongAcquire(RingLayout.TAIL_OFFSET);
        return journalledOffset();
    }

    /**
     * After {@link #LAPPED}, before going on: the lowest offset that may have been taken back in frames that were overwritten before they
     * were read, or {@link Long#MAX_VALUE}.
     */
    long missedRetraction() {
        final long retractions = buffer.getLongAcquire(RingLayout.RETRACTIONS_OFFSET);
        if (retractions == retractionsSeen) {
            return Long.MAX_VALUE;
        }
        retractionsSeen = retractions;
        return buffer.getLong(RingLayout.FIRST_RETRACTED_OFFSET);
    }

    /** Offset after the last record in the journal, as the writer says. */
    long journalledOffset() {
        return buffer.getLongAcquire(RingLayout.NEXT_OFFSET_OFFSET);
    }

    /** Where the next frame is read. */
    long position() {
        return cursor;
    }

    /** Reads on from a position where a frame begins. */
    void moveTo(final long position) {
        cursor = position;
    }

    /** Reads the next frame; on {@link #RECORD}, {@link #IN_JOURNAL} and {@link #NO_RECORDS} moves past it. */
    int next() {
        try {
            final long position = cursor;
            final int index = HEADER_BYTES + ((int) position & mask);
            final long word = buffer.getLongAcquire(index);
            if (word == position) {
                return copyFrame(position, index);
            }
            return notCommitted(position, index, word);
        } catch (final InternalError e) {
            // HotSpot's answer to SIGBUS: the file was cut off under the mapping.
            return CORRUPT;
        }
    }

    private int notCommitted(final long position, final int index, final long word) {
        if (overrun(position)) {
            return LAPPED;
        }
        if (word != NOT_COMMITTED) {
            return CORRUPT;
        }
        if (buffer.getIntAcquire(RingLayout.STATE_OFFSET) == RingLayout.STATE_OPEN) {
            touchBody(index);
            return EMPTY;
        }
        // What was committed between the look at the slot and the look at the state still counts.
        return buffer.getLongAcquire(index) == position ? copyFrame(position, index) : CLOSED;
    }

    /**
     * Keeps an eye on the lines behind the header as well, as many as the last frame had. The writer takes them first and the header last:
     * these loads fetch the body while the header is still on its way, instead of after it.
     */
    private void touchBody(final int index) {
        final int end = Math.min(index + touchedBytes, HEADER_BYTES + capacity);
        for (int line = index + FRAME_ALIGNMENT; line < end; line += FRAME_ALIGNMENT) {
            touched += buffer.getByte(line);
        }
    }

    private boolean overrun(final long position) {
        return buffer.getLongOpaque(RingLayout.LIMIT_OFFSET) - capacity > position;
    }

    private int copyFrame(final long position, final int index) {
        final long word = buffer.getLong(index + RingLayout.FRAME_LENGTH_OFFSET);
        final int used = (int) word;
        final int length = RingLayout.alignedLength(used);
        if ((word >>> 32 & 0xFF) == RingLayout.TYPE_PADDING) {
            return skipPadding(position, index, used);
        }
        final boolean plausible = used >= RingLayout.FRAME_BODY_OFFSET
                && used <= maxFrameLength
                && length <= HEADER_BYTES + capacity - index;
        if (plausible) {
            if (length > copy.capacity()) {
                copy.wrap(ByteBuffer.allocateDirect(BitUtil.findNextPositivePowerOfTwo(length)));
            }
            copyLines(index, length);
            touchedBytes = Math.min(length, MOST_TOUCHED_BYTES);
        }
        // The copy's loads come before the look at the limit (pairs with the writer's release fence).
        VarHandle.acquireFence();
        if (overrun(position)) {
            return LAPPED;
        }
        return plausible ? accept(position, used) : CORRUPT;
    }

    /** Short frames word by word: the call of the general copy costs more than they do. */
    private void copyLines(final int index, final int length) {
        if (length > LONGEST_COPIED_BY_WORDS) {
            copy.putBytes(0, buffer, index, length);
            return;
        }
        final long from = buffer.addressOffset() + index;
        final long to = copy.addressOffset();
        for (int i = 0; i < length; i += Long.BYTES) {
            UnsafeApi.putLong(to + i, UnsafeApi.getLong(from + i));
        }
    }

    private int skipPadding(final long position, final int index, final int length) {
        VarHandle.acquireFence();
        if (overrun(position)) {
            return LAPPED;
        }
        if (length != HEADER_BYTES + capacity - index || index == HEADER_BYTES) {
            return CORRUPT;
        }
        cursor = position + length;
        return next();
    }

    private int accept(final long position, final int used) {
        record.wrap(copy, 0);
        // A length that another program changed meanwhile must not lead beyond what was copied.
        if (record.usedLength() != used
                || record.headersLength() < 0
                || record.headersLength() > used
                || record.valueLength() < 0) {
            return CORRUPT;
        }
        cursor = position + RingLayout.alignedLength(used);
        return switch (copy.getByte(RingLayout.FRAME_TYPE_OFFSET)) {
            case RingLayout.TYPE_RECORD -> RECORD;
            case RingLayout.TYPE_IN_JOURNAL -> IN_JOURNAL;
            case RingLayout.TYPE_NO_RECORDS -> NO_RECORDS;
            case RingLayout.TYPE_RETRACTED -> {
                retractionsSeen++;
                yield RETRACTED;
            }
            default -> CORRUPT;
        };
    }

    /** The frame that {@link #next()} copied; valid until its next call. For a range, offset is its first and feedSequence its last. */
    SharedRecord record() {
        return record;
    }

    /** Whether the file is no longer as long as it was when it was mapped, or gone. */
    boolean isCutOff() {
        try {
            return Files.size(file.path()) < file.length();
        } catch (final IOException e) {
            return true;
        }
    }

    /** What the loads of a waiting reader added up to: means nothing, but a sum that can be asked for is not optimised away. */
    int touched() {
        return touched;
    }

    long generation() {
        return buffer.getLong(RingLayout.GENERATION_OFFSET);
    }

    /** Offset at which the ring began. */
    long startOffset() {
        return buffer.getLong(RingLayout.START_OFFSET_OFFSET);
    }

    long previousGeneration() {
        return buffer.getLong(RingLayout.PREVIOUS_GENERATION_OFFSET);
    }

    long topicIdMsb() {
        return buffer.getLong(RingLayout.TOPIC_ID_MSB_OFFSET);
    }

    long topicIdLsb() {
        return buffer.getLong(RingLayout.TOPIC_ID_LSB_OFFSET);
    }

    int partition() {
        return buffer.getInt(RingLayout.PARTITION_OFFSET);
    }

    /** Nanoseconds to add to {@code System.nanoTime()} to compare with the stamps. */
    long epochOffsetNs() {
        return buffer.getLong(RingLayout.EPOCH_OFFSET_NS_OFFSET);
    }

    String topic() {
        final int length = Math.clamp(buffer.getInt(RingLayout.TOPIC_LENGTH_OFFSET), 0, RingLayout.MAX_TOPIC_BYTES);
        final byte[] bytes = new byte[length];
        buffer.getBytes(RingLayout.TOPIC_OFFSET, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Whether the writer has neither closed the ring nor been replaced. */
    boolean isOpen() {
        return buffer.getIntAcquire(RingLayout.STATE_OFFSET) == RingLayout.STATE_OPEN;
    }

    @Override
    public void close() {
        file.close();
    }
}
