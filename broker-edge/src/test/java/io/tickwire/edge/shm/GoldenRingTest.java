package io.tickwire.edge.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bytes of a ring, frozen: a change of the layout that readers in other languages would not understand fails here, and needs a new
 * {@link RingLayout#VERSION} and new golden bytes.
 */
class GoldenRingTest {
    private static final int BYTES_COMPARED = RingLayout.HEADER_BYTES + 1024;
    private static final int BYTES_PER_LINE = 32;
    private static final String NAME = "ring-v" + RingLayout.VERSION + ".hex";

    @TempDir
    Path directory;

    @Test
    void ringWrittenTodayHasTheBytesOfThisVersion() throws IOException {
        final byte[] ring;
        try (ChannelRegistry registry = ChannelRegistry.open(
                RegistrySettings.defaults(directory, directory).withRingBytes(65_536), 77)) {
            final ChannelPublisher channel = registry.create("golden", 0x0102, 0x0304, 5, 10);
            publish(channel);
            try (RegistryView view = RegistryView.open(directory)) {
                ring = Arrays.copyOf(Files.readAllBytes(view.find("golden", 5)), BYTES_COMPARED);
            }
        }
        // The generation is the time of the start.
        Arrays.fill(ring, RingLayout.GENERATION_OFFSET, RingLayout.GENERATION_OFFSET + Long.BYTES, (byte) 0);
        assertEquals(golden(), dump(ring));
    }

    private static void publish(final ChannelPublisher channel) {
        final UnsafeBuffer bytes = new UnsafeBuffer("keyvalueheaders".getBytes(StandardCharsets.US_ASCII));
        channel.claim(3, 5, 7)
                .identity(10, 20)
                .stamps(30, 40, 50, 60)
                .addFlags(RingLayout.FLAG_KEEP)
                .key(bytes, 0)
                .value(bytes, 3)
                .headers(bytes, 8);
        channel.commit(11);
        channel.claim(-1, 5, 0).identity(11, 21).stamps(31, 41, 51, 61).value(bytes, 3);
        channel.commit(12);
        channel.claim(Long.BYTES, -1, 0)
                .identity(12, 22)
                .stamps(32, 42, 52, 62)
                .addFlags(RingLayout.FLAG_TRANSACTIONAL)
                .key(0x3837_3635_3433_3231L);
        channel.commit(13);
        channel.publishInJournal(13, 17);
        channel.publishNoRecords(18, 19);
    }

    /** Lines that are not all zero, as "offset bytes". */
    private static String dump(final byte[] bytes) {
        final StringBuilder text = new StringBuilder();
        for (int at = 0; at < bytes.length; at += BYTES_PER_LINE) {
            final byte[] line = Arrays.copyOfRange(bytes, at, at + BYTES_PER_LINE);
            if (!Arrays.equals(line, new byte[BYTES_PER_LINE])) {
                text.append(String.format("%04x %s%n", at, HexFormat.of().formatHex(line)));
            }
        }
        return text.toString();
    }

    private static String golden() throws IOException {
        try (InputStream in = GoldenRingTest.class.getResourceAsStream(NAME)) {
            final List<String> lines = new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
            return String.join(System.lineSeparator(), lines) + System.lineSeparator();
        }
    }
}
