package io.tickwire.kafka.frame;

import static java.nio.ByteOrder.BIG_ENDIAN;

import org.agrona.DirectBuffer;

/**
 * Framing of a connection's byte stream: an INT32 size, then that many bytes.
 *
 * <p>The largest frame is the broker's {@code socket.request.max.bytes}; Kafka closes a connection that declares more, or a
 * negative size ({@code NetworkReceive.readFrom}).
 */
public final class Frames {
    /** Bytes of the size field. */
    public static final int SIZE_BYTES = Integer.BYTES;

    /** {@link #payloadLength}: fewer than {@link #SIZE_BYTES} bytes are there. */
    public static final int NEED_MORE = -1;

    /** {@link #payloadLength}: the declared size is negative or above the limit: close the connection. */
    public static final int ILLEGAL_SIZE = -2;

    private Frames() {}

    /**
     * Declared size of the frame at {@code offset}.
     *
     * @param available bytes from {@code offset} on
     * @return bytes after the size field (they need not be there yet), {@link #NEED_MORE} or {@link #ILLEGAL_SIZE}
     */
    public static int payloadLength(
            final DirectBuffer buffer, final int offset, final int available, final int maxFrameBytes) {
        if (available < SIZE_BYTES) {
            return NEED_MORE;
        }
        final int size = buffer.getInt(offset, BIG_ENDIAN);
        return size < 0 || size > maxFrameBytes ? ILLEGAL_SIZE : size;
    }
}
