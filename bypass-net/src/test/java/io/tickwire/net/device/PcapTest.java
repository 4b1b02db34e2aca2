package io.tickwire.net.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapTest {
    private static final long EPOCH_NS = 1_700_000_000_000_000_000L;

    @TempDir
    Path directory;

    @Test
    void teedFramesOfBothDirectionsAreReadBack() throws IOException {
        final Path file = directory.resolve("tee.pcap");
        try (MemoryFramePool pool = new MemoryFramePool(8);
                FrameBurst burst = new FrameBurst(8);
                PcapTee tee = new PcapTee(
                        MemoryWire.loopback(pool, 1, 1 << 16, 1500), new PcapWriter(file, 1 << 20), EPOCH_NS)) {
            for (int i = 0; i < 3; i++) {
                final long frame = pool.allocate();
                Frame.length(frame, 60 + i);
                UnsafeApi.setMemory(Frame.dataAddress(frame), 60 + i, (byte) i);
                burst.add(frame);
            }
            tee.send(burst, 5);
            assertEquals(3, tee.receive(burst, 7));
            burst.freeAll(pool);
            assertEquals(8, pool.available());
        }
        final byte[] bytes = Files.readAllBytes(file);
        final PcapReader reader = new PcapReader(new UnsafeBuffer(bytes), 0, bytes.length);
        assertEquals(PcapReader.LINK_TYPE_ETHERNET, reader.linkType());
        for (int i = 0; i < 6; i++) {
            assertTrue(reader.next());
            assertEquals(60 + i % 3, reader.capturedBytes());
            assertEquals(60 + i % 3, reader.originalBytes());
            assertEquals(EPOCH_NS + (i < 3 ? 5 : 7), reader.timestampNs());
            assertEquals(i % 3, bytes[reader.offset()]);
        }
        assertFalse(reader.next());
    }

    @Test
    void fullCaptureLeavesFramesOutAndCountsThem() throws IOException {
        final Path file = directory.resolve("full.pcap");
        try (MemoryFramePool pool = new MemoryFramePool(1);
                PcapWriter writer = new PcapWriter(file, 24 + 2 * (16 + 60))) {
            final long frame = pool.allocate();
            Frame.length(frame, 60);
            UnsafeApi.setMemory(Frame.dataAddress(frame), 60, (byte) 0);
            for (int i = 0; i < 5; i++) {
                writer.write(frame, EPOCH_NS);
            }
            assertEquals(3, writer.leftOut());
        }
        assertEquals(24 + 2 * (16 + 60), Files.size(file));
    }

    @Test
    void bigEndianMicrosecondsAreRead() {
        final ByteBuffer file = ByteBuffer.allocate(64).order(ByteOrder.BIG_ENDIAN);
        file.putInt(0xA1B2C3D4)
                .putShort((short) 2)
                .putShort((short) 4)
                .putInt(0)
                .putInt(0)
                .putInt(65535)
                .putInt(1);
        file.putInt(10).putInt(999_999).putInt(4).putInt(1500).putInt(0xCAFEBABE);
        final PcapReader reader = new PcapReader(new UnsafeBuffer(file), 0, file.position());
        assertTrue(reader.next());
        assertEquals(10_999_999_000L, reader.timestampNs());
        assertEquals(4, reader.capturedBytes());
        assertEquals(1500, reader.originalBytes());
        assertFalse(reader.next());
    }

    @Test
    void recordCutOffEndsTheWalkAndAnImpossibleLengthIsRefused() {
        final ByteBuffer file = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0xA1B23C4D)
                .putShort((short) 2)
                .putShort((short) 4)
                .putInt(0)
                .putInt(0)
                .putInt(65535)
                .putInt(1);
        file.putInt(1).putInt(2).putInt(9).putInt(9).putLong(0);
        final UnsafeBuffer buffer = new UnsafeBuffer(file);
        assertFalse(new PcapReader(buffer, 0, file.position()).next());
        buffer.putInt(32, -1, ByteOrder.LITTLE_ENDIAN);
        assertThrows(PcapFormatException.class, () -> new PcapReader(buffer, 0, file.position()).next());
        buffer.putInt(0, 0x0A0D0D0A);
        assertThrows(PcapFormatException.class, () -> new PcapReader(buffer, 0, file.position()));
    }
}
