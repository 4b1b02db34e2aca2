package io.tickwire.edge.feed;

import io.tickwire.edge.shm.FrameWriter;
import io.tickwire.edge.shm.RingLayout;
import io.tickwire.kafka.record.RecordCursor;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * How a Kafka record looks as a shared-memory frame; one rule for the ring and for the journal, so that a subscriber cannot tell where a
 * record came from. A record whose headers are exactly those of {@link FeedHandler} is a feed's: its sequence and receive time move into
 * the frame's own fields. Allocates nothing; one thread.
 */
final class RecordFields {
    private static final long NS_PER_MS = 1_000_000L;

    private final MessageProtocol protocol;
    private boolean fromFeed;
    private long feedSequence;
    private long receiveNs;

    /** Frames with the exchange times and flags of this protocol. */
    RecordFields(final MessageProtocol protocol) {
        this.protocol = protocol;
    }

    /** Reads the cursor's current record. */
    RecordFields read(final RecordCursor cursor) {
        fromFeed = false;
        feedSequence = 0;
        receiveNs = 0;
        if (cursor.headerCount() == 2) {
            final DirectBuffer buffer = cursor.buffer();
            final boolean first = cursor.nextHeader() && isNamed(cursor, buffer, FeedHandler.SEQUENCE_HEADER);
            final long sequence = first ? buffer.getLong(cursor.headerValueOffset(), ByteOrder.BIG_ENDIAN) : 0;
            final boolean second = cursor.nextHeader() && isNamed(cursor, buffer, FeedHandler.RECEIVE_HEADER);
            if (first && second) {
                fromFeed = true;
                feedSequence = sequence;
                receiveNs = buffer.getLong(cursor.headerValueOffset(), ByteOrder.BIG_ENDIAN);
            }
        }
        return this;
    }

    private static boolean isNamed(final RecordCursor cursor, final DirectBuffer buffer, final String name) {
        if (cursor.headerKeyLength() != name.length() || cursor.headerValueLength() != Long.BYTES) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (buffer.getByte(cursor.headerKeyOffset() + i) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Bytes of headers that the frame carries: none for a feed's record. */
    int headersLength(final RecordCursor cursor) {
        return fromFeed ? 0 : cursor.headersLength();
    }

    /** Fills the frame, which was begun with the cursor's lengths. */
    void fill(
            final RecordCursor cursor,
            final FrameWriter frame,
            final long offset,
            final long ingressNs,
            final long publishNs,
            final boolean transactional) {
        final DirectBuffer buffer = cursor.buffer();
        long exchangeNs = cursor.timestamp() * NS_PER_MS;
        int flags = transactional ? RingLayout.FLAG_TRANSACTIONAL : 0;
        if (fromFeed) {
            final int length = Math.max(cursor.valueLength(), 0);
            exchangeNs = protocol.exchangeNs(buffer, cursor.valueOffset(), length, receiveNs);
            if (protocol.mustKeep(buffer, cursor.valueOffset(), length)) {
                flags |= RingLayout.FLAG_KEEP;
            }
        }
        frame.identity(offset, feedSequence).stamps(exchangeNs, receiveNs, ingressNs, publishNs);
        if (flags != 0) {
            frame.addFlags(flags);
        }
        if (cursor.keyLength() > 0) {
            frame.key(buffer, cursor.keyOffset());
        }
        if (cursor.valueLength() > 0) {
            frame.value(buffer, cursor.valueOffset());
        }
        final int headersLength = headersLength(cursor);
        if (headersLength > 0) {
            frame.headers(buffer, cursor.headersOffset());
        }
    }
}
