package io.tickwire.net.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteOrder;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ChecksumTest {

    /** RFC 1071 §4.1, word by word. */
    private static int plain(UnsafeBuffer buffer, int offset, int length) {
        long sum = 0;
        for (int i = 0; i + 1 < length; i += 2) {
            sum += buffer.getShort(offset + i, ByteOrder.BIG_ENDIAN) & 0xffff;
        }
        if (length % 2 != 0) {
            sum += (buffer.getByte(offset + length - 1) & 0xff) << 8;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) ~sum & 0xffff;
    }

    @Test
    void exampleOfRfc1071() {
        final UnsafeBuffer buffer =
                new UnsafeBuffer(new byte[] {0, 1, (byte) 0xf2, 3, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7});
        assertEquals(0xddf2, Checksum.fold(Checksum.add(buffer, 0, 8, 0)));
    }

    @Test
    void anyLengthAndOffsetAgreesWithThePlainSum() {
        final long seed = 1071;
        final Random random = new Random(seed);
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4_000]);
        for (int round = 0; round < 20_000; round++) {
            final int offset = random.nextInt(64);
            final int length = random.nextInt(round % 10 == 0 ? 3_900 : 100);
            random.nextBytes(buffer.byteArray());
            assertEquals(plain(buffer, offset, length), Checksum.of(buffer, offset, length), "seed " + seed);
        }
    }

    @Test
    void incrementalUpdateAgreesWithRecomputation() {
        final Random random = new Random(1624);
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[40]);
        for (int round = 0; round < 20_000; round++) {
            random.nextBytes(buffer.byteArray());
            final int before = Checksum.of(buffer, 0, 40);
            final int at = random.nextInt(10) * 4;
            final int old32 = buffer.getInt(at, ByteOrder.BIG_ENDIAN);
            final int new32 = random.nextInt();
            buffer.putInt(at, new32, ByteOrder.BIG_ENDIAN);
            assertEquals(Checksum.of(buffer, 0, 40), Checksum.update32(before, old32, new32));
        }
    }

    /** RFC 1624 §4: the case in which the method of RFC 1141 fails. */
    @Test
    void updateGivesZeroWhereRfc1624SaysSo() {
        assertEquals(0x0000, Checksum.update16(0xdd2f, 0x5555, 0x3285));
    }

    @Test
    void checksumOverItselfIsZero() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
        new Random(7).nextBytes(buffer.byteArray());
        Ipv4Header.encode(buffer, 0, 44, 1, 0, 64, Ipv4Header.PROTOCOL_TCP, 0x0a000001, 0x0a000002);
        assertEquals(true, Ipv4Header.isChecksumValid(buffer, 0));
        TcpHeader.encode(buffer, 20, 1, 2, 3, 4, 20, TcpHeader.ACK, 5);
        TcpHeader.putChecksum(buffer, 20, 44, 0x0a000001, 0x0a000002);
        assertEquals(true, TcpHeader.isChecksumValid(buffer, 20, 44, 0x0a000001, 0x0a000002));
        buffer.putByte(50, (byte) (buffer.getByte(50) ^ 4));
        assertEquals(false, TcpHeader.isChecksumValid(buffer, 20, 44, 0x0a000001, 0x0a000002));
    }
}
