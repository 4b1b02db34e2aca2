package io.tickwire.edge.feed.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickwire.edge.feed.Itch50;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourcesTest {
    @TempDir
    Path directory;

    private static List<byte[]> drain(final MessageSource source) throws IOException {
        final List<byte[]> messages = new ArrayList<>();
        long timeNs = Long.MIN_VALUE;
        while (source.next()) {
            final byte[] copy = new byte[source.length()];
            source.buffer().getBytes(source.offset(), copy);
            messages.add(copy);
            assertTrue(source.timeNs() >= timeNs, "time goes back");
            timeNs = source.timeNs();
        }
        return messages;
    }

    private static List<byte[]> synthetic(final long seed, final int count) throws IOException {
        try (SyntheticItch source = new SyntheticItch(seed, 50, count)) {
            return drain(source);
        }
    }

    private Path write(final String name, final List<byte[]> messages, final boolean zeroLengths) throws IOException {
        final Path path = directory.resolve(name);
        try (OutputStream file = Files.newOutputStream(path);
                OutputStream out = name.endsWith(".gz") ? new GZIPOutputStream(file) : file) {
            for (final byte[] message : messages) {
                final int length = zeroLengths ? 0 : message.length;
                out.write(length >> 8);
                out.write(length);
                out.write(message);
            }
        }
        return path;
    }

    private static void assertSame(final List<byte[]> expected, final List<byte[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "message " + i);
        }
    }

    @Test
    void syntheticSessionIsTheSameForTheSameSeedAndPlausible() throws IOException {
        final List<byte[]> messages = synthetic(1, 20_000);
        assertSame(messages, synthetic(1, 20_000));
        assertFalse(Arrays.equals(messages.get(500), synthetic(2, 20_000).get(500)));
        final int[] byType = new int[256];
        final Set<Long> live = new HashSet<>();
        for (final byte[] message : messages) {
            byType[message[0]]++;
            assertEquals(Itch50.messageLength(message[0]), message.length);
            final ByteBuffer bytes = ByteBuffer.wrap(message);
            switch (message[0]) {
                case 'A', 'F' -> live.add(bytes.getLong(11));
                case 'E', 'X' -> assertTrue(live.contains(bytes.getLong(11)));
                case 'D' -> assertTrue(live.remove(bytes.getLong(11)));
                case 'U' -> {
                    assertTrue(live.remove(bytes.getLong(11)));
                    live.add(bytes.getLong(19));
                }
                default -> {}
            }
        }
        assertEquals(50, byType['R']);
        assertEquals(3, byType['S']);
        for (final char type : "AFEXDUP".toCharArray()) {
            assertTrue(byType[type] > 100, type + " " + byType[type]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"day.bin", "day.bin.gz"})
    void itchFileIsReadWithAndWithoutLengths(final String name) throws IOException {
        final List<byte[]> messages = synthetic(3, 5_000);
        try (ItchFile source = new ItchFile(write(name, messages, false))) {
            assertSame(messages, drain(source));
        }
        try (ItchFile source = new ItchFile(write(name, messages, true))) {
            assertSame(messages, drain(source));
        }
    }

    @Test
    void itchFileCutOffSaysWhere() throws IOException {
        final Path path = write("cut.bin", synthetic(3, 10), false);
        final byte[] whole = Files.readAllBytes(path);
        Files.write(path, Arrays.copyOf(whole, whole.length - 1));
        try (ItchFile source = new ItchFile(path)) {
            final IOException error = assertThrows(IOException.class, () -> drain(source));
            assertTrue(error.getMessage().contains("ends inside the message at byte"), error.getMessage());
        }
    }

    @Test
    void otherFileAsItchIsRefused() throws IOException {
        final Path path = directory.resolve("zeros");
        Files.write(path, new byte[100]);
        try (ItchFile source = new ItchFile(path)) {
            final IOException error = assertThrows(IOException.class, source::next);
            assertTrue(error.getMessage().contains("not an ITCH 5.0 BinaryFILE"), error.getMessage());
        }
    }

    private static byte[] ethernetUdp(
            final int vlanTags, final int protocol, final int fragmentBits, final byte[] payload) {
        final ByteBuffer frame = ByteBuffer.allocate(14 + 4 * vlanTags + 28 + payload.length + 2);
        frame.put(new byte[12]);
        for (int i = 0; i < vlanTags; i++) {
            frame.putShort((short) (i == 0 && vlanTags > 1 ? 0x88A8 : 0x8100)).putShort((short) 100);
        }
        frame.putShort((short) 0x0800);
        frame.put((byte) 0x45)
                .put((byte) 0)
                .putShort((short) (28 + payload.length))
                .putShort((short) 1);
        frame.putShort((short) fragmentBits)
                .put((byte) 1)
                .put((byte) protocol)
                .putShort((short) 0)
                .putInt(0)
                .putInt(0);
        frame.putShort((short) 1)
                .putShort((short) 2)
                .putShort((short) (8 + payload.length))
                .putShort((short) 0);
        frame.put(payload);
        return frame.array();
    }

    private Path pcap(final ByteOrder order, final boolean nanos, final byte[]... frames) throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(24)
                .order(order)
                .putInt(nanos ? 0xa1b23c4d : 0xa1b2c3d4)
                .putInt(0x00040002)
                .putLong(0)
                .putInt(65535)
                .putInt(1)
                .array());
        for (int i = 0; i < frames.length; i++) {
            out.write(ByteBuffer.allocate(16)
                    .order(order)
                    .putInt(1)
                    .putInt(i)
                    .putInt(frames[i].length)
                    .putInt(frames[i].length)
                    .array());
            out.write(frames[i]);
        }
        final Path path = directory.resolve("capture.pcap");
        Files.write(path, out.toByteArray());
        return path;
    }

    @Test
    void captureGivesUdpPayloadsBehindAnyVlanTags() throws IOException {
        final byte[] a = HexFormat.of().parseHex("010203");
        final byte[] b = HexFormat.of().parseHex("0405");
        for (final ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            final Path path = pcap(
                    order,
                    order == ByteOrder.BIG_ENDIAN,
                    ethernetUdp(0, 17, 0, a),
                    ethernetUdp(1, 17, 0, b),
                    ethernetUdp(2, 17, 0, a),
                    ethernetUdp(0, 6, 0, a),
                    ethernetUdp(0, 17, 0x2000, a),
                    new byte[13]);
            assertTrue(PcapFile.isPcap(path));
            try (PcapFile source = new PcapFile(path)) {
                assertSame(List.of(a, b, a), drain(source));
                assertEquals(3, source.skipped());
                final long fraction = order == ByteOrder.BIG_ENDIAN ? 5 : 5_000;
                assertEquals(1_000_000_000L + fraction, source.timeNs());
            }
        }
    }

    @Test
    void captureOfAnotherKindIsRefusedSayingWhy() throws IOException {
        final Path path = directory.resolve("x.pcapng");
        Files.write(path, HexFormat.of().parseHex("0a0d0d0a" + "00".repeat(40)));
        assertFalse(PcapFile.isPcap(path));
        final IOException error = assertThrows(IOException.class, () -> new PcapFile(path));
        assertTrue(error.getMessage().contains("pcapng"), error.getMessage());
    }

    /** Real captures, where the machine has them; they are not part of the repository. */
    @Test
    void sharedCapturesAreAllReadToTheirEnd() throws IOException {
        final Path captures = sharedData("pcap");
        assumeTrue(captures != null, "no captures: -Dtickwire.data is not set");
        int payloads = 0;
        try (var paths = Files.walk(captures)) {
            for (final Path path :
                    paths.filter(p -> p.toString().endsWith(".pcap")).toList()) {
                try (PcapFile source = new PcapFile(path)) {
                    payloads += drain(source).size();
                }
            }
        }
        assertTrue(payloads > 0, "no UDP payload in any capture");
    }

    static Path sharedData(final String name) {
        final String root = System.getProperty("tickwire.data", System.getenv("TICKWIRE_DATA"));
        return root == null || !Files.isDirectory(Path.of(root, name)) ? null : Path.of(root, name);
    }
}
