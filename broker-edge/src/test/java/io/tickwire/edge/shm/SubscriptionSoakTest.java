package io.tickwire.edge.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker that bursts, rests and restarts at random against subscribers that pause, are lapped, end and begin again where they were.
 * Forbidden, for every subscriber: an offset that is missing, comes twice or out of order, or whose bytes are not its own.
 *
 * <p>{@code -Dshm.soak.seconds=N} lengthens it, {@code -Dshm.soak.seed=N} replays its choices.
 */
class SubscriptionSoakTest {
    private static final String TOPIC = "soak";
    private static final long SECONDS = Long.getLong("shm.soak.seconds", 4);
    private static final long SEED = Long.getLong("shm.soak.seed", System.nanoTime());
    private static final int SUBSCRIBERS = 3;
    private static final int RING_BYTES = RingLayout.MIN_CAPACITY;

    private final AtomicLong journalled = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicLong laps = new AtomicLong();
    private final AtomicLong brokerRestarts = new AtomicLong();
    private final AtomicLong subscriberRestarts = new AtomicLong();
    private volatile boolean finished;

    @TempDir
    Path directory;

    private static int lengthOf(final long offset) {
        return 8 * (int) (1 + (offset * 31) % 40);
    }

    private static long wordOf(final long offset, final int at) {
        return (offset * 0x9E37_79B9_7F4A_7C15L) ^ at;
    }

    private static UnsafeBuffer valueOf(final long offset, final UnsafeBuffer scratch) {
        for (int i = 0; i < lengthOf(offset); i += Long.BYTES) {
            scratch.putLong(i, wordOf(offset, i));
        }
        return scratch;
    }

    /** The journal: what an offset holds is a function of the offset, so nothing has to be kept. */
    private final class Journal implements HistorySource {
        private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[512]);

        @Override
        public long read(final long fromOffset, final long toOffset, final int limit, final Sink sink) {
            final long end = Math.min(Math.min(toOffset, journalled.get()), fromOffset + limit);
            for (long offset = fromOffset; offset < end; offset++) {
                sink.begin(-1, lengthOf(offset), 0)
                        .identity(offset, 0)
                        .stamps(0, 0, 0, 0)
                        .value(valueOf(offset, scratch), 0);
                sink.end();
            }
            return Math.max(end, fromOffset);
        }

        @Override
        public long startOffset() {
            return 0;
        }

        @Override
        public void reopen() {
            // Holds nothing open.
        }

