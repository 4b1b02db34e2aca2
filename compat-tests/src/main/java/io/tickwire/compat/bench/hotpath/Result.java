package io.tickwire.compat.bench.hotpath;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What the receiving end saw in one run.
 *
 * @param received recorded messages, warm-up not counted
 * @param outOfOrder messages whose sequence went back
 * @param histogram latencies in ns
 */
record Result(long received, long outOfOrder, Histogram histogram) {
    private static final int MAX_ENCODED_BYTES = 1 << 20;

    String encode() {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_ENCODED_BYTES);
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        bytes.flip();
        byte[] exact = new byte[length];
        bytes.get(exact);
        return received + " " + outOfOrder + " " + Base64.getEncoder().encodeToString(exact);
    }

    static Result decode(String[] words, int from) {
        try {
            return new Result(
                    Long.parseLong(words[from]),
                    Long.parseLong(words[from + 1]),
                    Histogram.decodeFromCompressedByteBuffer(
                            ByteBuffer.wrap(Base64.getDecoder().decode(words[from + 2])), 0));
        } catch (DataFormatException e) {
            throw new IllegalStateException("a benchmark process sent an unreadable histogram", e);
        }
    }
}
