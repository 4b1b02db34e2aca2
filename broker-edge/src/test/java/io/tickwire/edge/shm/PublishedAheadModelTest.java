package io.tickwire.edge.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records are published before they are journalled, and then journalled, taken back, or lost with their broker, at random. Whatever
 * happens, what a subscriber has been told adds up to what the journal holds. {@code -Dshm.model.seed} repeats a run, {@code
 * -Dshm.model.runs} makes more of them.
 */
class PublishedAheadModelTest {
    private static final long SEED = Long.getLong("shm.model.seed", System.nanoTime());
    private static final int RUNS = Integer.getInteger("shm.model.runs", 6);
    private static final int STEPS = 400;

    @TempDir
    Path directory;

    private final List<String> ahead = new ArrayList<>();
    private ShmFixture broker;
    private long written;

    @Test
    void whatASubscriberWasToldAddsUpToTheJournal() {
        System.out.println("shm.model.seed=" + SEED);
        int retracted = 0;
        int lost = 0;
        for (int run = 0; run < RUNS; run++) {
            final SplittableRandom random = new SplittableRandom(SEED + run);
            ahead.clear();
            broker = new ShmFixture(directory.resolve("run-" + run));
            try {
                final List<View> views = List.of(new View(1), new View(3), new View(12));
                for (int step = 0; step < STEPS; step++) {
                    final int move = random.nextInt(100);
                    if (move < 30) {
                        publishAhead(1 + random.nextInt(5), random);
                    } else if (move < 65) {
                        journal();
                    } else if (move < 70) {
                        retracted += ahead.size();
                        retract();
                    } else if (move < 72) {
                        publishAhead(1_500, random); // More than the ring holds.
                        journal();
                    } else if (move < 74) {
                        lost += ahead.size();
                        ahead.clear();
                        broker.restart();
                    }
                    for (final View view : views) {
                        if (random.nextInt(view.laziness) == 0) {
                            view.poll(1 + random.nextInt(2_000));
                        }
                    }
                }
                journal();
                views.forEach(View::finish);
            } finally {
                broker.close();
            }
        }
        assertTrue(retracted > 0 && lost > 0, "nothing was taken back: nothing was tested");
    }

    private void publishAhead(final int count, final SplittableRandom random) {
        for (int i = 0; i < count; i++) {
            final long offset = broker.journal.end + ahead.size();
            final String value = "value " + written++ + "-".repeat(random.nextInt(60));
            final byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
            broker.channel
                    .claim(-1, bytes.length, 0)
                    .identity(offset, 0)
                    .stamps(1, 2, 3, 4)
                    .value(new UnsafeBuffer(bytes), 0);
            broker.channel.commitAhead();
            ahead.add(value);
        }
    }

    private void journal() {
        ahead.forEach(value -> broker.journal.append(null, value, 0));
        broker.channel.journalled(broker.journal.end);
        ahead.clear();
    }

    private void retract() {
        if (!ahead.isEmpty()) {
            broker.channel.retract(broker.journal.end, broker.journal.end + ahead.size() - 1);
            ahead.clear();
        }
    }

    /** A subscriber, and the log as it must believe it to be. */
    private final class View implements SubscriptionHandler {
        private final int laziness;
        private final List<String> log = new ArrayList<>();
        private final SharedMemorySubscriber subscriber = SharedMemorySubscriber.open(
                broker.live(SubscriptionPolicy.CATCH_UP).withStart(0));

        View(final int laziness) {
            this.laziness = laziness;
        }

        void poll(final int limit) {
            subscriber.poll(this, limit);
        }

        @Override
        public void onRecord(final SharedRecord record) {
            assertEquals(log.size(), record.offset(), () -> "seed " + SEED);
            log.add(record.buffer().getStringWithoutLengthAscii(record.valueIndex(), record.valueLength()));
        }

        @Override
        public void onGap(final long firstMissing, final long nextOffset, final GapCause cause) {
            assertEquals(GapCause.TRUNCATED, cause, () -> "seed " + SEED);
            assertEquals(log.size(), firstMissing, () -> "seed " + SEED);
            assertTrue(nextOffset < firstMissing, () -> "seed " + SEED);
            log.subList((int) nextOffset, log.size()).clear();
        }

        void finish() {
            final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (subscriber.nextOffset() != broker.journal.end
                    || subscriber.state() != SharedMemorySubscriber.State.LIVE
                    || subscriber.poll(this, 1_000) > 0) {
                subscriber.poll(this, 1_000);
                assertTrue(
                        System.nanoTime() - deadlineNs < 0,
                        () -> "seed " + SEED + ": stuck at " + subscriber.nextOffset());
            }
            subscriber.close();
            final List<String> journal = broker.journal.records.values().stream()
                    .map(ShmFixture.InMemoryJournal.Entry::value)
                    .toList();
            assertEquals(journal, log, () -> "seed " + SEED);
        }
    }
}
