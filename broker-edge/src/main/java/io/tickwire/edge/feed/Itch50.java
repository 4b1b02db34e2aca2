package io.tickwire.edge.feed;

import java.nio.ByteOrder;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Nasdaq TotalView-ITCH 5.0 ("Nasdaq TotalView-ITCH 5.0 Specification", message formats in §1), big endian. Every message begins
 *
 * <pre>
 *   0       1                  3                  5                        11
 *   +-------+------------------+------------------+------------------------+
 *   | type  | stock locate u16 | tracking no. u16 | ns since midnight, u48 | ...
 *   +-------+------------------+------------------+------------------------+
 * </pre>
 *
 * and the stock directory message 'R' gives the 8-character symbol of a locate code at 11. A message's key is that symbol.
 */
public final class Itch50 implements MessageProtocol {
    public static final int LOCATE_OFFSET = 1;
    public static final int TIMESTAMP_OFFSET = 5;
    public static final int COMMON_BYTES = 11;
    public static final int DIRECTORY_STOCK_OFFSET = 11;
    public static final int SYMBOL_BYTES = 8;
    public static final byte STOCK_DIRECTORY = 'R';

    private static final int LOCATE_COUNT = 1 << 16;
    private static final ZoneId EXCHANGE_ZONE = ZoneId.of("America/New_York");
    private static final long DAY_NS = TimeUnit.DAYS.toNanos(1);
    private static final int[] LENGTHS = lengths();
    private static final boolean[] KEEP = keep();

    private final UnsafeBuffer symbols = new UnsafeBuffer(new byte[LOCATE_COUNT * SYMBOL_BYTES]);
    private int highestLocate = -1;
    private long midnightNs;
    private long nextMidnightNs;

    private static int[] lengths() {
        final int[] lengths = new int[256];
        final String types = "SRHYLVWKJhAFECXDUPQBINO";
        final int[] bytes = {12, 39, 25, 20, 26, 35, 12, 28, 35, 21, 36, 40, 31, 36, 23, 19, 35, 44, 40, 19, 50, 20, 48
        };
        for (int i = 0; i < bytes.length; i++) {
            lengths[types.charAt(i)] = bytes[i];
        }
        return lengths;
    }

    private static boolean[] keep() {
        final boolean[] keep = new boolean[256];
        Arrays.fill(keep, true);
        // The order book and the imbalance indicator are states that a later message of the stock makes old; all else
        // are events.
        for (final char type : "AFXDUI".toCharArray()) {
            keep[type] = false;
        }
        return keep;
    }

    /** Length of a message of this type in bytes, 0 for an unknown type. */
    public static int messageLength(final byte type) {
        return LENGTHS[type & 0xFF];
    }

    @Override
    public void learn(final DirectBuffer buffer, final int offset, final int length) {
        if (length >= DIRECTORY_STOCK_OFFSET + SYMBOL_BYTES && buffer.getByte(offset) == STOCK_DIRECTORY) {
            final int locate = locate(buffer, offset);
            symbols.putLong(locate * SYMBOL_BYTES, buffer.getLong(offset + DIRECTORY_STOCK_OFFSET));
            highestLocate = Math.max(highestLocate, locate);
        }
    }

    @Override
    public int keyIndex(final DirectBuffer buffer, final int offset, final int length) {
        if (length < COMMON_BYTES || messageLength(buffer.getByte(offset)) == 0) {
            return NO_KEY;
        }
        final int index = locate(buffer, offset) * SYMBOL_BYTES;
        return symbols.getLong(index) == 0 ? NO_KEY : index;
    }

    private static int locate(final DirectBuffer buffer, final int offset) {
        return buffer.getShort(offset + LOCATE_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    @Override
    public DirectBuffer keys() {
        return symbols;
    }

    @Override
    public long exchangeNs(final DirectBuffer buffer, final int offset, final int length, final long receiveEpochNs) {
        if (length < COMMON_BYTES) {
            return 0;
        }
        final long high = buffer.getShort(offset + TIMESTAMP_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFFL;
        final long low = buffer.getInt(offset + TIMESTAMP_OFFSET + Short.BYTES, ByteOrder.BIG_ENDIAN) & 0xFFFF_FFFFL;
        final long sinceMidnightNs = (high << 32) | low;
        if (sinceMidnightNs >= DAY_NS) {
            return 0;
        }
        if (receiveEpochNs - nextMidnightNs >= 0 || receiveEpochNs - midnightNs < 0) {
            findMidnight(receiveEpochNs);
        }
        return midnightNs + sinceMidnightNs;
    }

    /** The wire has the time of day only; the day is that of the receive time at the exchange. Once a day, so it may allocate. */
    private void findMidnight(final long receiveEpochNs) {
        final ZonedDateTime midnight =
                Instant.ofEpochSecond(0, receiveEpochNs).atZone(EXCHANGE_ZONE).truncatedTo(ChronoUnit.DAYS);
        midnightNs = TimeUnit.SECONDS.toNanos(midnight.toEpochSecond());
        nextMidnightNs = TimeUnit.SECONDS.toNanos(midnight.plusDays(1).toEpochSecond());
    }

    @Override
    public boolean mustKeep(final DirectBuffer buffer, final int offset, final int length) {
        return length == 0 || KEEP[buffer.getByte(offset) & 0xFF];
    }

    @Override
    public void reset() {
        if (highestLocate >= 0) {
            symbols.setMemory(0, (highestLocate + 1) * SYMBOL_BYTES, (byte) 0);
            highestLocate = -1;
        }
    }
}
