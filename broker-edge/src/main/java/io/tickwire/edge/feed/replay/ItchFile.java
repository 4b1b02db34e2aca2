package io.tickwire.edge.feed.replay;

import io.tickwire.edge.feed.Itch50;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A BinaryFILE of ITCH 5.0 messages: each a 2-byte big-endian length and the message. Some files have zero for every length: then the
 * type tells it. A file whose name ends in {@code .gz} is unpacked on the way.
 */
public final class ItchFile implements MessageSource {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Path path;
    private final DataInputStream input;
    private final byte[] message = new byte[0xFFFF];
    private final UnsafeBuffer buffer = new UnsafeBuffer(message);
    private int length;
    private long timeNs;
    private long position;

    public ItchFile(final Path path) throws IOException {
        this.path = path;
        final InputStream file = Files.newInputStream(path);
        this.input = new DataInputStream(new BufferedInputStream(
                path.toString().endsWith(".gz") ? new GZIPInputStream(file, BUFFER_BYTES) : file, BUFFER_BYTES));
    }

    @Override
    public boolean next() throws IOException {
        final int first = input.read();
        if (first < 0) {
            return false;
        }
        try {
            length = first << 8 | input.readUnsignedByte();
            if (length == 0) {
                readByType();
            } else {
                input.readFully(message, 0, length);
            }
        } catch (final EOFException e) {
            throw new IOException(path + " ends inside the message at byte " + position, e);
        }
        position += Short.BYTES + length;
        if (length >= Itch50.COMMON_BYTES) {
            timeNs = Math.max(timeNs, sinceMidnightNs());
        }
        return true;
    }

    private void readByType() throws IOException {
        message[0] = input.readByte();
        length = Itch50.messageLength(message[0]);
        if (length == 0) {
            throw new IOException(path + ": zero length and unknown message type " + (message[0] & 0xFF) + " at byte "
                    + position + "; not an ITCH 5.0 BinaryFILE?");
        }
        input.readFully(message, 1, length - 1);
    }

    private long sinceMidnightNs() {
        final long high = buffer.getShort(Itch50.TIMESTAMP_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFFL;
        final long low = buffer.getInt(Itch50.TIMESTAMP_OFFSET + Short.BYTES, ByteOrder.BIG_ENDIAN) & 0xFFFF_FFFFL;
        return (high << 32) | low;
    }

    @Override
    public DirectBuffer buffer() {
        return buffer;
    }

    @Override
    public int offset() {
        return 0;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public long timeNs() {
        return timeNs;
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
