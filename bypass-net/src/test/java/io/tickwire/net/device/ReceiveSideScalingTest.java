package io.tickwire.net.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tickwire.net.wire.Ipv4Address;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReceiveSideScalingTest {
    private static final byte[] KEY =
            HexFormat.of().parseHex("6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa");

    /** The values by which Microsoft's definition says to verify an implementation. */
    @ParameterizedTest
    @CsvSource({
        "66.9.149.187, 2794, 161.142.100.80, 1766, 51ccc178",
        "199.92.111.2, 14230, 65.69.140.83, 4739, c626b0ea",
        "24.19.198.95, 12898, 12.22.207.184, 38024, 5c2b394a",
        "38.27.205.30, 48228, 209.142.163.6, 2217, afc7327f",
        "153.39.163.191, 44251, 202.188.127.2, 1303, 10e828a2"
    })
    void publishedHashes(String source, int sourcePort, String destination, int destinationPort, String hash) {
        final ReceiveSideScaling scaling = new ReceiveSideScaling(KEY, ReceiveSideScaling.spread(128, 3));
        final int from = Ipv4Address.parse(source);
        final int to = Ipv4Address.parse(destination);
        final int expected = Integer.parseUnsignedInt(hash, 16);
        assertEquals(expected, scaling.hash(from, to, sourcePort, destinationPort));
        assertEquals((expected & 127) % 3, scaling.queue(from, to, sourcePort, destinationPort));
    }

    @Test
    void keyOrTableOfAWrongSizeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new ReceiveSideScaling(new byte[15], new int[128]));
        assertThrows(IllegalArgumentException.class, () -> new ReceiveSideScaling(KEY, new int[100]));
    }
}
