package io.tickwire.edge.shm;

import static io.tickwire.edge.shm.RingLayout.FRAME_BODY_OFFSET;

import org.agrona.DirectBuffer;

/**
 * One record as a subscriber sees it: a view of the subscriber's own, verified copy of a frame. Valid until the handler returns. Allocates
 * nothing.
 */
public final class SharedRecord {
    private DirectBuffer buffer;
    private int base;

    /** Points the view at a frame that has been verified. */
    SharedRecord wrap(final DirectBuffer frame, final int frameBase) {
        this.buffer = frame;
        this.base = frameBase;
        return this;
    }

    /** The buffer that {@link #keyIndex()}, {@link #valueIndex()} and {@link #headersIndex()} point into. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Kafka offset. */
    public long offset() {
        return buffer.getLong(base + RingLayout.FRAME_RECORD_OFFSET_OFFSET);
    }

    /** Sequence in the feed's session, 0 when the record did not come from a feed. */
    public long feedSequence() {
        return buffer.getLong(base + RingLayout.FRAME_FEED_SEQUENCE_OFFSET);
    }

    /** Time the exchange or the producer gave, epoch ns, 0 when unknown. */
    public long exchangeNs() {
        return buffer.getLong(base + RingLayout.FRAME_EXCHANGE_NS_OFFSET);
    }

    /** Time the network card or kernel handed the packet over, epoch ns, 0 when unknown. */
    public long receiveNs() {
        return buffer.getLong(base + RingLayout.FRAME_RECEIVE_NS_OFFSET);
    }

    /** Time the broker began to work on the packet, epoch ns. */
    public long ingressNs() {
        return buffer.getLong(base + RingLayout.FRAME_INGRESS_NS_OFFSET);
    }

    /** Time just before the record was committed to the ring, epoch ns; 0 when the record was read from the journal. */
    public long publishNs() {
        return buffer.getLong(base + RingLayout.FRAME_PUBLISH_NS_OFFSET);
    }

    public int flags() {
        return buffer.getByte(base + RingLayout.FRAME_FLAGS_OFFSET) & 0xFF;
    }

    public boolean hasKey() {
        return (flags() & RingLayout.FLAG_NULL_KEY) == 0;
    }

    public boolean hasValue() {
        return (flags() & RingLayout.FLAG_NULL_VALUE) == 0;
    }

    public int keyIndex() {
        return base + FRAME_BODY_OFFSET + headersPrefix();
    }

    private int headersPrefix() {
        return (flags() & RingLayout.FLAG_HEADERS) == 0 ? 0 : RingLayout.HEADERS_LENGTH_BYTES;
    }

    /** Bytes of key, 0 for an empty and for a null key. */
    public int keyLength() {
        return buffer.getShort(base + RingLayout.FRAME_KEY_LENGTH_OFFSET) & 0xFFFF;
    }

    public int valueIndex() {
        return keyIndex() + keyLength();
    }

    /** Bytes of value, 0 for an empty and for a null value. */
    public int valueLength() {
        return usedLength() - FRAME_BODY_OFFSET - headersPrefix() - keyLength() - headersLength();
    }

    public int headersIndex() {
        return valueIndex() + valueLength();
    }

    /** Bytes of the record's headers as Kafka encodes them, one after another without their count; 0 for none. */
    public int headersLength() {
        return headersPrefix() == 0 ? 0 : buffer.getInt(base + FRAME_BODY_OFFSET);
    }

    /** Whether the key is 8 bytes long, as a feed's symbol is. */
    public boolean hasSymbol() {
        return keyLength() == Long.BYTES;
    }

    /** The first 8 key bytes as a little-endian long; only with {@link #hasSymbol()}. */
    public long symbol() {
        return buffer.getLong(keyIndex());
    }

    /** Bytes of the frame without its padding. */
    int usedLength() {
        return buffer.getInt(base + RingLayout.FRAME_LENGTH_OFFSET);
    }

    int frameBase() {
        return base;
    }
}
