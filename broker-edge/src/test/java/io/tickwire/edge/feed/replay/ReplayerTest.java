package io.tickwire.edge.feed.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.feed.Framing;
import io.tickwire.edge.feed.MoldUdp64;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ReplayerTest {
    /** What left, and when by the turned clock. */
    private record Sent(long atNs, Framing.Kind kind, long sequence, List<String> messages) {}

    private final List<Sent> sent = new ArrayList<>();
    private final ManualTimer timer = new ManualTimer();

    private static final class ManualTimer implements Replayer.Timer {
        long nowNs = 1_000;

        @Override
        public long nanoTime() {
            return nowNs;
        }

        @Override
        public void waitUntil(final long deadlineNs, final long spinNs) {
            nowNs = Math.max(nowNs, deadlineNs);
        }
    }

    /** Messages "0", "1", … recorded at given times. */
    private static final class ListSource implements MessageSource {
        private final long[] timesNs;
        private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[16]);
        private int index = -1;
        private int length;

        ListSource(final long... timesNs) {
            this.timesNs = timesNs;
        }

        @Override
        public boolean next() {
            if (++index == timesNs.length) {
                return false;
            }
            length = buffer.putStringWithoutLengthAscii(0, Integer.toString(index));
            return true;
        }

        @Override
        public DirectBuffer buffer() {
            return buffer;
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
            return timesNs[index];
        }

        @Override
        public void close() {}
    }

    private class Capture implements DatagramSender {
        @Override
        public void send(final ByteBuffer datagram) {
            final byte[] copy = new byte[datagram.remaining()];
            datagram.get(copy);
            final MoldUdp64 mold = new MoldUdp64();
            final UnsafeBuffer bytes = new UnsafeBuffer(copy);
            final Framing.Kind kind = mold.wrap(bytes, 0, copy.length);
            final List<String> messages = new ArrayList<>();
            while (mold.next()) {
                messages.add(bytes.getStringWithoutLengthAscii(mold.messageOffset(), mold.messageLength()));
            }
            sent.add(new Sent(timer.nowNs - 1_000, kind, mold.firstSequence(), messages));
        }

        @Override
        public void close() {}
    }

    private Replayer.Result play(final MessageSource source, final ReplaySettings settings) throws IOException {
        return new Replayer(source, new Capture(), settings, timer).run(() -> false);
    }

    @Test
    void evenRateSendsEachMessageWhenDueThenEndsTheSession() throws IOException {
        final Replayer.Result result = play(
                new ListSource(0, 0, 0),
                ReplaySettings.mold(new Pace.Rate(1_000_000), "S").withEndOfSessionCount(2));
        assertEquals(
                List.of(
                        new Sent(0, Framing.Kind.MESSAGES, 1, List.of("0")),
                        new Sent(1_000, Framing.Kind.MESSAGES, 2, List.of("1")),
                        new Sent(2_000, Framing.Kind.MESSAGES, 3, List.of("2")),
                        new Sent(2_000, Framing.Kind.END_OF_SESSION, 4, List.of()),
                        new Sent(1_000_002_000, Framing.Kind.END_OF_SESSION, 4, List.of())),
                sent);
        assertEquals(new Replayer.Result(3, 3, 3 * 23, 2_000, 0, 4), result);
    }

    @Test
    void recordedPaceKeepsTheRecordedGapsAndBeatsInSilence() throws IOException {
        final long base = TimeUnit.HOURS.toNanos(9);
        play(
                new ListSource(base, base + 500, base + 2_500_000_000L),
                ReplaySettings.mold(new Pace.Recorded(), "S").withEndOfSessionCount(0));
        assertEquals(
                List.of(
                        new Sent(0, Framing.Kind.MESSAGES, 1, List.of("0")),
                        new Sent(500, Framing.Kind.MESSAGES, 2, List.of("1")),
                        new Sent(1_000_000_500, Framing.Kind.HEARTBEAT, 3, List.of()),
                        new Sent(2_000_000_500, Framing.Kind.HEARTBEAT, 3, List.of()),
                        new Sent(2_500_000_000L, Framing.Kind.MESSAGES, 3, List.of("2"))),
                sent);
    }

    @Test
    void lateSenderCatchesUpWithoutMovingLaterDueTimes() throws IOException {
        final Capture slowFirst = new Capture() {
            @Override
            public void send(final ByteBuffer datagram) {
                super.send(datagram);
                if (sent.size() == 1) {
                    timer.nowNs += 3_500;
                }
            }
        };
        final Replayer.Result result = new Replayer(
                        new ListSource(0, 0, 0, 0, 0, 0),
                        slowFirst,
                        ReplaySettings.mold(new Pace.Rate(1_000_000), "S").withEndOfSessionCount(0),
                        timer)
                .run(() -> false);
        assertEquals(
                List.of(
                        new Sent(0, Framing.Kind.MESSAGES, 1, List.of("0")),
                        new Sent(3_500, Framing.Kind.MESSAGES, 2, List.of("1", "2", "3")),
                        new Sent(4_000, Framing.Kind.MESSAGES, 5, List.of("4")),
                        new Sent(5_000, Framing.Kind.MESSAGES, 6, List.of("5"))),
                sent);
        assertEquals(2_500, result.maxLagNs());
    }

    @Test
    void unlimitedFillsDatagramsToTheirSize() throws IOException {
        final ReplaySettings settings = new ReplaySettings(new Pace.Unlimited(), "S", 10, 64, 0xFFFE, 0, 0);
        play(new ListSource(new long[40]), settings);
        assertTrue(sent.size() > 2);
        assertEquals(10, sent.getFirst().sequence());
        assertEquals(
                IntStream.range(0, 40).mapToObj(Integer::toString).toList(),
                sent.stream().flatMap(s -> s.messages().stream()).toList());
        long sequence = 10;
        for (final Sent datagram : sent) {
            assertEquals(sequence, datagram.sequence());
            sequence += datagram.messages().size();
        }
    }

    @Test
    void messageLimitSplitsDatagrams() throws IOException {
        play(
                new ListSource(new long[5]),
                ReplaySettings.mold(new Pace.Unlimited(), "S")
                        .withMaxMessagesPerDatagram(2)
                        .withEndOfSessionCount(0));
        assertEquals(
                List.of(2, 2, 1), sent.stream().map(s -> s.messages().size()).toList());
    }

    @Test
    void stoppedPlayStillEndsTheSession() throws IOException {
        final Replayer.Result result = new Replayer(
                        new ListSource(new long[100]), new Capture(), ReplaySettings.mold(new Pace.Rate(1), "S"), timer)
                .run(() -> timer.nowNs > 3_000_000_000L);
        assertEquals(3, result.messages());
        assertEquals(Framing.Kind.END_OF_SESSION, sent.getLast().kind());
    }
}
