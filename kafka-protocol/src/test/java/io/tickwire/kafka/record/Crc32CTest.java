package io.tickwire.kafka.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tickwire.kafka.Allocation;
import io.tickwire.kafka.Seeds;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class Crc32CTest {
    private static final UnsafeBuffer DIRECT = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));

    private final Crc32C crc32c = new Crc32C();

    @Test
    void checkValueOfTheStandardStringMatches() {
        // RFC 3720 appendix B.4 gives test patterns; "123456789" is the catalogue's check value.
        final UnsafeBuffer buffer = new UnsafeBuffer("123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertEquals(0xE3069283, crc32c.compute(buffer, 0, 9));
        assertEquals(0x8A9136AA, crc32c.compute(new UnsafeBuffer(new byte[32]), 0, 32));
    }

    @Test
    void heapDirectAndAddressBuffersAgreeWithTheJdk() {
        final SplittableRandom random = Seeds.random("Crc32CTest");
        final byte[] bytes = Seeds.bytes(random, 10_000);
        final ByteBuffer direct =
                ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        final UnsafeBuffer ofDirect = new UnsafeBuffer(direct);
        final UnsafeBuffer ofAddress = new UnsafeBuffer(ofDirect.addressOffset(), bytes.length);
        final UnsafeBuffer ofHeapSlice = new UnsafeBuffer(bytes, 100, 9_900);
        for (int i = 0; i < 500; i++) {
            final int offset = random.nextInt(100, bytes.length);
            final int length = random.nextInt(bytes.length - offset + 1);
            final CRC32C jdk = new CRC32C();
            jdk.update(bytes, offset, length);
            final int expected = (int) jdk.getValue();
            assertEquals(expected, crc32c.compute(new UnsafeBuffer(bytes), offset, length));
            assertEquals(expected, crc32c.compute(ofHeapSlice, offset - 100, length));
            assertEquals(expected, crc32c.compute(new UnsafeBuffer(ByteBuffer.wrap(bytes)), offset, length));
            assertEquals(expected, crc32c.compute(ofDirect, offset, length));
            assertEquals(expected, crc32c.compute(ofAddress, offset, length));
            assertEquals(expected, crc32c.computeAddress(ofDirect.addressOffset() + offset, length));
        }
    }

    @Test
    void rangeOutsideBufferIsRefused() {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
        assertThrows(IndexOutOfBoundsException.class, () -> crc32c.compute(buffer, 60, 5));
    }

    @Test
    void repeatedRangesAllocateNothing() {
        final UnsafeBuffer ofAddress = new UnsafeBuffer(DIRECT.addressOffset(), 4096);
        final UnsafeBuffer ofHeap = new UnsafeBuffer(new byte[4096]);
        final double perCall = Allocation.bytesPerCall(
                20_000, () -> assertEquals(crc32c.compute(ofHeap, 0, 4096), crc32c.compute(ofAddress, 0, 4096)));
        assertEquals(0.0, perCall, 0.1);
    }
}