        @Override
        public void close() {
            // Holds nothing open.
        }
    }

    /** Knows which offset must come next. */
    private static final class Auditor implements SubscriptionHandler {
        private long expected;

        @Override
        public void onRecord(final SharedRecord record) {
            final long offset = record.offset();
            if (offset != expected || record.valueLength() != lengthOf(offset)) {
                throw new AssertionError("offset " + offset + " of " + record.valueLength() + " bytes, expected offset "
                        + expected + " of " + lengthOf(expected));
            }
            for (int i = 0; i < record.valueLength(); i += Long.BYTES) {
                if (record.buffer().getLong(record.valueIndex() + i) != wordOf(offset, i)) {
                    throw new AssertionError("torn record at offset " + offset + " byte " + i);
                }
            }
            expected++;
        }

        @Override
        public void onGap(final long firstMissing, final long nextOffset, final GapCause cause) {
            throw new AssertionError("gap from " + firstMissing + " to " + nextOffset + ": " + cause);
        }
    }

    @Test
    void everySubscriberAccountsForEveryOffset() throws InterruptedException {
        System.out.println("shm.soak.seed=" + SEED);
        final SplittableRandom random = new SplittableRandom(SEED);
        final List<Thread> threads = new ArrayList<>();
        threads.add(start(() -> broker(random.split())));
        for (int i = 0; i < SUBSCRIBERS; i++) {
            final SplittableRandom own = random.split();
            threads.add(start(() -> subscriber(own)));
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        assertNull(failure.get(), () -> "shm.soak.seed=" + SEED + ": " + failure.get());
        System.out.println(journalled + " records, " + laps + " laps, " + brokerRestarts + " broker restarts, "
                + subscriberRestarts + " subscriber restarts");
        assertTrue(laps.get() > 0, "nobody was lapped: nothing was tested");
        assertTrue(brokerRestarts.get() > 0, "the broker never restarted: nothing was tested");
        assertTrue(subscriberRestarts.get() > 0, "no subscriber restarted: nothing was tested");
    }

    private Thread start(final Runnable body) {
        return Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, e) -> {
                    failure.compareAndSet(null, e);
                    finished = true;
                })
                .start(body);
    }

    private void broker(final SplittableRandom random) {
        final long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        final UnsafeBuffer scratch = new UnsafeBuffer(new byte[512]);
        try {
            while (!finished && System.nanoTime() - endNs < 0) {
                try (ChannelRegistry registry = ChannelRegistry.open(
                        RegistrySettings.defaults(directory, directory).withRingBytes(RING_BYTES), 0)) {
                    final ChannelPublisher channel = registry.create(TOPIC, 1, 2, 0, journalled.get());
                    final int bursts = 5 + random.nextInt(100);
                    for (int burst = 0; burst < bursts; burst++) {
                        registry.heartbeat(System.nanoTime());
                        publish(channel, random.nextInt(10) == 0 ? 2_000 : random.nextInt(100), scratch);
                        LockSupport.parkNanos(random.nextInt(2_000_000));
                    }
                    if (System.nanoTime() - endNs >= 0) {
                        finished = true;
                        drainTime();
                    }
                }
                brokerRestarts.incrementAndGet();
            }
        } finally {
            finished = true;
        }
    }

    /** The last broker stays a while for those who have not attached to it yet. */
    private static void drainTime() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
    }

    private void publish(final ChannelPublisher channel, final int count, final UnsafeBuffer scratch) {
        for (int i = 0; i < count; i++) {
            final long offset = journalled.getAndIncrement();
            channel.claim(-1, lengthOf(offset), 0)
                    .identity(offset, 0)
                    .stamps(0, 0, 0, 0)
                    .value(valueOf(offset, scratch), 0);
            channel.commit(offset + 1);
        }
    }

    private void subscriber(final SplittableRandom random) {
        final Auditor auditor = new Auditor();
        final long patienceNs = TimeUnit.SECONDS.toNanos(SECONDS + 30);
        final long startNs = System.nanoTime();
        while (!finished || (auditor.expected < journalled.get() && failure.get() == null)) {
            try (SharedMemorySubscriber subscription =
                    SharedMemorySubscriber.open(SubscriptionSettings.live(directory, TOPIC, 0, new Journal())
                            .withStart(auditor.expected))) {
                final int polls = 200 + random.nextInt(3_000);
                for (int i = 0; i < polls && !isDone(auditor); i++) {
                    if (subscription.poll(auditor, 1 + random.nextInt(200)) == 0) {
                        LockSupport.parkNanos(50_000);
                    }
                    if (random.nextInt(500) == 0) {
                        LockSupport.parkNanos(random.nextInt(20_000_000));
                    }
                }
                laps.addAndGet(subscription.counters().laps());
                subscriberRestarts.incrementAndGet();
            }
            if (finished && auditor.expected < journalled.get() && !anyBroker()) {
                // The broker has ended before this subscriber was through; what is left is in the journal alone.
                final HistoryCopy copy = new HistoryCopy(auditor::onRecord);
                new Journal().read(auditor.expected, journalled.get(), Integer.MAX_VALUE, copy);
            }
            assertTrue(System.nanoTime() - startNs < patienceNs, "a subscriber is stuck at " + auditor.expected);
        }
        if (failure.get() == null) {
            assertEquals(journalled.get(), auditor.expected);
        }
    }

    private boolean anyBroker() {
        try (RegistryView view = RegistryView.open(directory)) {
            return view.isOpen();
        } catch (final ShmException e) {
            return false;
        }
    }

    private boolean isDone(final Auditor auditor) {
        return finished && auditor.expected >= journalled.get();
    }
}
