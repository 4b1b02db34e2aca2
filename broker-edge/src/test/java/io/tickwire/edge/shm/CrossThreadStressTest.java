package io.tickwire.edge.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A writer at full speed against readers that pause at random. Forbidden: a record whose bytes are not those of its offset (torn), an offset
 * neither delivered nor reported missing, an offset delivered twice, an order other than that of the offsets.
 */
class CrossThreadStressTest {
    private static final int RECORDS = 400_000;
    private static final int READERS = 2;

    /** Accounts for every offset and recomputes every byte. */
    private static final class Auditor implements SubscriptionHandler {
        long expected = -1;
        long delivered;
        long missed;

        @Override
        public void onRecord(final SharedRecord record) {
            final long offset = record.offset();
            if (expected >= 0 && offset != expected) {
                throw new AssertionError("offset " + offset + " after " + (expected - 1));
            }
            expected = offset + 1;
            delivered++;
            final int length = record.valueLength();
            if (length != lengthOf(offset)) {
                throw new AssertionError("offset " + offset + " has " + length + " bytes");
            }
            for (int i = 0; i + 8 <= length; i += 8) {
                final long word = record.buffer().getLong(record.valueIndex() + i);
                if (word != wordOf(offset, i)) {
                    throw new AssertionError("torn record at offset " + offset + " byte " + i);
                }
            }
        }

        @Override
        public void onGap(final long firstMissing, final long nextOffset, final GapCause cause) {
            if (expected >= 0 && firstMissing != expected) {
                throw new AssertionError("gap from " + firstMissing + " after " + (expected - 1));
            }
            missed += nextOffset - firstMissing;
            expected = nextOffset;
        }
    }

    private static int lengthOf(final long offset) {
        return 8 * (int) (1 + (offset * 31) % 40);
    }

    private static long wordOf(final long offset, final int at) {
        return (offset * 0x9E37_79B9_7F4A_7C15L) ^ at;
    }

    @Test
    void pausingReadersNeverSeeTornRecordsAndAccountForEveryOffset(@TempDir final Path directory)
            throws InterruptedException {
        final long seed = System.nanoTime();
        System.out.println("seed " + seed);
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final AtomicLong laps = new AtomicLong();
        final AtomicLong delivered = new AtomicLong();
        try (ShmFixture broker = new ShmFixture(directory.resolve("shm"))) {
            final List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                final SharedMemorySubscriber subscriber =
                        SharedMemorySubscriber.open(broker.live(SubscriptionPolicy.SKIP));
                final SplittableRandom random = new SplittableRandom(seed + i);
                readers.add(Thread.ofPlatform()
                        .uncaughtExceptionHandler((t, e) -> failure.compareAndSet(null, e))
                        .start(() -> read(subscriber, random, laps, delivered)));
            }
            publish(broker.channel);
            for (final Thread reader : readers) {
                reader.join();
            }
        }
        assertEquals(null, failure.get(), "seed " + seed);
        assertTrue(laps.get() > 0, "no reader was lapped: nothing was tested; seed " + seed);
        assertTrue(delivered.get() > 0, "no reader got a record; seed " + seed);
    }

    private static void read(
            final SharedMemorySubscriber subscriber,
            final SplittableRandom random,
            final AtomicLong laps,
            final AtomicLong delivered) {
        final Auditor auditor = new Auditor();
        while (subscriber.nextOffset() < RECORDS) {
            subscriber.poll(auditor, 1 + random.nextInt(200));
            if (random.nextInt(1_000) == 0) {
                LockSupport.parkNanos(50_000);
            }
        }
        if (auditor.delivered + auditor.missed != RECORDS) {
            throw new AssertionError(auditor.delivered + " delivered and " + auditor.missed + " missed of " + RECORDS);
        }
        laps.addAndGet(subscriber.counters().laps());
        delivered.addAndGet(auditor.delivered);
        subscriber.close();
    }

    private static void publish(final ChannelPublisher channel) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[512]);
        for (long offset = 0; offset < RECORDS; offset++) {
            final int length = lengthOf(offset);
            for (int i = 0; i < length; i += 8) {
                value.putLong(i, wordOf(offset, i));
            }
            channel.claim(-1, length, 0).identity(offset, 0).stamps(0, 0, 0, 0).value(value, 0);
            channel.commit(offset + 1);
        }
    }
}
