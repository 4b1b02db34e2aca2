package io.tickwire.edge.shm;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A ring of eight frames with its writer and one reader, in memory of this process: the classes are those of a mapped file. */
abstract class RingState {
    static final int FRAMES = 8;
    static final int TORN = -2;
    static final int NONE = -1;

    private static final int CAPACITY = 1024;
    private static final int CHUNK_BYTES = 64;
    private static final int VALUE_BYTES = 48;
    private static final long PATTERN = 0x9E37_79B9_7F4A_7C15L;

    final ChannelPublisher writer;
    final RingReader reader;
    private final UnsafeBuffer ring;
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);

    RingState(final int published) {
        // A direct buffer is a MappedByteBuffer by type; the ring never asks for its file.
        final MappedFile file =
                new MappedFile(null, (MappedByteBuffer) ByteBuffer.allocateDirect(RingLayout.HEADER_BYTES + CAPACITY));
        ring = file.buffer();
        new RingHeader(CAPACITY, 1, 0, "t", 0, 1, 0, 0, 0).write(ring, RingLayout.MAGIC, RingLayout.VERSION);
        // The least chunk of a real ring is longer than this one.
        ring.putInt(RingLayout.CHUNK_BYTES_OFFSET, CHUNK_BYTES);
        ring.putLong(RingLayout.LIMIT_OFFSET, CAPACITY + CHUNK_BYTES);
        writer = new ChannelPublisher(file, "t", 0);
        reader = new RingReader(file, CAPACITY);
        final long unused = reader.jumpToTail();
        assert unused == 0;
        for (int i = 0; i < published; i++) {
            publish(i);
        }
    }

    final void publish(final long offset) {
        for (int i = 0; i < VALUE_BYTES; i += Long.BYTES) {
            value.putLong(i, word(offset, i));
        }
        writer.claim(-1, VALUE_BYTES, 0).identity(offset, offset).value(value, 0);
        writer.commit(offset + 1);
    }

    /** As the publisher's close, which would unmap as well. */
    final void close() {
        ring.putIntRelease(RingLayout.STATE_OFFSET, RingLayout.STATE_CLOSED);
    }

    /** Offset of the record that the reader holds, or {@link #TORN} when its bytes are not those of its offset. */
    final int offsetRead() {
        final SharedRecord record = reader.record();
        final long offset = record.offset();
        if (record.feedSequence() != offset || record.valueLength() != VALUE_BYTES) {
            return TORN;
        }
        for (int i = 0; i < VALUE_BYTES; i += Long.BYTES) {
            if (record.buffer().getLong(record.valueIndex() + i) != word(offset, i)) {
                return TORN;
            }
        }
        return (int) offset;
    }

    private static long word(final long offset, final int at) {
        return (offset + 1) * PATTERN ^ at;
    }
}
