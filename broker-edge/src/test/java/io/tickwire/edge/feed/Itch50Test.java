package io.tickwire.edge.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class Itch50Test {
    private final Itch50 itch = new Itch50();

    private static long epochNs(final String instant) {
        return TimeUnit.MILLISECONDS.toNanos(Instant.parse(instant).toEpochMilli());
    }

    private long exchangeNs(final long sinceMidnightNs, final String received) {
        final byte[] message = Datagrams.itch('A', 1, sinceMidnightNs, null);
        return itch.exchangeNs(new UnsafeBuffer(message), 0, message.length, epochNs(received));
    }

    @Test
    void timeOfDayIsPlacedOnTheExchangesDay() {
        final long halfPastNine = TimeUnit.MINUTES.toNanos(570) + 123;
        assertEquals(epochNs("2026-01-15T14:30:00Z") + 123, exchangeNs(halfPastNine, "2026-01-15T14:30:01Z"));
        // Daylight saving time, and a receive time that is the next day already in UTC.
        assertEquals(epochNs("2026-07-15T13:30:00Z") + 123, exchangeNs(halfPastNine, "2026-07-16T01:00:00Z"));
    }

    @Test
    void timeBeyondADayIsUnknown() {
        assertEquals(0, exchangeNs(TimeUnit.DAYS.toNanos(1), "2026-01-15T14:30:01Z"));
    }

    @Test
    void tradesAndStatusAreKeptBookMessagesAreNot() {
        for (final char type : "SRHYLVWKJhECPQBNO".toCharArray()) {
            assertTrue(itch.mustKeep(new UnsafeBuffer(new byte[] {(byte) type}), 0, 1), () -> "type " + type);
        }
        for (final char type : "AFXDUI".toCharArray()) {
            assertFalse(itch.mustKeep(new UnsafeBuffer(new byte[] {(byte) type}), 0, 1), () -> "type " + type);
        }
    }

    @Test
    void highestLocateHasASymbolToo() {
        final byte[] directory = Datagrams.itch('R', 65535, 0, "ZVZZT");
        final UnsafeBuffer message = new UnsafeBuffer(directory);
        itch.learn(message, 0, directory.length);
        final int key = itch.keyIndex(message, 0, directory.length);
        assertEquals("ZVZZT   ", itch.keys().getStringWithoutLengthAscii(key, 8));
        itch.reset();
        assertEquals(MessageProtocol.NO_KEY, itch.keyIndex(message, 0, directory.length));
    }
}
