package io.tickwire.edge.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.shm.SharedMemorySubscriber.State;
import io.tickwire.edge.shm.SubscriptionHandler.GapCause;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedMemorySubscriberTest {
    private final RecordingHandler handler = new RecordingHandler();
    private ShmFixture broker;

    @BeforeEach
    void start(@TempDir final Path directory) {
        broker = new ShmFixture(directory.resolve("shm"));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void drain(final SharedMemorySubscriber subscriber) {
        while (subscriber.poll(handler, 100) > 0) {
            // until nothing is left
        }
    }

    /** Polls until the subscriber has re-attached, which it tries every 10 ms. */
    private void drainUntil(final SharedMemorySubscriber subscriber, final long nextOffset) {
        final long deadlineNs = System.nanoTime() + 10_000_000_000L;
        while (subscriber.nextOffset() != nextOffset || subscriber.state() != State.LIVE) {
            subscriber.poll(handler, 100);
            assertTrue(System.nanoTime() - deadlineNs < 0, () -> "stuck at " + subscriber.nextOffset());
            Thread.onSpinWait();
        }
    }

    private static List<Long> range(final long from, final long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private SharedMemorySubscriber open(final SubscriptionPolicy policy) {
        return SharedMemorySubscriber.open(broker.live(policy));
    }

    private SharedMemorySubscriber from(final long offset) {
        return SharedMemorySubscriber.open(
                broker.live(SubscriptionPolicy.CATCH_UP).withStart(offset));
    }

    @Test
    void liveRecordPublishedIsDeliveredWhole() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.SKIP)) {
            assertEquals(0, subscriber.poll(handler, 10));
            broker.publish("AAPL    ", "an order");
            broker.publish(null, null);
            assertEquals(2, subscriber.poll(handler, 10));
            assertEquals(new RecordingHandler.Received(0, 1, "AAPL    ", "an order", 4), handler.records.get(0));
            assertNull(handler.records.get(1).key());
            assertNull(handler.records.get(1).value());
            assertEquals(1_000_000L, subscriber.epochOffsetNs());
            assertTrue(handler.gaps.isEmpty());
        }
    }

    @Test
    void liveManyLapsReadInStepAreAllDelivered() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.SKIP)) {
            for (int round = 0; round < 100; round++) {
                broker.publishMany(100);
                drain(subscriber);
            }
            assertEquals(range(0, 10_000), handler.offsets());
            assertTrue(handler.gaps.isEmpty());
            assertTrue(broker.channel.tail() > 10L * ShmFixture.RING_BYTES, "the ring went round");
        }
    }

    @Test
    void skipLappedReportsEveryLostOffsetOnce() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.SKIP)) {
            broker.publishMany(10);
            drain(subscriber);
            broker.publishMany(5_000);
            drain(subscriber);
            broker.publishMany(3);
            drain(subscriber);
            assertEquals(List.of(new RecordingHandler.Gap(10, 5_010, GapCause.LAPPED)), handler.gaps);
            assertEquals(
                    LongStream.concat(LongStream.range(0, 10), LongStream.range(5_010, 5_013))
                            .boxed()
                            .toList(),
                    handler.offsets());
            assertEquals(1, subscriber.counters().laps());
        }
    }

    @Test
    void catchUpLappedReadsTheJournalAndJoinsTheRingAgain() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.CATCH_UP)) {
            broker.publishMany(10);
            drain(subscriber);
            broker.publishMany(5_000);
            assertEquals(7, subscriber.poll(handler, 7));
            assertEquals(State.CATCHING_UP, subscriber.state());
            broker.publishMany(100);
            drain(subscriber);
            assertEquals(State.LIVE, subscriber.state());
            broker.publishMany(100);
            drain(subscriber);
            assertEquals(range(0, 5_210), handler.offsets());
            assertTrue(handler.gaps.isEmpty());
            assertEquals(5_000, subscriber.counters().fromJournal());
        }
    }

    @Test
    void catchUpLappedAgainDuringCatchUpStillDeliversEachOnce() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.CATCH_UP)) {
            for (int round = 0; round < 20; round++) {
                broker.publishMany(3_000);
                subscriber.poll(handler, 1_700);
            }
            drain(subscriber);
            assertEquals(range(0, 60_000), handler.offsets());
            assertTrue(handler.gaps.isEmpty());
        }
    }

    @Test
    void catchUpRetentionOvertookReportsWhatIsGone() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.CATCH_UP)) {
            broker.publishMany(5_000);
            broker.journal.start = 1_000;
            broker.journal.records.headMap(1_000L).clear();
            drain(subscriber);
            assertEquals(List.of(new RecordingHandler.Gap(0, 1_000, GapCause.RETENTION)), handler.gaps);
            assertEquals(range(1_000, 5_000), handler.offsets());
        }
    }

    @Test
    void disconnectLappedReportsAndEnds() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.DISCONNECT)) {
            broker.publishMany(5_000);
            drain(subscriber);
            broker.publishMany(1);
            drain(subscriber);
            assertEquals(State.ENDED, subscriber.state());
            assertEquals(List.of(new RecordingHandler.Gap(0, 5_000, GapCause.LAPPED)), handler.gaps);
            assertTrue(handler.records.isEmpty());
        }
    }

    @Test
    void conflateSlowHandlerGetsLastValuePerKeyAndEveryKeptRecord() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.CONFLATE)) {
            broker.publish("AAPL    ", "quote 1");
            broker.publish("MSFT    ", "quote 2");
            broker.publish("AAPL    ", "trade 1", RingLayout.FLAG_KEEP);
            broker.publish("AAPL    ", "quote 3");
            broker.publish("MSFT    ", "quote 4");
            broker.publish("AAPL    ", "quote 5");
            subscriber.poll(handler, 100);
            assertEquals(
                    List.of("quote 1", "quote 4", "trade 1", "quote 5"),
                    handler.records.stream()
                            .map(RecordingHandler.Received::value)
                            .toList());
            assertEquals(2, subscriber.counters().conflated());
            broker.publish("AAPL    ", "quote 6");
            subscriber.poll(handler, 100);
            assertEquals("quote 6", handler.records.getLast().value());
        }
    }

    @Test
    void conflateLappedKeepsEveryTradeFromTheJournal() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.CONFLATE)) {
            for (int i = 0; i < 5_000; i++) {
                broker.publish("AAPL    ", "m" + i, i % 100 == 0 ? RingLayout.FLAG_KEEP : 0);
            }
            drain(subscriber);
            for (long i = 0; i < 5_000; i += 100) {
                assertTrue(handler.offsets().contains(i), "trade at " + i);
            }
            assertEquals(4_999, handler.offsets().getLast());
            assertEquals(5_000, handler.records.size() + subscriber.counters().conflated());
            assertTrue(handler.gaps.isEmpty());
        }
    }

    @Test
    void attachReadsHistoryFromWhereItIsToldThenLive() {
        broker.publishMany(5_000);
        try (SharedMemorySubscriber earliest = from(SubscriptionSettings.EARLIEST);
                SharedMemorySubscriber later = from(40)) {
            broker.publishMany(10);
            drain(earliest);
            assertEquals(range(0, 5_010), handler.offsets());
            handler.records.clear();
            drain(later);
            assertEquals(range(40, 5_010), handler.offsets());
        }
    }

    @Test
    void offsetBeyondTheEndIsTruncation() {
        broker.publishMany(100);
        try (SharedMemorySubscriber subscriber = from(200)) {
            drain(subscriber);
            broker.publishMany(150);
            drain(subscriber);
            assertEquals(List.of(new RecordingHandler.Gap(200, 100, GapCause.TRUNCATED)), handler.gaps);
            assertEquals(range(100, 250), handler.offsets());
        }
    }

    @Test
    void symbolFilterDeliversOnlyItsSymbols() {
        final SymbolFilter filter = new SymbolFilter(Set.of("SYM3", "SYM7"), false);
        try (SharedMemorySubscriber subscriber = SharedMemorySubscriber.open(
                broker.live(SubscriptionPolicy.CATCH_UP).withFilter(filter))) {
            broker.publishMany(5_000);
            broker.publish(null, "system event");
            drain(subscriber);
            assertEquals(1_000, handler.records.size());
            assertTrue(handler.records.stream()
                    .allMatch(r -> r.key().equals("SYM3    ") || r.key().equals("SYM7    ")));
            assertEquals(4_001, subscriber.counters().filtered());
        }
    }

    @Test
    void oversizedRecordComesFromTheJournalInItsPlace() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.CATCH_UP)) {
            broker.publish("A", "before");
            broker.publish("B", "x".repeat(20_000));
            broker.publish("C", "after");
            drain(subscriber);
            assertEquals(range(0, 3), handler.offsets());
            assertEquals(20_000, handler.records.get(1).value().length());
        }
    }

    @Test
    void oversizedRecordWithoutJournalIsAReportedGap() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.SKIP)) {
            broker.publish("A", "before");
            broker.publish("B", "x".repeat(20_000));
            broker.publish("C", "after");
            drain(subscriber);
            assertEquals(List.of(0L, 2L), handler.offsets());
            assertEquals(List.of(new RecordingHandler.Gap(1, 2, GapCause.IN_JOURNAL)), handler.gaps);
        }
    }

    @Test
    void offsetsWithoutRecordsAreNoGap() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.SKIP)) {
            broker.publish("A", "a");
            broker.channel.publishNoRecords(1, 3);
            broker.journal.end = 4;
            broker.publish("B", "b");
            drain(subscriber);
            assertEquals(List.of(0L, 4L), handler.offsets());
            assertTrue(handler.gaps.isEmpty());
        }
    }

    @Test
    void brokerRestartedSubscriberGoesOnWhereItWas() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.CATCH_UP)) {
            broker.publishMany(10);
            subscriber.poll(handler, 4);
            broker.restart();
            broker.publishMany(10);
            drainUntil(subscriber, 20);
            assertEquals(range(0, 20), handler.offsets());
            assertEquals(1, subscriber.counters().restarts());
            assertTrue(handler.gaps.isEmpty());
        }
    }

    @Test
    void brokerRestartedWithoutJournalReportsWhatWasMissed() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.SKIP)) {
            broker.publishMany(10);
            drain(subscriber);
            broker.restart();
            broker.publishMany(5);
            drainUntil(subscriber, 15);
            assertEquals(List.of(new RecordingHandler.Gap(10, 15, GapCause.AWAY)), handler.gaps);
        }
    }

    @Test
    void brokerRestartedWithShorterLogReportsTruncation() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.CATCH_UP)) {
            broker.publishMany(10);
            drain(subscriber);
            broker.journal.records.tailMap(8L).clear();
            broker.journal.end = 8;
            broker.restart();
            drainUntil(subscriber, 8);
            broker.publishMany(2);
            drainUntil(subscriber, 10);
            assertEquals(List.of(new RecordingHandler.Gap(10, 8, GapCause.TRUNCATED)), handler.gaps);
            assertEquals(List.of(8L, 9L), handler.offsets().subList(10, 12));
        }
    }

    @Test
    void topicRecreatedIsReportedAndReadFromItsStart() {
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.CATCH_UP)) {
            broker.publishMany(10);
            drain(subscriber);
            broker.recreateTopic();
            broker.publishMany(3);
            drainUntil(subscriber, 3);
            assertEquals(List.of(new RecordingHandler.Gap(10, 0, GapCause.TOPIC_RECREATED)), handler.gaps);
            assertEquals(List.of(0L, 1L, 2L), handler.offsets().subList(10, 13));
        }
    }

    @Test
    void noBrokerYetSubscriberWaitsAndAttaches(@TempDir final Path elsewhere) {
        final Path directory = elsewhere.resolve("later");
        try (SharedMemorySubscriber subscriber =
                SharedMemorySubscriber.open(SubscriptionSettings.live(directory, ShmFixture.TOPIC, 0, null))) {
            assertEquals(State.WAITING, subscriber.state());
            assertEquals(0, subscriber.poll(handler, 1));
            try (ShmFixture late = new ShmFixture(directory)) {
                drainUntil(subscriber, 0);
                late.publish("A", "a");
                drain(subscriber);
                assertEquals(List.of(0L), handler.offsets());
            }
        }
    }

    @Test
    void ringCutOffUnderTheReaderEndsItWithoutACrash() throws IOException {
        final Path ring;
        try (RegistryView view = RegistryView.open(broker.directory)) {
            ring = view.find(ShmFixture.TOPIC, 0);
        }
        try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.SKIP)) {
            assertEquals(0, subscriber.poll(handler, 1));
            try (FileChannel file = FileChannel.open(ring, StandardOpenOption.WRITE)) {
                file.truncate(0);
            }
            drain(subscriber);
            assertEquals(State.ENDED, subscriber.state());
            assertTrue(subscriber.isRingBroken());
        }
    }

    @Test
    void ringOverwrittenWithNoiseEndsTheReaderWithoutACrash() throws IOException {
        final Path ring;
        try (RegistryView view = RegistryView.open(broker.directory)) {
            ring = view.find(ShmFixture.TOPIC, 0);
        }
        final java.util.Random random = new java.util.Random(42);
        for (int round = 0; round < 200; round++) {
            try (SharedMemorySubscriber subscriber = open(SubscriptionPolicy.SKIP)) {
                broker.publishMany(20);
                try (MappedFile file = MappedFile.open(ring, FileChannel.MapMode.READ_WRITE, 0)) {
                    for (int i = 0; i < 50; i++) {
                        final int index = RingLayout.HEADER_BYTES + random.nextInt(ShmFixture.RING_BYTES - 8);
                        file.buffer().putLong(index, random.nextLong());
                    }
                }
                drain(subscriber);
                assertFalse(subscriber.state() == State.WAITING, "seed 42, round " + round);
            }
        }
        assertTrue(Files.exists(ring));
    }
}
