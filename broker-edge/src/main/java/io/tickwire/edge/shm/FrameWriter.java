package io.tickwire.edge.shm;

import static io.tickwire.edge.shm.RingLayout.FLAG_HEADERS;
import static io.tickwire.edge.shm.RingLayout.FLAG_NULL_KEY;
import static io.tickwire.edge.shm.RingLayout.FLAG_NULL_VALUE;
import static io.tickwire.edge.shm.RingLayout.FRAME_BODY_OFFSET;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Fills one frame: key, value and headers in place, the header fields all at once at the end. Readers poll the line that holds a frame's
 * header: written early, it would be taken away between the writes and have to be fetched back for the commit. Used for ring slots and for
 * a subscriber's own copies alike; commits nothing. Allocates nothing.
 */
public final class FrameWriter {
    private MutableDirectBuffer buffer;
    private int base;
    private int bodyIndex;
    private int keyLength;
    private int valueLength;
    private int headersLength;
    private int type;
    private int flags;
    private long offset;
    private long feedSequence;
    private long exchangeNs;
    private long receiveNs;
    private long ingressNs;
    private long publishNs;

    /**
     * Starts a record frame at {@code base}; the caller has made sure that it fits.
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
        this.headersLength = headersLength;
        type = RingLayout.TYPE_RECORD;
        flags = (keyLength < 0 ? FLAG_NULL_KEY : 0) | (valueLength < 0 ? FLAG_NULL_VALUE : 0);
        bodyIndex = base + FRAME_BODY_OFFSET;
        if (headersLength > 0) {
            flags |= FLAG_HEADERS;
            buffer.putLong(bodyIndex, headersLength);
            bodyIndex += RingLayout.HEADERS_LENGTH_BYTES;
        }
        return this;
    }

    /** Makes it a range of offsets instead of a record. */
    FrameWriter range(final byte rangeType, final long firstOffset, final long lastOffset) {
        type = rangeType;
        return identity(firstOffset, lastOffset).stamps(0, 0, 0, 0);
    }

    /** Kafka offset and feed sequence; sequence 0 when the record did not come from a feed. */
    public FrameWriter identity(final long recordOffset, final long sequence) {
        offset = recordOffset;
        feedSequence = sequence;
        return this;
    }

    /** The four stamps, nanoseconds since the epoch, 0 where unknown. */
    public FrameWriter stamps(final long exchange, final long receive, final long ingress, final long publish) {
        exchangeNs = exchange;
        receiveNs = receive;
        ingressNs = ingress;
        publishNs = publish;
        return this;
    }

    /** Adds {@link RingLayout#FLAG_KEEP} or {@link RingLayout#FLAG_TRANSACTIONAL}. */
    public FrameWriter addFlags(final int more) {
        flags |= more;
        return this;
    }

    public FrameWriter key(final DirectBuffer source, final int sourceOffset) {
        copy(bodyIndex, source, sourceOffset, keyLength);
        return this;
    }

    /** An 8-byte key given as the long that its bytes read as, in native (little-endian) order. */
    public FrameWriter key(final long eightBytes) {
        assert keyLength == Long.BYTES : keyLength;
        buffer.putLong(bodyIndex, eightBytes);
        return this;
    }

    public FrameWriter value(final DirectBuffer source, final int sourceOffset) {
        copy(bodyIndex + keyLength, source, sourceOffset, valueLength);
        return this;
    }

    public FrameWriter headers(final DirectBuffer source, final int sourceOffset) {
        copy(bodyIndex + keyLength + valueLength, source, sourceOffset, headersLength);
        return this;
    }

    private void copy(final int at, final DirectBuffer source, final int sourceOffset, final int length) {
        buffer.putBytes(at, source, sourceOffset, length);
    }

    /** Bytes without padding. */
    int usedLength() {
        return RingLayout.usedLength(keyLength, valueLength, headersLength);
    }

    /** Writes the header, all but its first word. */
    void finish() {
        // length, type, flags and keyLength share one word.
        buffer.putLong(
                base + RingLayout.FRAME_LENGTH_OFFSET,
                usedLength() | (long) type << 32 | (long) flags << 40 | (long) keyLength << 48);
        buffer.putLong(base + RingLayout.FRAME_RECORD_OFFSET_OFFSET, offset);
        buffer.putLong(base + RingLayout.FRAME_FEED_SEQUENCE_OFFSET, feedSequence);
        buffer.putLong(base + RingLayout.FRAME_EXCHANGE_NS_OFFSET, exchangeNs);
        buffer.putLong(base + RingLayout.FRAME_RECEIVE_NS_OFFSET, receiveNs);
        buffer.putLong(base + RingLayout.FRAME_INGRESS_NS_OFFSET, ingressNs);
        buffer.putLong(base + RingLayout.FRAME_PUBLISH_NS_OFFSET, publishNs);
    }
}
