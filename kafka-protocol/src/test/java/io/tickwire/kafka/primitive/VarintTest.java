package io.tickwire.kafka.primitive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.Seeds;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.utils.ByteUtils;
import org.junit.jupiter.api.Test;

class VarintTest {
    private final byte[] bytes = new byte[16];
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private final ByteReader reader = new ByteReader();

    @Test
    void everyBitLengthRoundTripsAsKafkaWritesIt() {
        final SplittableRandom random = Seeds.random("VarintTest");
        for (int bits = 0; bits <= 64; bits++) {
            for (int i = 0; i < 200; i++) {
                final long value = bits == 0 ? 0 : random.nextLong() >>> (64 - bits);
                checkLong(value);
                checkLong(-value);
                checkInt((int) value);
                checkInt(-(int) value);
                checkUnsigned((int) value);
            }
        }
    }

    private void checkLong(final long value) {
        final ByteBuffer theirs = ByteBuffer.allocate(16);
        ByteUtils.writeVarlong(value, theirs);
        check(theirs, Varint.put(buffer, 0, value), Varint.sizeOf(value));
        assertEquals(value, reader.varlong());
    }

    private void checkInt(final int value) {
        final ByteBuffer theirs = ByteBuffer.allocate(16);
        ByteUtils.writeVarint(value, theirs);
        check(theirs, Varint.put(buffer, 0, value), Varint.sizeOf(value));
        assertEquals(value, reader.varint());
    }

    private void checkUnsigned(final int value) {
        final ByteBuffer theirs = ByteBuffer.allocate(16);
        ByteUtils.writeUnsignedVarint(value, theirs);
        check(theirs, Varint.putUnsigned(buffer, 0, value), Varint.sizeOfUnsigned(value));
        assertEquals(value, reader.unsignedVarint());
    }

    private void check(final ByteBuffer theirs, final int length, final int size) {
        assertEquals(theirs.position(), length);
        assertEquals(length, size);
        assertEquals(theirs.flip(), ByteBuffer.wrap(bytes, 0, length));
        reader.wrap(buffer, 0, length);
    }

    @Test
    void randomBytesReadAsKafkaReadsThem() {
        final SplittableRandom random = Seeds.random("VarintTest.bytes");
        for (int i = 0; i < 50_000; i++) {
            final byte[] input = Seeds.bytes(random, random.nextInt(1, 13));
            for (int k = 0; k < input.length - 1; k++) {
                input[k] |= random.nextInt(4) == 0 ? 0 : (byte) 0x80;
            }
            final UnsafeBuffer wrapped = new UnsafeBuffer(input);
            reader.wrap(wrapped, 0, input.length);
            final long ours = reader.varlong();
            try {
                final ByteBuffer kafka = ByteBuffer.wrap(input);
                final long theirs = ByteUtils.readVarlong(kafka);
                assertFalse(reader.malformed());
                assertEquals(theirs, ours);
                assertEquals(kafka.position(), reader.position());
            } catch (final IllegalArgumentException | java.nio.BufferUnderflowException e) {
                assertTrue(reader.malformed(), () -> Arrays.toString(input));
            }
            reader.wrap(wrapped, 0, input.length);
            final int unsigned = reader.unsignedVarint();
            try {
                assertEquals(ByteUtils.readUnsignedVarint(ByteBuffer.wrap(input)), unsigned);
                assertFalse(reader.malformed());
            } catch (final IllegalArgumentException | java.nio.BufferUnderflowException e) {
                assertTrue(reader.malformed(), () -> Arrays.toString(input));
            }
        }
    }
}
