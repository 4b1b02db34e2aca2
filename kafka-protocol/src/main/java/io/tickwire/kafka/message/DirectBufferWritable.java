package io.tickwire.kafka.message;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.tickwire.kafka.primitive.Varint;
import java.nio.ByteBuffer;
import org.agrona.MutableDirectBuffer;
import org.apache.kafka.common.protocol.Writable;

/** Lets Kafka's generated classes write into a buffer of ours; the caller has made sure that the message fits. */
final class DirectBufferWritable implements Writable {
    private final MutableDirectBuffer buffer;
    private int position;

    DirectBufferWritable(final MutableDirectBuffer buffer, final int offset) {
        this.buffer = buffer;
        position = offset;
    }

    int position() {
        return position;
    }

    @Override
    public void writeByte(final byte value) {
        buffer.putByte(position++, value);
    }

    @Override
    public void writeShort(final short value) {
        buffer.putShort(position, value, BIG_ENDIAN);
        position += Short.BYTES;
    }

    @Override
    public void writeInt(final int value) {
        buffer.putInt(position, value, BIG_ENDIAN);
        position += Integer.BYTES;
    }

    @Override
    public void writeLong(final long value) {
        buffer.putLong(position, value, BIG_ENDIAN);
        position += Long.BYTES;
    }

    @Override
    public void writeDouble(final double value) {
        buffer.putDouble(position, value, BIG_ENDIAN);
        position += Double.BYTES;
    }

    @Override
    public void writeByteArray(final byte[] bytes) {
        buffer.putBytes(position, bytes);
        position += bytes.length;
    }

    @Override
    public void writeUnsignedVarint(final int value) {
        position = Varint.putUnsigned(buffer, position, value);
    }

    @Override
    public void writeByteBuffer(final ByteBuffer bytes) {
        final int length = bytes.remaining();
        buffer.putBytes(position, bytes, bytes.position(), length);
        position += length;
    }

    @Override
    public void writeVarint(final int value) {
        position = Varint.put(buffer, position, value);
    }

    @Override
    public void writeVarlong(final long value) {
        position = Varint.put(buffer, position, value);
    }
}
