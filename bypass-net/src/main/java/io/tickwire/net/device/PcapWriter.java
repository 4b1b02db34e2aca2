package io.tickwire.net.device;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.BufferUtil;

/**
 * Writes Ethernet frames to a classic capture file with nanoseconds, up to a bound of bytes; frames beyond are counted and left out.
 * A diagnostic: writes block. Owned by one thread.
 */
public final class PcapWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;
    private static final int SNAPSHOT_BYTES = 1 << 16;
    private static final long NS_PER_S = 1_000_000_000L;

    private final FileChannel channel;
    private final ByteBuffer buffer;
    private final long bufferAddress;
    private final long limitBytes;
    private long writtenBytes;
    private long leftOut;

    /**
     * @param file created anew.
     * @param limitBytes most bytes the file may have.
     * @throws IOException when the file cannot be created.
     */
    public PcapWriter(final Path file, final long limitBytes) throws IOException {
        channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bufferAddress = BufferUtil.address(buffer);
        this.limitBytes = limitBytes;
        buffer.putInt(PcapReader.MAGIC_NANOSECONDS).putShort((short) 2).putShort((short) 4);
        buffer.putInt(0).putInt(0).putInt(SNAPSHOT_BYTES).putInt(PcapReader.LINK_TYPE_ETHERNET);
        writtenBytes = buffer.position();
    }

    /**
     * Appends a frame, cut at 65,536 bytes.
     *
     * @param epochNs time of the frame in nanoseconds since 1970.
     */
    public void write(final long frame, final long epochNs) {
        final int lengthBytes = Frame.length(frame);
        final int recordBytes = PcapReader.RECORD_HEADER_BYTES + lengthBytes;
        if (lengthBytes > SNAPSHOT_BYTES || writtenBytes + recordBytes > limitBytes) {
            leftOut++;
            return;
        }
        if (buffer.remaining() < recordBytes) {
            flush();
        }
        buffer.putInt((int) (epochNs / NS_PER_S))
                .putInt((int) (epochNs % NS_PER_S))
                .putInt(lengthBytes)
                .putInt(lengthBytes);
        Frame.copyTo(frame, bufferAddress + buffer.position());
        buffer.position(buffer.position() + lengthBytes);
        writtenBytes += recordBytes;
    }

    /** Frames left out as the file was full or they were too long. */
    public long leftOut() {
        return leftOut;
    }

    /** Writes what is buffered to the file. */
    public void flush() {
        try {
            buffer.flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        flush();
        try {
            channel.close();
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
