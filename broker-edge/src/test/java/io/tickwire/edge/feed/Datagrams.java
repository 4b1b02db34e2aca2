package io.tickwire.edge.feed;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** Builds MoldUDP64 datagrams and ITCH messages. */
final class Datagrams {
    private Datagrams() {}

    static UnsafeBuffer mold(final String session, final long sequence, final byte[]... messages) {
        int length = MoldUdp64.HEADER_BYTES;
        for (final byte[] message : messages) {
            length += MoldUdp64.BLOCK_LENGTH_BYTES + message.length;
        }
        final UnsafeBuffer datagram = new UnsafeBuffer(new byte[length]);
        MoldUdp64.putHeader(datagram, 0, session(session), sequence, messages.length);
        int at = MoldUdp64.HEADER_BYTES;
        for (final byte[] message : messages) {
            datagram.putShort(at, (short) message.length, ByteOrder.BIG_ENDIAN);
            datagram.putBytes(at + MoldUdp64.BLOCK_LENGTH_BYTES, message);
            at += MoldUdp64.BLOCK_LENGTH_BYTES + message.length;
        }
        return datagram;
    }

    static UnsafeBuffer mold(final String session, final long sequence, final String... messages) {
        final byte[][] bytes = new byte[messages.length][];
        for (int i = 0; i < messages.length; i++) {
            bytes[i] = messages[i].getBytes(StandardCharsets.US_ASCII);
        }
        return mold(session, sequence, bytes);
    }

    static UnsafeBuffer control(final String session, final long sequence, final int count) {
        final UnsafeBuffer datagram = new UnsafeBuffer(new byte[MoldUdp64.HEADER_BYTES]);
        MoldUdp64.putHeader(datagram, 0, session(session), sequence, count);
        return datagram;
    }

    static byte[] session(final String name) {
        return String.format("%-10s", name).getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] itch(final char type, final int locate, final long sinceMidnightNs, final String symbol) {
        final byte[] message = new byte[Itch50.messageLength((byte) type)];
        final UnsafeBuffer buffer = new UnsafeBuffer(message);
        buffer.putByte(0, (byte) type);
        buffer.putShort(Itch50.LOCATE_OFFSET, (short) locate, ByteOrder.BIG_ENDIAN);
        buffer.putShort(Itch50.TIMESTAMP_OFFSET, (short) (sinceMidnightNs >> 32), ByteOrder.BIG_ENDIAN);
        buffer.putInt(Itch50.TIMESTAMP_OFFSET + 2, (int) sinceMidnightNs, ByteOrder.BIG_ENDIAN);
        if (symbol != null) {
            buffer.putBytes(
                    Itch50.DIRECTORY_STOCK_OFFSET, String.format("%-8s", symbol).getBytes(StandardCharsets.US_ASCII));
        }
        return message;
    }
}
