package io.tickwire.edge.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.config.FeedFirst;
import io.tickwire.edge.feed.replay.ItchFile;
import io.tickwire.edge.feed.replay.MessageSource;
import io.tickwire.edge.feed.replay.SyntheticItch;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.shm.SharedMemorySubscriber;
import io.tickwire.edge.shm.SharedRecord;
import io.tickwire.edge.shm.SubscriptionHandler;
import io.tickwire.edge.shm.SubscriptionPolicy;
import io.tickwire.edge.shm.SubscriptionSettings;
import io.tickwire.edge.shm.SymbolFilter;
import io.tickwire.edge.shm.Toolchain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Policies and filters of both clients on an ITCH session that went through the feed handler: a made-up one, and where it lies beside the
 * repository the example of a real day.
 */
class FeedPoliciesTest {
    private static final Path REAL_DAY = Path.of("../../shared/data/itch/ex20101224.itch50.bin");
    private static final long RECEIVE_NS = 1_293_202_800_123_456_789L;
    private static final long WORKED_NS = RECEIVE_NS + 500;
    private static final int MESSAGES = 12_000;
    /** Messages that a later one of the stock makes old; trades, status and all else are events. */
    private static final String REPLACEABLE = "AFXDUI";

    private static final FeedEvents SILENT = new FeedEvents() {
        @Override
        public void onGap(
                final String feed,
                final String session,
                final long firstSequence,
                final long count,
                final FeedEvents.GapCause cause,
                final long receiveEpochNs) {
            throw new AssertionError("gap at " + firstSequence);
        }

        @Override
        public void onSessionChange(final String feed, final String session, final long firstSequence) {
            // Raw framing has one.
        }

        @Override
        public void onEndOfSession(final String feed, final String session, final long nextSequence) {
            // Raw framing has none.
        }
    };

    @TempDir
    Path directory;

    private JournalledTopic topic;

    /** What is replayed. */
    enum Session {
        MADE_UP,
        REAL
    }

    /**
     * A record as either client gives it.
     *
     * @param key in hexadecimal, or "-".
     * @param value in hexadecimal.
     */
    private record Seen(long offset, long sequence, String key, String value, long exchangeNs) {
        static Seen parse(final String line) {
            final String[] words = line.split(" ", -1);
            return new Seen(
                    Long.parseLong(words[0]), Long.parseLong(words[1]), words[2], words[3], Long.parseLong(words[4]));
        }

        String symbol() {
            return new String(HexFormat.of().parseHex(key), StandardCharsets.US_ASCII).strip();
        }

        boolean isReplaceable() {
            return REPLACEABLE.indexOf(type()) >= 0;
        }

        char type() {
            return (char) Integer.parseInt(value.substring(0, 2), 16);
        }
    }

    /** Keeps what it is given. */
    private static final class Collector implements SubscriptionHandler {
        private final List<Seen> records = new ArrayList<>();

        @Override
        public void onRecord(final SharedRecord record) {
            assertEquals(RECEIVE_NS, record.receiveNs());
            // The journal does not keep when the broker worked on it.
            final long worked = record.publishNs() == 0 ? 0 : WORKED_NS;
            assertEquals(List.of(worked, worked), List.of(record.ingressNs(), record.publishNs()));
            records.add(new Seen(
                    record.offset(),
                    record.feedSequence(),
                    record.hasKey() ? hex(record, record.keyIndex(), record.keyLength()) : "-",
                    hex(record, record.valueIndex(), record.valueLength()),
                    record.exchangeNs()));
        }

        private static String hex(final SharedRecord record, final int index, final int length) {
            final byte[] bytes = new byte[length];
            record.buffer().getBytes(index, bytes);
            return HexFormat.of().formatHex(bytes);
        }

        @Override
        public void onGap(final long firstMissing, final long nextOffset, final SubscriptionHandler.GapCause cause) {
            throw new AssertionError("gap from " + firstMissing + " to " + nextOffset + ": " + cause);
        }
    }

    @BeforeEach
    void start() throws IOException {
        topic = new JournalledTopic(directory);
    }

    @AfterEach
    void stop() throws IOException {
        topic.close();
    }

