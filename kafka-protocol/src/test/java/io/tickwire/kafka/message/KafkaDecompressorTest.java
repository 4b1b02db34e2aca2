package io.tickwire.kafka.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tickwire.kafka.KafkaBytes;
import io.tickwire.kafka.Seeds;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.junit.jupiter.api.Test;

class KafkaDecompressorTest {
    private final KafkaDecompressor decompressor = new KafkaDecompressor();

    private static byte[] compress(final CompressionType type, final byte[] plain) throws IOException {
        final ByteBufferOutputStream bytes = new ByteBufferOutputStream(64);
        try (OutputStream out = Compression.of(type).build().wrapForOutput(bytes, (byte) 2)) {
            out.write(plain);
        }
        return KafkaBytes.toArray(bytes.buffer().flip());
    }

    @Test
    void everyCodecGivesBackWhatWasCompressedFromHeapAndDirect() throws IOException {
        final SplittableRandom random = Seeds.random("KafkaDecompressorTest");
        for (final CompressionType type : CompressionType.values()) {
            for (final int size : new int[] {0, 1, 1000, 3_000_000}) {
                final byte[] plain = size == 1000 ? new byte[size] : Seeds.bytes(random, size);
                final byte[] compressed = type == CompressionType.NONE ? plain : compress(type, plain);
                final ByteBuffer direct =
                        ByteBuffer.allocateDirect(compressed.length + 1).put(1, compressed);
                try (InputStream in = decompressor.open(type.id, new UnsafeBuffer(direct), 1, compressed.length)) {
                    assertArrayEquals(plain, in.readAllBytes(), type.name);
                }
                try (InputStream in = decompressor.open(type.id, new UnsafeBuffer(compressed), 0, compressed.length)) {
                    assertArrayEquals(plain, in.readAllBytes(), type.name);
                }
            }
        }
    }

    @Test
    void snappyThatPromisesMoreThanItCanHoldIsRefusedBeforeMemoryIsReserved() throws IOException {
        final byte[] compressed = compress(CompressionType.SNAPPY, new byte[1000]);
        // The first block's uncompressed length, after the 16-byte header and the chunk size: 1000 is E8 07; make it
        // 268 million.
        compressed[20] = (byte) 0xFF;
        compressed[21] = (byte) 0xFF;
        compressed[22] = (byte) 0xFF;
        compressed[23] = 0x7F;
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long before = threads.getCurrentThreadAllocatedBytes();
        assertThrows(
                IOException.class,
                () -> decompressor.open(CompressionType.SNAPPY.id, new UnsafeBuffer(compressed), 0, compressed.length));
        assertTrue(threads.getCurrentThreadAllocatedBytes() - before < 1_000_000);
    }

    @Test
    void damagedDataOfEveryCodecEndsInAnIoExceptionOrInBytes() throws IOException {
        final SplittableRandom random = Seeds.random("KafkaDecompressorTest.damaged");
        int refused = 0;
        for (int i = 0; i < 4_000; i++) {
            final CompressionType type = CompressionType.forId(1 + i % 4);
            final byte[] compressed = compress(type, new byte[random.nextInt(2000)]);
            for (int k = 0; k < 3; k++) {
                compressed[random.nextInt(compressed.length)] = (byte) random.nextInt(256);
            }
            try (InputStream in = decompressor.open(type.id, new UnsafeBuffer(compressed), 0, compressed.length)) {
                while (in.read() >= 0) {
                    // To the end.
                }
            } catch (final IOException e) {
                refused++;
            }
        }
        assertTrue(refused > 1000, "refused " + refused);
    }
}
