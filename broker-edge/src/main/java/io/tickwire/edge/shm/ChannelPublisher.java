package io.tickwire.edge.shm;

import static io.tickwire.edge.shm.RingLayout.FRAME_ALIGNMENT;
import static io.tickwire.edge.shm.RingLayout.HEADER_BYTES;
import static io.tickwire.edge.shm.RingLayout.NOT_COMMITTED;

import java.lang.invoke.VarHandle;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The one writer of a ring. Owned by the partition's shard thread, except {@link #close()}, which the owner's last user calls. Wait-free,
 * no locks, no system calls, no allocation; readers never slow it.
 *
 * <p>Use: {@link #claim}, fill the returned {@link FrameWriter}, {@link #commit}; or, where the journal comes second, {@link
 * #commitAhead} for each record and then {@link #journalled} or {@link #retract}.
 */
public final class ChannelPublisher {
    private final MappedFile file;
    private final UnsafeBuffer buffer;
    private final FrameWriter writer = new FrameWriter();
    private final int mask;
    private final int capacity;
    private final int chunkBytes;
    private final int maxBodyLength;
    private final String topic;
    private final int partition;

    private long tail;
    private long limit;
    private long retractions;
    private int claimedLength;
    private long publishedCount;
    private long inJournalCount;

    ChannelPublisher(final MappedFile file, final String topic, final int partition) {
        this.file = file;
        this.buffer = file.buffer();
        this.topic = topic;
        this.partition = partition;
        this.capacity = (int) buffer.getLong(RingLayout.CAPACITY_OFFSET);
        this.mask = capacity - 1;
        this.chunkBytes = buffer.getInt(RingLayout.CHUNK_BYTES_OFFSET);
        this.maxBodyLength =
                RingLayout.maxFrameLength(capacity) - RingLayout.FRAME_BODY_OFFSET - RingLayout.HEADERS_LENGTH_BYTES;
        this.tail = buffer.getLong(RingLayout.TAIL_OFFSET);
        this.limit = buffer.getLong(RingLayout.LIMIT_OFFSET);
        this.retractions = buffer.getLong(RingLayout.RETRACTIONS_OFFSET);
    }

    public String topic() {
        return topic;
    }

    public int partition() {
        return partition;
    }

    /**
     * Starts a record frame.
     *
     * @param keyLength bytes, or -1 for a null key.
     * @param valueLength bytes, or -1 for a null value.
     * @param headersLength bytes of Kafka's header section, 0 for none.
     * @return the frame to fill before {@link #commit}, or null when the record is too large for this ring: then call
     *     {@link #publishInJournal}.
     */
    public FrameWriter claim(final int keyLength, final int valueLength, final int headersLength) {
        final long bodyLength = (long) Math.max(keyLength, 0) + Math.max(valueLength, 0) + headersLength;
        if (bodyLength > maxBodyLength || keyLength > RingLayout.MAX_KEY_BYTES) {
            return null;
        }
        final int used = RingLayout.usedLength(Math.max(keyLength, 0), Math.max(valueLength, 0), headersLength);
        claimedLength = RingLayout.alignedLength(used);
        return writer.wrap(buffer, open(claimedLength), keyLength, valueLength, headersLength);
    }

    /** Longest body (key, value and headers) that {@link #claim} takes, bytes. */
    public int maxBodyLength() {
        return maxBodyLength;
    }

    /** Makes the claimed record, which is in the journal, visible. */
    public void commit(final long nextOffset) {
        commitAhead();
        journalled(nextOffset);
    }

    /** Makes the claimed record visible to those who are attached; {@link #journalled} or {@link #retract} must follow. */
    public void commitAhead() {
        assert claimedLength > 0 : "nothing claimed";
        writer.finish();
        commitFrame(claimedLength);
        publishedCount++;
        claimedLength = 0;
    }

    /** All that was published lies in the journal, which ends at {@code nextOffset}: who attaches now begins behind it. */
    public void journalled(final long nextOffset) {
        buffer.putLongRelease(RingLayout.TAIL_OFFSET, tail);
        buffer.putLongRelease(RingLayout.NEXT_OFFSET_OFFSET, nextOffset);
    }

    /** Takes back what was published ahead (inclusive offsets): the journal did not take it, and the offsets are given out anew. */
    public void retract(final long firstOffset, final long lastOffset) {
        if (retractions++ == 0) {
            buffer.putLong(RingLayout.FIRST_RETRACTED_OFFSET, firstOffset);
        }
        // Before the limit moves past this frame: who is lapped by then finds it.
        buffer.putLongRelease(RingLayout.RETRACTIONS_OFFSET, retractions);
        VarHandle.releaseFence();
        publishRange(RingLayout.TYPE_RETRACTED, firstOffset, lastOffset);
        journalled(firstOffset);
    }

    /** Tells subscribers that these offsets (inclusive) hold records that must be read from the journal. */
    public void publishInJournal(final long firstOffset, final long lastOffset) {
        publishRange(RingLayout.TYPE_IN_JOURNAL, firstOffset, lastOffset);
        journalled(lastOffset + 1);
        inJournalCount++;
    }

    /** Tells subscribers that these offsets (inclusive) hold no records. */
    public void publishNoRecords(final long firstOffset, final long lastOffset) {
        publishRange(RingLayout.TYPE_NO_RECORDS, firstOffset, lastOffset);
        journalled(lastOffset + 1);
    }

    private void publishRange(final byte type, final long firstOffset, final long lastOffset) {
        final int frameLength = RingLayout.alignedLength(RingLayout.usedLength(0, 0, 0));
        writer.wrap(buffer, open(frameLength), 0, 0, 0)
                .range(type, firstOffset, lastOffset)
                .finish();
        commitFrame(frameLength);
    }

    /** Makes room for a frame at the tail, padding to the ring's end if it would wrap; returns the frame's index. */
    private int open(final int frameLength) {
        int index = (int) tail & mask;
        final int toEnd = capacity - index;
        if (frameLength > toEnd) {
            raiseLimit(tail + toEnd + frameLength + FRAME_ALIGNMENT);
            buffer.putLong(HEADER_BYTES, NOT_COMMITTED);
            buffer.putLong(
                    HEADER_BYTES + index + RingLayout.FRAME_LENGTH_OFFSET,
                    toEnd | (long) RingLayout.TYPE_PADDING << 32);
            buffer.putLongRelease(HEADER_BYTES + index, tail);
            tail += toEnd;
            index = 0;
        } else {
            raiseLimit(tail + frameLength + FRAME_ALIGNMENT);
        }
        // The slot after this frame must not look committed to a reader that gets there: mark it before this frame
        // appears.
        buffer.putLong(HEADER_BYTES + ((index + frameLength) & mask), NOT_COMMITTED);
        return HEADER_BYTES + index;
    }

    private void raiseLimit(final long needed) {
        if (needed > limit) {
            limit = (needed + chunkBytes) & -chunkBytes;
            buffer.putLongOpaque(RingLayout.LIMIT_OFFSET, limit);
            // Whoever sees a byte written below also sees this limit (pairs with the reader's acquire fence after its
            // copy).
            VarHandle.releaseFence();
        }
    }

    private void commitFrame(final int frameLength) {
        buffer.putLongRelease(HEADER_BYTES + ((int) tail & mask), tail);
        tail += frameLength;
    }

    /** Records published into the ring itself. */
    public long publishedCount() {
        return publishedCount;
    }

    /** Announcements of records that only the journal holds. */
    public long inJournalCount() {
        return inJournalCount;
    }

    /** Position after the last frame: total bytes ever published plus one capacity. */
    public long tail() {
        return tail;
    }

    MappedFile file() {
        return file;
    }

    /** Marks the channel closed, so that subscribers leave after the last record, and unmaps it. */
    void close() {
        if (!file.isClosed()) {
            try {
                buffer.putIntRelease(RingLayout.STATE_OFFSET, RingLayout.STATE_CLOSED);
                FaultBarrier.pass();
            } catch (final InternalError e) {
                // Somebody cut the file off; its readers find out by themselves.
            } finally {
                file.close();
            }
        }
    }
}
