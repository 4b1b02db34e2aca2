package io.tickwire.edge.launch.feed;

import io.tickwire.edge.feed.JournalHistory;
import io.tickwire.edge.feed.OpaqueProtocol;
import io.tickwire.edge.shm.SharedMemorySubscriber;
import io.tickwire.edge.shm.SharedRecord;
import io.tickwire.edge.shm.SubscriptionHandler;
import io.tickwire.edge.shm.SubscriptionSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;

/** Readers that pause at random, end or are killed, and begin again where they were, until they have reached the end. */
final class SoakReaders {
    final AtomicLong laps = new AtomicLong();
    final AtomicLong fromJournal = new AtomicLong();
    final AtomicLong restarts = new AtomicLong();
    final AtomicLong kills = new AtomicLong();
    private final Path directory;
    private final LongPredicate isEnd;

    /** Readers of the broker in a directory. */
    SoakReaders(final Path directory, final LongPredicate isEnd) {
        this.directory = directory;
        this.isEnd = isEnd;
    }

    private record Auditor(SoakLedger.Account account) implements SubscriptionHandler {
        @Override
        public void onRecord(final SharedRecord record) {
            account.record(
                    record.offset(),
                    SoakLedger.crc(
                            record.buffer(),
                            record.keyIndex(),
                            record.keyLength(),
                            record.valueIndex(),
                            record.valueLength()));
        }

        @Override
        public void onGap(final long firstMissing, final long nextOffset, final GapCause cause) {
            account.gap(firstMissing, nextOffset, cause.name());
        }
    }

    /**
     * The Java subscriber; returns when its account has reached the end.
     *
     * @param longestMs how long it lives at most before it ends and begins again.
     */
    void inJava(final SoakLedger.Account account, final SplittableRandom random, final long longestMs)
            throws IOException {
        final Auditor auditor = new Auditor(account);
        while (!isEnd.test(account.expected())) {
            final JournalHistory history =
                    JournalHistory.open(SoakBroker.data(directory), SoakBroker.TOPIC, 0, new OpaqueProtocol());
            try (SharedMemorySubscriber subscription = SharedMemorySubscriber.open(
                    SubscriptionSettings.live(SoakBroker.shm(directory), SoakBroker.TOPIC, 0, history)
                            .withStart(account.expected()))) {
                final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100 + random.nextLong(longestMs));
                while (System.nanoTime() - endNs < 0 && !isEnd.test(account.expected())) {
                    if (subscription.poll(auditor, 1 + random.nextInt(200)) == 0) {
                        LockSupport.parkNanos(50_000);
                    }
                    if (random.nextInt(300) == 0) {
                        LockSupport.parkNanos(random.nextInt(30_000_000));
                    }
                }
                laps.addAndGet(subscription.counters().laps());
                fromJournal.addAndGet(subscription.counters().fromJournal());
                restarts.addAndGet(subscription.counters().restarts());
            }
        }
    }

    /** The C subscriber in processes that are killed; returns when its account has reached the end. */
    void inC(final Path program, final SoakLedger.Account account, final SplittableRandom random)
            throws IOException, InterruptedException {
        while (!isEnd.test(account.expected())) {
            final Process process = new ProcessBuilder(
                            program.toString(),
                            SoakBroker.shm(directory).toString(),
                            SoakBroker.TOPIC,
                            "0",
                            Long.toString(account.expected()),
                            Long.toString(random.nextLong() & Long.MAX_VALUE))
                    .redirectError(directory.resolve("reader.log").toFile())
                    .start();
            final long killAtNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200 + random.nextInt(4_000));
            final Thread killer = Thread.ofVirtual().start(() -> {
                while (System.nanoTime() - killAtNs < 0 && !isEnd.test(account.expected())) {
                    LockSupport.parkNanos(5_000_000);
                }
                // The handle's, which leaves what was written before in the pipe to be read.
                process.toHandle().destroyForcibly();
            });
            try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
                follow(lines, account);
            }
            killer.join();
            // 128 + SIGKILL; anything else is its own doing.
            if (process.waitFor() != 137) {
                throw new AssertionError("the C subscriber ended with " + process.exitValue() + ": "
                        + java.nio.file.Files.readString(directory.resolve("reader.log")));
            }
            kills.incrementAndGet();
        }
    }

    /** Takes whole lines: what a kill has cut off was not given to anyone. */
    private static void follow(final BufferedReader lines, final SoakLedger.Account account) throws IOException {
        final StringBuilder line = new StringBuilder();
        for (int c = lines.read(); c >= 0; c = lines.read()) {
            if (c == '\n') {
                onLine(line.toString().split(" ", -1), account);
                line.setLength(0);
            } else {
                line.append((char) c);
            }
        }
    }

    private static void onLine(final String[] words, final SoakLedger.Account account) {
        final long from = Long.parseLong(words[1]);
        switch (words[0]) {
            case "r" -> account.record(from, Integer.parseUnsignedInt(words[2]));
            case "c" -> account.range(from, Long.parseLong(words[2]));
            // 4: TW_GAP_RETENTION.
            default -> account.gap(from, Long.parseLong(words[2]), words[3].equals("4") ? "RETENTION" : words[3]);
        }
    }
}
