package io.tickwire.compat.bench.hotpath;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Layout of a benchmark message; the rest of it is filler.
 *
 * <pre>
 *   0        8         16
 *   +--------+---------+----------- - -
 *   | sent   | sequence| filler
 *   +--------+---------+----------- - -
 * </pre>
 *
 * {@code sent} is the <em>intended</em> send time by {@link System#nanoTime()}, which on Linux is CLOCK_MONOTONIC and so the same in every process.
 */
final class Message {
    static final int MIN_BYTES = 16;
    private static final int SENT_OFFSET = 0;
    private static final int SEQUENCE_OFFSET = 8;

    private Message() {}

    static void encode(MutableDirectBuffer buffer, long sentNs, long sequence) {
        buffer.putLong(SENT_OFFSET, sentNs);
        buffer.putLong(SEQUENCE_OFFSET, sequence);
    }

    static long sentNs(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + SENT_OFFSET);
    }

    static long sequence(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + SEQUENCE_OFFSET);
    }
}
