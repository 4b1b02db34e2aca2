package io.tickwire.edge.feed.replay;

import io.tickwire.edge.feed.Itch50;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A made-up Nasdaq TotalView-ITCH 5.0 session, the same for the same seed: start-of-messages and system-hours events, a stock directory with
 * trading states, start of market, then orders that rest, execute, shrink, move and go, and trades against hidden ones. Prices walk at random;
 * referenced orders exist; time grows. Allocates nothing per message.
 */
public final class SyntheticItch implements MessageSource {
    private static final long OPEN_NS = TimeUnit.MINUTES.toNanos(9 * 60 + 30);
    private static final long MEAN_GAP_NS = 10_000;
    private static final int LIVE_ORDERS = 4096;
    private static final String[] NAMES = {
        "AAPL", "MSFT", "NVDA", "AMZN", "META", "GOOGL", "TSLA", "AVGO", "COST", "NFLX", "AMD", "ADBE", "PEP", "CSCO",
        "INTC", "QCOM"
    };

    private final SplittableRandom random;
    private final long messageLimit;
    private final int symbolCount;
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[64]);
    private final long[] symbols;
    private final int[] prices;
    private final long[] orderReference = new long[LIVE_ORDERS];
    private final int[] orderShares = new int[LIVE_ORDERS];
    private final int[] orderLocate = new int[LIVE_ORDERS];
    private long count;
    private long nextReference = 1;
    private long nextMatch = 1;
    private long timeNs = OPEN_NS - TimeUnit.HOURS.toNanos(2);
    private int length;

    /**
     * A session.
     *
     * @param messageLimit messages in all; the directory alone takes {@code 2 * symbolCount + 3}.
     */
    public SyntheticItch(final long seed, final int symbolCount, final long messageLimit) {
        if (symbolCount < 1 || symbolCount > 9_999) {
            throw new IllegalArgumentException("symbols: " + symbolCount + ", must be 1 to 9999");
        }
        this.random = new SplittableRandom(seed);
        this.symbolCount = symbolCount;
        this.messageLimit = messageLimit;
        this.symbols = new long[symbolCount + 1];
        this.prices = new int[symbolCount + 1];
        for (int locate = 1; locate <= symbolCount; locate++) {
            symbols[locate] = encode(name(locate));
            prices[locate] = 10_0000 + random.nextInt(400_0000);
        }
    }

    private static String name(final int locate) {
        return locate <= NAMES.length ? NAMES[locate - 1] : String.format("TW%04d", locate);
    }

    private static long encode(final String symbol) {
        return new UnsafeBuffer(String.format("%-8s", symbol).getBytes(StandardCharsets.US_ASCII)).getLong(0);
    }

    @Override
    public boolean next() {
        if (count == messageLimit) {
            return false;
        }
        final long opening = 2L * symbolCount + 2;
        if (count < 2) {
            systemEvent(count == 0 ? 'O' : 'S');
        } else if (count < opening) {
            final int locate = 1 + (int) ((count - 2) >> 1);
            if ((count & 1) == 0) {
                directory(locate);
            } else {
                tradingAction(locate);
            }
        } else if (count == opening) {
            timeNs = OPEN_NS;
            systemEvent('Q');
        } else {
            marketMessage();
        }
        count++;
        return true;
    }

    private void marketMessage() {
        timeNs += 1 + random.nextLong(2 * MEAN_GAP_NS);
        final int slot = random.nextInt(LIVE_ORDERS);
        final int dice = random.nextInt(100);
        if (orderReference[slot] == 0 || dice < 30) {
            addOrder(slot, dice < 2);
        } else if (dice < 40) {
            execute(slot);
        } else if (dice < 45) {
            cancelPart(slot);
        } else if (dice < 60) {
            replace(slot);
        } else if (dice < 65) {
            hiddenTrade(orderLocate[slot]);
        } else {
            delete(slot);
        }
    }

    private void begin(final char type, final int locate) {
        length = Itch50.messageLength((byte) type);
        message.putByte(0, (byte) type);
        message.putShort(1, (short) locate, ByteOrder.BIG_ENDIAN);
        message.putShort(3, (short) 0, ByteOrder.BIG_ENDIAN);
        message.putShort(5, (short) (timeNs >> 32), ByteOrder.BIG_ENDIAN);
        message.putInt(7, (int) timeNs, ByteOrder.BIG_ENDIAN);
    }

    private void systemEvent(final char event) {
        timeNs += TimeUnit.MILLISECONDS.toNanos(1);
        begin('S', 0);
        message.putByte(11, (byte) event);
    }

    private void directory(final int locate) {
        timeNs += TimeUnit.MICROSECONDS.toNanos(50);
        begin('R', locate);
        message.putLong(11, symbols[locate]);
        message.putByte(19, (byte) 'Q');
        message.putByte(20, (byte) 'N');
        message.putInt(21, 100, ByteOrder.BIG_ENDIAN);
        message.putByte(25, (byte) 'N');
        message.putByte(26, (byte) 'C');
        message.putStringWithoutLengthAscii(27, "Z PNN1N");
        message.putInt(34, 0, ByteOrder.BIG_ENDIAN);
        message.putByte(38, (byte) 'N');
    }

    private void tradingAction(final int locate) {
        begin('H', locate);
        message.putLong(11, symbols[locate]);
        message.putStringWithoutLengthAscii(19, "T     ");
    }

    private void addOrder(final int slot, final boolean attributed) {
        final int locate = 1 + random.nextInt(symbolCount);
        prices[locate] = Math.max(1_0000, prices[locate] + 100 * (random.nextInt(11) - 5));
        begin(attributed ? 'F' : 'A', locate);
        orderReference[slot] = nextReference++;
        orderShares[slot] = 100 * (1 + random.nextInt(10));
        orderLocate[slot] = locate;
        message.putLong(11, orderReference[slot], ByteOrder.BIG_ENDIAN);
        message.putByte(19, (byte) (random.nextBoolean() ? 'B' : 'S'));
        message.putInt(20, orderShares[slot], ByteOrder.BIG_ENDIAN);
        message.putLong(24, symbols[locate]);
        message.putInt(32, prices[locate], ByteOrder.BIG_ENDIAN);
        if (attributed) {
            message.putStringWithoutLengthAscii(36, "TWMM");
        }
    }

    private void execute(final int slot) {
        final int shares = Math.min(orderShares[slot], 100);
        begin('E', orderLocate[slot]);
        message.putLong(11, orderReference[slot], ByteOrder.BIG_ENDIAN);
        message.putInt(19, shares, ByteOrder.BIG_ENDIAN);
        message.putLong(23, nextMatch++, ByteOrder.BIG_ENDIAN);
        reduce(slot, shares);
    }

    private void cancelPart(final int slot) {
        final int shares = Math.max(1, orderShares[slot] / 2);
        begin('X', orderLocate[slot]);
        message.putLong(11, orderReference[slot], ByteOrder.BIG_ENDIAN);
        message.putInt(19, shares, ByteOrder.BIG_ENDIAN);
        reduce(slot, shares);
    }

    private void reduce(final int slot, final int shares) {
        orderShares[slot] -= shares;
        if (orderShares[slot] == 0) {
            orderReference[slot] = 0;
        }
    }

    private void replace(final int slot) {
        final int locate = orderLocate[slot];
        begin('U', locate);
        message.putLong(11, orderReference[slot], ByteOrder.BIG_ENDIAN);
        orderReference[slot] = nextReference++;
        message.putLong(19, orderReference[slot], ByteOrder.BIG_ENDIAN);
        message.putInt(27, orderShares[slot], ByteOrder.BIG_ENDIAN);
        message.putInt(31, prices[locate] + 100 * random.nextInt(5), ByteOrder.BIG_ENDIAN);
    }

    private void delete(final int slot) {
        begin('D', orderLocate[slot]);
        message.putLong(11, orderReference[slot], ByteOrder.BIG_ENDIAN);
        orderReference[slot] = 0;
    }

    private void hiddenTrade(final int locate) {
        begin('P', locate);
        message.putLong(11, 0, ByteOrder.BIG_ENDIAN);
        message.putByte(19, (byte) 'B');
        message.putInt(20, 100 * (1 + random.nextInt(5)), ByteOrder.BIG_ENDIAN);
        message.putLong(24, symbols[locate]);
        message.putInt(32, prices[locate], ByteOrder.BIG_ENDIAN);
        message.putLong(36, nextMatch++, ByteOrder.BIG_ENDIAN);
    }

    @Override
    public DirectBuffer buffer() {
        return message;
    }

    @Override
    public int offset() {
        return 0;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public long timeNs() {
        return timeNs;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