    private static MessageSource source(final Session session) throws IOException {
        if (session == Session.REAL) {
            org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(REAL_DAY), REAL_DAY + " is not there: skipped");
            return new ItchFile(REAL_DAY);
        }
        return new SyntheticItch(11, 20, MESSAGES);
    }

    private FeedHandler feed() {
        return new FeedHandler(
                "f",
                new RawFraming(),
                new Itch50(),
                new LogSink(topic.log, topic.publisher, 0),
                topic.publisher.channel(),
                FeedFirst.RING,
                () -> WORKED_NS,
                SILENT,
                new FeedCounters(),
                ShardStats.unshared());
    }

    /** Replays up to so many messages; returns how many there were. */
    private static int replay(final FeedHandler feed, final MessageSource source, final int count) throws IOException {
        final UnsafeBuffer message = new UnsafeBuffer(new byte[64]);
        int replayed = 0;
        while (replayed < count && source.next()) {
            message.putBytes(0, source.buffer(), source.offset(), source.length());
            feed.onDatagram(message, 0, source.length(), RECEIVE_NS, 0x7f000001, 1);
            replayed++;
        }
        feed.flush();
        return replayed;
    }

    private SubscriptionSettings settings(final long start) throws IOException {
        final JournalHistory history = JournalHistory.open(topic.data, JournalledTopic.TOPIC, 0, new Itch50());
        return SubscriptionSettings.live(topic.shm, JournalledTopic.TOPIC, 0, history)
                .withStart(start);
    }

    private static List<Seen> drain(final SubscriptionSettings settings) {
        final Collector collector = new Collector();
        try (SharedMemorySubscriber subscriber = SharedMemorySubscriber.open(settings)) {
            while (subscriber.poll(collector, 100) > 0) {
                // Until nothing is left.
            }
        }
        return collector.records;
    }

    private List<Seen> inC(final int count, final List<String> options) throws IOException, InterruptedException {
        final Path program = directory.resolve("tail");
        if (!Files.exists(program)) {
            Toolchain.address().build(program, Toolchain.SOURCES.resolve("tickwire_tail.c"));
        }
        final Path output = directory.resolve("records");
        final List<String> command = new ArrayList<>(List.of(program.toString(), "--from", "earliest", "--itch"));
        command.addAll(options);
        command.addAll(List.of(topic.shm.toString(), JournalledTopic.TOPIC, "0", Integer.toString(count)));
        final Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(directory.resolve("errors").toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "stuck");
        assertEquals(0, process.exitValue(), Files.readString(directory.resolve("errors")));
        return Files.readAllLines(output).stream().map(Seen::parse).toList();
    }

    @ParameterizedTest
    @EnumSource
    void bothClientsConflateAndFilterAsTheFeedSays(final Session session) throws IOException, InterruptedException {
        final FeedHandler feed = feed();
        final Collector live = new Collector();
        final Collector conflated = new Collector();
        int count = 0;
        try (MessageSource source = source(session);
                SharedMemorySubscriber ring = SharedMemorySubscriber.open(settings(SubscriptionSettings.LIVE));
                SharedMemorySubscriber slow = SharedMemorySubscriber.open(
                        settings(SubscriptionSettings.LIVE).withPolicy(SubscriptionPolicy.CONFLATE))) {
            for (int step = replay(feed, source, 200); step > 0; step = replay(feed, source, 200)) {
                count += step;
                while (ring.poll(live, 100) > 0) {
                    // Until nothing is left: never lapped.
                }
                slow.poll(conflated, 20);
            }
            while (slow.poll(conflated, 100) > 0) {
                // Until nothing is left.
            }
            assertEquals(0, ring.counters().laps());
            assertEquals(count, slow.counters().delivered() + slow.counters().conflated());
        }
        final List<Seen> all = live.records;
        assertEquals(count, all.size());
        assertEquals(all, drain(settings(SubscriptionSettings.EARLIEST)), "out of the journal, in Java");
        assertEquals(all, inC(count, List.of()), "out of the journal, in C");
        assertConflated(all, conflated.records);
        assertConflated(all, drain(settings(SubscriptionSettings.EARLIEST).withPolicy(SubscriptionPolicy.CONFLATE)));
        assertConflated(all, inC(count, List.of("--policy", "conflate", "--slots", "512")));
        assertFiltered(all);
    }

    /** What both give of two symbols and of nothing else. */
    private void assertFiltered(final List<Seen> all) throws IOException, InterruptedException {
        final Set<String> symbols = new LinkedHashSet<>();
        for (int i = all.size() - 1; symbols.size() < 2; i--) {
            if (!all.get(i).key().equals("-")) {
                symbols.add(all.get(i).symbol());
            }
        }
        final List<Seen> wanted = all.stream()
                .filter(record -> !record.key().equals("-") && symbols.contains(record.symbol()))
                .toList();
        assertTrue(wanted.size() < all.size(), "everything is of " + symbols);
        assertEquals(
                wanted,
                drain(settings(SubscriptionSettings.EARLIEST).withFilter(new SymbolFilter(symbols, false))),
                "in Java");
        assertEquals(wanted, inC(all.size(), List.of("--symbols", String.join(",", symbols))), "in C");
    }

    private static void assertConflated(final List<Seen> all, final List<Seen> given) {
        assertTrue(given.size() < all.size(), "nothing was conflated");
        final Set<Seen> known = new LinkedHashSet<>(all);
        final Map<String, Long> lastGiven = new HashMap<>();
        for (final Seen record : given) {
            assertTrue(known.contains(record), "never published: " + record);
            final Long before = lastGiven.put(record.key(), record.offset());
            // Records without a key are never conflated and keep their order, too.
            assertTrue(before == null || before < record.offset(), () -> record + " after offset " + before);
        }
        final Set<Seen> delivered = new LinkedHashSet<>(given);
        final Map<String, Long> last = new HashMap<>();
        for (final Seen record : all) {
            last.put(record.key(), record.offset());
            if (!record.isReplaceable() || record.key().equals("-")) {
                assertTrue(delivered.contains(record), () -> "dropped: " + record);
            }
        }
        assertEquals(last, lastGiven, "last of each symbol");
        assertFalse(last.isEmpty());
    }
}
