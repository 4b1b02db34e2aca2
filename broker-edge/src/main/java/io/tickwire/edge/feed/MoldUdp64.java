package io.tickwire.edge.feed;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * MoldUDP64 1.00 (Nasdaq, "MoldUDP64 Protocol Specification"), downstream packets, big endian.
 *
 * <pre>
 *   0            10                18            20
 *   +-------------+-----------------+-------------+------------------------------------+
 *   | session[10] | sequence (u64)  | count (u16) | count x ( length (u16), message )  |
 *   +-------------+-----------------+-------------+------------------------------------+
 * </pre>
 *
 * Count 0 is a heartbeat, 0xFFFF the end of the session; both give the sequence of the message to come.
 */
public final class MoldUdp64 implements Framing {
    public static final int SESSION_OFFSET = 0;
    public static final int SESSION_BYTES = 10;
    public static final int SEQUENCE_OFFSET = 10;
    public static final int COUNT_OFFSET = 18;
    public static final int HEADER_BYTES = 20;
    public static final int BLOCK_LENGTH_BYTES = 2;
    public static final int END_OF_SESSION_COUNT = 0xFFFF;

    private DirectBuffer buffer;
    private int base;
    private int end;
    private int position;
    private int count;
    private int index;
    private int messageBytes;
    private int messageOffset;
    private int messageLength;

    /** Writes a header. */
    public static void putHeader(
            final MutableDirectBuffer target,
            final int offset,
            final byte[] session,
            final long sequence,
            final int count) {
        target.putBytes(offset + SESSION_OFFSET, session, 0, SESSION_BYTES);
        target.putLong(offset + SEQUENCE_OFFSET, sequence, ByteOrder.BIG_ENDIAN);
        target.putShort(offset + COUNT_OFFSET, (short) count, ByteOrder.BIG_ENDIAN);
    }

    @Override
    public Kind wrap(final DirectBuffer datagram, final int offset, final int length) {
        buffer = datagram;
        base = offset;
        end = offset + length;
        count = 0;
        messageBytes = 0;
        rewind();
        if (length < HEADER_BYTES || firstSequence() < 0) {
            return Kind.MALFORMED;
        }
        final int declared = buffer.getShort(base + COUNT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        if (declared == 0) {
            return Kind.HEARTBEAT;
        }
        if (declared == END_OF_SESSION_COUNT) {
            return Kind.END_OF_SESSION;
        }
        // Sequences are compared as signed numbers; one that would pass the sign is no sequence of a live feed.
        if (firstSequence() > Long.MAX_VALUE - declared) {
            return Kind.MALFORMED;
        }
        count = declared;
        return measure();
    }

    private Kind measure() {
        int at = position;
        for (int i = 0; i < count; i++) {
            if (end - at < BLOCK_LENGTH_BYTES) {
                return Kind.MALFORMED;
            }
            final int length = buffer.getShort(at, ByteOrder.BIG_ENDIAN) & 0xFFFF;
            at += BLOCK_LENGTH_BYTES;
            if (end - at < length) {
                return Kind.MALFORMED;
            }
            at += length;
            messageBytes += length;
        }
        return Kind.MESSAGES;
    }

    @Override
    public long firstSequence() {
        return buffer.getLong(base + SEQUENCE_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    @Override
    public int messageCount() {
        return count;
    }

    @Override
    public int messageBytes() {
        return messageBytes;
    }

    @Override
    public long sessionHigh() {
        return buffer.getLong(base + SESSION_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public long sessionLow() {
        return buffer.getShort(base + SESSION_OFFSET + Long.BYTES, ByteOrder.LITTLE_ENDIAN) & 0xFFFFL;
    }

    @Override
    public boolean next() {
        if (index == count) {
            return false;
        }
        messageLength = buffer.getShort(position, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        messageOffset = position + BLOCK_LENGTH_BYTES;
        position = messageOffset + messageLength;
        index++;
        return true;
    }

    @Override
    public void rewind() {
        position = base + HEADER_BYTES;
        index = 0;
    }

    @Override
    public int messageOffset() {
        return messageOffset;
    }

    @Override
    public int messageLength() {
        return messageLength;
    }
}
