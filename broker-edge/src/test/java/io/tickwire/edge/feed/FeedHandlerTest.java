package io.tickwire.edge.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.config.FeedFirst;
import io.tickwire.edge.metrics.ShardStats;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class FeedHandlerTest {
    private static final long RECEIVE_NS = 1_700_000_000_123_456_789L;

    private final CapturingJournal journal = new CapturingJournal();
    private final List<String> events = new ArrayList<>();
    private final FeedHandler feed = feed(new MoldUdp64(), new Itch50());

    private FeedHandler feed(final Framing framing, final MessageProtocol protocol) {
        return new FeedHandler(
                "f",
                framing,
                protocol,
                journal,
                null,
                FeedFirst.JOURNAL,
                () -> RECEIVE_NS + 500,
                new FeedEvents() {
                    @Override
                    public void onGap(
                            final String name,
                            final String session,
                            final long first,
                            final long count,
                            final GapCause cause,
                            final long receiveEpochNs) {
                        events.add("gap " + session + " " + first + "+" + count + " " + cause);
                    }

                    @Override
                    public void onSessionChange(final String name, final String session, final long firstSequence) {
                        events.add("session " + session + " at " + firstSequence);
                    }

                    @Override
                    public void onEndOfSession(final String name, final String session, final long nextSequence) {
                        events.add("end " + session + " at " + nextSequence);
                    }
                },
                new FeedCounters(),
                ShardStats.unshared());
    }

    private void receive(final UnsafeBuffer datagram) {
        receive(feed, datagram);
    }

    private static void receive(final FeedHandler handler, final UnsafeBuffer datagram) {
        // At an odd offset, as it may lie in a frame.
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[datagram.capacity() + 7]);
        frame.putBytes(3, datagram, 0, datagram.capacity());
        handler.onDatagram(frame, 3, datagram.capacity(), RECEIVE_NS, 0x7f000001, 1);
    }

    private List<Long> sequences() {
        return journal.records.stream().map(CapturingJournal.Captured::sequence).toList();
    }

    @Test
    void freshDatagramBecomesOneBatchWithKeysAndHeaders() {
        final byte[] system = Datagrams.itch('S', 0, 5, null);
        final byte[] directory = Datagrams.itch('R', 77, 6, "AAPL");
        final byte[] add = Datagrams.itch('A', 77, 7, null);
        final byte[] unknown = Datagrams.itch('A', 78, 8, null);
        receive(Datagrams.mold("S1", 1, system, directory, add, unknown));

        assertEquals(1, journal.batchCount);
        assertEquals(List.of(1L, 2L, 3L, 4L), sequences());
        assertNull(journal.records.get(0).key());
        assertEquals("AAPL    ", journal.records.get(1).key());
        assertEquals("AAPL    ", journal.records.get(2).key());
        assertNull(journal.records.get(3).key());
        assertEquals(
                new String(add, StandardCharsets.ISO_8859_1),
                journal.records.get(2).value());
        assertTrue(journal.records.stream().allMatch(r -> r.receiveNs() == RECEIVE_NS));
        assertEquals(4, feed.counters().messages());
        assertEquals(5, feed.counters().expectedSequence());
        assertTrue(events.isEmpty());
    }

    @Test
    void duplicateDatagramIsDropped() {
        receive(Datagrams.mold("S1", 1, "a", "b"));
        receive(Datagrams.mold("S1", 1, "a", "b"));
        assertEquals(List.of("a", "b"), journal.values());
        assertEquals(2, feed.counters().duplicates());
    }

    @Test
    void overlappingDatagramGivesOnlyItsNewMessages() {
        receive(Datagrams.mold("S1", 1, "a", "b"));
        receive(Datagrams.mold("S1", 2, "b", "c", "d"));
        assertEquals(List.of("a", "b", "c", "d"), journal.values());
        assertEquals(List.of(1L, 2L, 3L, 4L), sequences());
        assertEquals(1, feed.counters().duplicates());
    }

    @Test
    void missedDatagramIsAGapAndDeliveryGoesOn() {
        receive(Datagrams.mold("S1", 1, "a"));
        receive(Datagrams.mold("S1", 5, "e"));
        receive(Datagrams.mold("S1", 2, "late"));
        assertEquals(List.of("a", "e"), journal.values());
        assertEquals(List.of("gap S1 2+3 NOT_RECEIVED"), events);
        assertEquals(1, feed.counters().gaps());
        assertEquals(3, feed.counters().gapMessages());
        assertEquals(1, feed.counters().duplicates());
    }

    @Test
    void heartbeatAheadRevealsTheGapBeforeTheNextMessage() {
        receive(Datagrams.mold("S1", 1, "a"));
        receive(Datagrams.control("S1", 4, 0));
        assertEquals(List.of("gap S1 2+2 NOT_RECEIVED"), events);
        receive(Datagrams.mold("S1", 4, "d"));
        assertEquals(List.of("a", "d"), journal.values());
        assertEquals(1, feed.counters().heartbeats());
        assertEquals(1, events.size());
    }

    @Test
    void endOfSessionRepeatedIsToldOnce() {
        receive(Datagrams.mold("S1", 1, "a"));
        receive(Datagrams.control("S1", 2, MoldUdp64.END_OF_SESSION_COUNT));
        receive(Datagrams.control("S1", 2, MoldUdp64.END_OF_SESSION_COUNT));
        assertEquals(List.of("end S1 at 2"), events);
        assertEquals(1, feed.counters().sessionsEnded());
    }

    @Test
    void newSessionStartsOverAtOneAndForgetsSymbols() {
        receive(Datagrams.mold("S1", 1, Datagrams.itch('R', 77, 6, "AAPL")));
        receive(Datagrams.mold("S2", 3, Datagrams.itch('A', 77, 7, null)));
        assertEquals(List.of("session S2 at 3", "gap S2 1+2 NOT_RECEIVED"), events);
        assertNull(journal.records.get(1).key());
        receive(Datagrams.mold("S1", 2, Datagrams.itch('A', 77, 7, null)));
        assertEquals(2, journal.records.size());
        assertEquals(1, feed.counters().staleSession());
    }

    @Test
    void joinedLateStartsWhereTheFeedIs() {
        receive(Datagrams.mold("S1", 1_000_000, "m"));
        assertTrue(events.isEmpty());
        assertEquals(List.of(1_000_000L), sequences());
    }

    @Test
    void malformedDatagramsAreCountedAndDropNothingElse() {
        final UnsafeBuffer cut = Datagrams.mold("S1", 1, "abc", "def");
        receive(new UnsafeBuffer(cut, 0, cut.capacity() - 1));
        receive(new UnsafeBuffer(cut, 0, 19));
        receive(new UnsafeBuffer(new byte[0]));
        receive(Datagrams.mold("S1", -5, "x"));
        receive(Datagrams.mold("S1", Long.MAX_VALUE, "x"));
        assertEquals(5, feed.counters().malformed());
        assertTrue(journal.records.isEmpty());
        receive(Datagrams.mold("S1", 1, "a"));
        assertEquals(List.of("a"), journal.values());
    }

    @Test
    void emptyMessageIsARecordOfNoBytes() {
        receive(Datagrams.mold("S1", 1, "", "b"));
        assertEquals(List.of("", "b"), journal.values());
    }

    @Test
    void batchLargerThanAClaimIsSplitWithoutLoss() {
        journal.maxBatchBytes = 300;
        final String[] messages =
                LongStream.range(0, 50).mapToObj(i -> "message " + i).toArray(String[]::new);
        receive(Datagrams.mold("S1", 1, messages));
        assertEquals(List.of(messages), journal.values());
        assertEquals(LongStream.rangeClosed(1, 50).boxed().toList(), sequences());
        assertTrue(journal.batchCount > 5);
    }

    @Test
    void journalRefusingIsAReportedGap() {
        receive(Datagrams.mold("S1", 1, "a"));
        journal.refusing = true;
        receive(Datagrams.mold("S1", 2, "b", "c"));
        journal.refusing = false;
        receive(Datagrams.mold("S1", 4, "d"));
        assertEquals(List.of("a", "d"), journal.values());
        assertEquals(List.of("gap S1 2+2 NOT_JOURNALLED"), events);
        assertEquals(2, feed.counters().journalRefused());
    }

    @Test
    void rawFramingTakesEveryDatagramWhole() {
        final FeedHandler raw = feed(new RawFraming(), new OpaqueProtocol());
        receive(raw, Datagrams.mold("S1", 1, "a"));
        receive(raw, Datagrams.mold("S1", 1, "a"));
        assertEquals(2, journal.records.size());
        assertEquals(23, journal.records.get(0).value().length());
        assertEquals(0, journal.records.get(0).sequence());
        assertNull(journal.records.get(0).key());
    }
}
