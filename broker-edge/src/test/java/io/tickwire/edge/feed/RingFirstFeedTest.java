package io.tickwire.edge.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.config.FeedFirst;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.shm.ChannelPublisher;
import io.tickwire.edge.shm.ChannelRegistry;
import io.tickwire.edge.shm.RegistrySettings;
import io.tickwire.edge.shm.SharedMemorySubscriber;
import io.tickwire.edge.shm.SharedRecord;
import io.tickwire.edge.shm.SubscriptionHandler;
import io.tickwire.edge.shm.SubscriptionSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A feed whose messages are published before they are journalled, with a subscriber that looks in between. */
class RingFirstFeedTest {
    private static final long RECEIVE_NS = 1_700_000_000_123_456_789L;

    private final CapturingJournal journal = new CapturingJournal();
    private final List<String> events = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();
    private ChannelRegistry registry;
    private SharedMemorySubscriber subscriber;
    private FeedHandler feed;

    @BeforeEach
    void open(@TempDir final Path directory) {
        registry = ChannelRegistry.open(
                RegistrySettings.defaults(directory, directory).withRingBytes(1 << 17), 0);
        final ChannelPublisher channel = registry.create("t", 1, 2, 0, 0);
        subscriber = SharedMemorySubscriber.open(SubscriptionSettings.live(directory, "t", 0, null));
        feed = new FeedHandler(
                "f",
                new MoldUdp64(),
                new Itch50(),
                journal,
                channel,
                FeedFirst.RING,
                () -> RECEIVE_NS + 500,
                new Events(),
                new FeedCounters(),
                ShardStats.unshared());
    }

    @AfterEach
    void close() {
        subscriber.close();
        registry.close();
    }

    private void receive(final UnsafeBuffer datagram) {
        feed.onDatagram(datagram, 0, datagram.capacity(), RECEIVE_NS, 0x7f000001, 1);
    }

    private List<String> poll() {
        seen.clear();
        while (subscriber.poll(new Seen(), 100) > 0) {
            // until nothing is left
        }
        return List.copyOf(seen);
    }

    @Test
    void messagePublishedIsSeenBeforeTheJournalHasIt() {
        receive(Datagrams.mold("S1", 1, "a", "b"));
        assertEquals(List.of("0 a", "1 b"), poll());
        assertEquals(List.of(), journal.values());
        assertEquals(0, subscriber.journalledOffset());
        feed.flush();
        assertEquals(List.of("a", "b"), journal.values());
        assertEquals(2, subscriber.journalledOffset());
        assertEquals(List.of(), poll());
    }

    @Test
    void datagramsOfOneDutyCycleAreOneBatch() {
        receive(Datagrams.mold("S1", 1, "a", "b"));
        receive(Datagrams.mold("S1", 3, "c"));
        assertEquals(List.of("0 a", "1 b", "2 c"), poll());
        feed.flush();
        feed.flush();
        receive(Datagrams.mold("S1", 4, "d"));
        feed.flush();
        assertEquals(List.of("a", "b", "c", "d"), journal.values());
        assertEquals(
                List.of(0L, 1L, 2L, 3L),
                journal.records.stream().map(CapturingJournal.Captured::offset).toList());
        assertEquals(2, journal.batchCount);
        assertEquals(4, feed.counters().messages());
    }

    @Test
    void burstBeyondTheClaimGoesOnInAnotherBatch() {
        final String text = "x".repeat(1000);
        final int datagrams = 3 * FeedWriter.BURST_BYTES / text.length();
        for (int i = 0; i < datagrams; i++) {
            receive(Datagrams.mold("S1", 1 + i, text));
            assertEquals(List.of(i + " " + text), poll());
        }
        feed.flush();
        assertEquals(datagrams, journal.records.size());
        assertTrue(journal.batchCount > 2 && journal.batchCount < 6, () -> journal.batchCount + " batches");
    }

    @Test
    void journalThatCannotTakeItIsAskedBeforeAnythingIsPublished() {
        journal.refusing = true;
        receive(Datagrams.mold("S1", 1, "a", "b"));
        assertEquals(List.of(), poll());
        assertEquals(List.of("gap 1+2 NOT_JOURNALLED"), events);
    }

