package io.tickwire.edge.shm;

import static io.tickwire.edge.shm.RingLayout.FLAG_NULL_KEY;
import static io.tickwire.edge.shm.RingLayout.FLAG_NULL_VALUE;
import static io.tickwire.edge.shm.RingLayout.FRAME_BODY_OFFSET;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Fills one frame in place: header fields, then key, value and headers in that order. Used for ring slots and for a subscriber's own
 * copies alike; commits nothing. Allocates nothing.
 */
public final class FrameWriter {
    private MutableDirectBuffer buffer;
    private int base;
    private int keyLength;
    private int valueLength;

    /**
     * Starts a record frame at {@code base}; the caller has made sure that {@link RingLayout#frameLength(int)} bytes are there.
     *
     * @param keyLength bytes of key, or -1 for a null key.
     * @param valueLength bytes of value, or -1 for a null value.
     * @param headersLength bytes of the record's headers as Kafka encodes them, one after another without their count; 0 for none.
     */
    public FrameWriter wrap(
            final MutableDirectBuffer buffer,
            final int base,
            final int keyLength,
            final int valueLength,
            final int headersLength) {
        this.buffer = buffer;
        this.base = base;
        this.keyLength = Math.max(keyLength, 0);
        this.valueLength = Math.max(valueLength, 0);
        final int frameLength = RingLayout.frameLength(this.keyLength + this.valueLength + headersLength);
        final int nulls = (keyLength < 0 ? FLAG_NULL_KEY : 0) | (valueLength < 0 ? FLAG_NULL_VALUE : 0);
        // length, type, flags and keyLength share one word.
        buffer.putLong(
                base + RingLayout.FRAME_LENGTH_OFFSET,
                frameLength | (long) RingLayout.TYPE_RECORD << 32 | (long) nulls << 40 | (long) this.keyLength << 48);
        buffer.putLong(base + RingLayout.FRAME_VALUE_LENGTH_OFFSET, this.valueLength | (long) headersLength << 32);
        return this;
    }

    /** Kafka offset and feed sequence; sequence 0 when the record did not come from a feed. */
    public FrameWriter identity(final long offset, final long feedSequence) {
        buffer.putLong(base + RingLayout.FRAME_RECORD_OFFSET_OFFSET, offset);
        buffer.putLong(base + RingLayout.FRAME_FEED_SEQUENCE_OFFSET, feedSequence);
        return this;
    }

    /** The four stamps, nanoseconds since the epoch, 0 where unknown. */
    public FrameWriter stamps(final long exchangeNs, final long receiveNs, final long ingressNs, final long publishNs) {
        buffer.putLong(base + RingLayout.FRAME_EXCHANGE_NS_OFFSET, exchangeNs);
        buffer.putLong(base + RingLayout.FRAME_RECEIVE_NS_OFFSET, receiveNs);
        buffer.putLong(base + RingLayout.FRAME_INGRESS_NS_OFFSET, ingressNs);
        buffer.putLong(base + RingLayout.FRAME_PUBLISH_NS_OFFSET, publishNs);
        return this;
    }

    /** Adds {@link RingLayout#FLAG_KEEP} or {@link RingLayout#FLAG_TRANSACTIONAL}. */
    public FrameWriter addFlags(final int flags) {
        final int index = base + RingLayout.FRAME_FLAGS_OFFSET;
        buffer.putByte(index, (byte) (buffer.getByte(index) | flags));
        return this;
    }

    public FrameWriter key(final DirectBuffer source, final int offset) {
        buffer.putBytes(base + FRAME_BODY_OFFSET, source, offset, keyLength);
        return this;
    }

    /** An 8-byte key given as the long that its bytes read as, in native (little-endian) order. */
    public FrameWriter key(final long eightBytes) {
        assert keyLength == Long.BYTES : keyLength;
        buffer.putLong(base + FRAME_BODY_OFFSET, eightBytes);
        return this;
    }

    public FrameWriter value(final DirectBuffer source, final int offset) {
        buffer.putBytes(base + FRAME_BODY_OFFSET + keyLength, source, offset, valueLength);
        return this;
    }

    public FrameWriter headers(final DirectBuffer source, final int offset, final int length) {
        buffer.putBytes(base + FRAME_BODY_OFFSET + keyLength + valueLength, source, offset, length);
        return this;
    }
}