    @Test
    void commitThatFailsTakesBackWhatWasSeen() {
        receive(Datagrams.mold("S1", 1, "a"));
        feed.flush();
        journal.commitFails = true;
        receive(Datagrams.mold("S1", 2, "b"));
        receive(Datagrams.mold("S1", 3, "c"));
        assertEquals(List.of("0 a", "1 b", "2 c"), poll());
        feed.flush();
        journal.commitFails = false;
        receive(Datagrams.mold("S1", 4, "d"));
        feed.flush();
        assertEquals(List.of("gap 3 1 TRUNCATED", "1 d"), poll());
        assertEquals(List.of("a", "d"), journal.values());
        assertEquals(List.of("gap 2+2 NOT_JOURNALLED"), events);
        assertEquals(2, feed.counters().journalRefused());
        assertEquals(2, feed.counters().messages());
    }

    @Test
    void claimThatFailsTakesBackWhatWasSeen() {
        journal.claimFails = true;
        receive(Datagrams.mold("S1", 1, "a"));
        assertEquals(List.of("0 a", "gap 1 0 TRUNCATED"), poll());
        journal.claimFails = false;
        receive(Datagrams.mold("S1", 2, "b"));
        feed.flush();
        assertEquals(List.of("0 b"), poll());
        assertEquals(List.of("gap 1+1 NOT_JOURNALLED"), events);
    }

    @Test
    void retractionOverwrittenBeforeItWasReadIsToldAfterTheLap() {
        receive(Datagrams.mold("S1", 1, "a", "b"));
        assertEquals(List.of("0 a", "1 b"), poll());
        journal.commitFails = true;
        feed.flush();
        journal.commitFails = false;
        final String text = "y".repeat(500);
        for (int i = 0; i < 400; i++) {
            receive(Datagrams.mold("S1", 3 + i, text));
            feed.flush();
        }
        receive(Datagrams.mold("S1", 403, "end"));
        final List<String> told = poll();
        assertEquals(List.of("gap 2 0 TRUNCATED", "gap 0 400 LAPPED", "400 end"), told);
    }

    @Test
    void somebodyElsesAppendEndsTheBatchFirst() {
        receive(Datagrams.mold("S1", 1, "a"));
        journal.holder.endClaim();
        assertEquals(List.of("a"), journal.values());
        journal.nextOffset++; // The other's record.
        receive(Datagrams.mold("S1", 2, "b"));
        feed.flush();
        assertEquals(2, journal.records.get(1).offset());
    }

    @Test
    void sequenceGapEndsTheBatchSoThatARefusalNamesTheRightMessages() {
        receive(Datagrams.mold("S1", 1, "a"));
        receive(Datagrams.mold("S1", 5, "e"));
        assertEquals(1, journal.batchCount);
        journal.commitFails = true;
        feed.flush();
        assertEquals(List.of("gap 2+3 NOT_RECEIVED", "gap 5+1 NOT_JOURNALLED"), events);
    }

    @Test
    void datagramTooLargeForTheRingIsJournalledFirst() {
        final String large = "z".repeat(20_000); // More than an eighth of the ring.
        receive(Datagrams.mold("S1", 1, large, "small"));
        assertEquals(2, journal.records.size());
        assertEquals(List.of("gap 0 1 IN_JOURNAL", "1 small"), poll());
    }

    @Test
    void batchThatTheJournalCutsShortIsJournalledFirst() {
        journal.maxBatchBytes = 300;
        final String[] messages =
                IntStream.range(0, 50).mapToObj(i -> "message " + i).toArray(String[]::new);
        receive(Datagrams.mold("S1", 1, messages));
        assertEquals(List.of(messages), journal.values());
        assertEquals(50, poll().size());
    }

    private final class Seen implements SubscriptionHandler {
        @Override
        public void onRecord(final SharedRecord record) {
            seen.add(record.offset() + " "
                    + record.buffer().getStringWithoutLengthAscii(record.valueIndex(), record.valueLength()));
        }

        @Override
        public void onGap(final long firstMissing, final long nextOffset, final SubscriptionHandler.GapCause cause) {
            seen.add("gap " + firstMissing + " " + nextOffset + " " + cause);
        }
    }

    private final class Events implements FeedEvents {
        @Override
        public void onGap(
                final String name,
                final String session,
                final long first,
                final long count,
                final FeedEvents.GapCause cause,
                final long receiveEpochNs) {
            events.add("gap " + first + "+" + count + " " + cause);
        }

        @Override
        public void onSessionChange(final String name, final String session, final long firstSequence) {}

        @Override
        public void onEndOfSession(final String name, final String session, final long nextSequence) {}
    }
}
