package io.tickwire.edge.launch.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.shm.Toolchain;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker in another process that is killed, stopped and started again at random under load, against subscribers in Java and in C that pause,
 * are lapped, end or are killed, and begin again where they were. Forbidden for every subscriber: an offset of the log that is missing, comes
 * twice or out of order, or whose bytes are not those that a Kafka consumer reads at the end.
 *
 * <p>{@code -Dshm.soak.it.seconds=N} lengthens it, {@code -Dshm.soak.it.seed=N} replays its choices.
 */
@Timeout(7200)
class SubscribersSoakIT {
    private static final long SECONDS = Long.getLong("shm.soak.it.seconds", 8);
    private static final long SEED = Long.getLong("shm.soak.it.seed", System.nanoTime());
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(180);
    private static final long RETAINED_BYTES = 512L << 20;
    private static final TopicPartition PARTITION = new TopicPartition(SoakBroker.TOPIC, 0);

    private final SoakLedger ledger = new SoakLedger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<SoakLedger.Account> accounts = new ArrayList<>();
    private volatile long end = Long.MAX_VALUE;

    @TempDir
    private Path directory;

    private interface Body {
        void run() throws Exception;
    }

    private Thread start(final String name, final Body body) {
        return Thread.ofPlatform().name(name).start(() -> {
            try {
                body.run();
            } catch (final Throwable e) {
                failure.compareAndSet(null, e);
            }
        });
    }

    private SoakLedger.Account account(final String reader) {
        final SoakLedger.Account account = new SoakLedger.Account(reader, ledger);
        accounts.add(account);
        return account;
    }

    private boolean isEnd(final long expected) {
        return expected >= end || failure.get() != null;
    }

    @Test
    void everySubscriberAccountsForEveryOffset() throws Exception {
        System.out.println("shm.soak.it.seed=" + SEED);
        final SplittableRandom random = new SplittableRandom(SEED);
        final Path program = directory.resolve("soak");
        Toolchain.address().build(program, Toolchain.TEST_SOURCES.resolve("tickwire_soak.c"));
        final SoakBroker broker = new SoakBroker(directory, freePort());
        broker.start();
        try {
            createTopic(broker);
            final SoakReaders readers = new SoakReaders(directory, this::isEnd);
            final SoakLoad load = new SoakLoad(broker, SoakBroker.shm(directory));
            final List<Thread> reading = startReaders(readers, program, random);
            final List<Thread> writing = startWriters(load, random);
            final int kills = harass(broker, random);
            load.stop();
            join(writing);
            end = writeLast(broker) + 1;
            join(reading);
            assertNull(failure.get(), () -> "shm.soak.it.seed=" + SEED + ": " + failure.get());
            compareWithLog(broker);
            System.out.println(end + " offsets, " + kills + " kills of the broker, " + readers.kills
                    + " of C subscribers, laps in Java " + readers.laps + ", records out of the journal in Java "
                    + readers.fromJournal + ", brokers that came back " + readers.restarts + "; " + accounts);
            assertTrue(kills > 0, "the broker was never killed");
            assertTrue(readers.laps.get() > 0, "no subscriber was lapped");
            assertTrue(readers.restarts.get() > 0, "no subscriber went on after a restart");
            assertTrue(readers.kills.get() > 1, "no C subscriber was killed");
        } finally {
            failure.compareAndSet(null, new IllegalStateException("over"));
            broker.kill();
        }
    }

    private List<Thread> startWriters(final SoakLoad load, final SplittableRandom random) {
        final SplittableRandom first = random.split();
        final SplittableRandom second = random.split();
        final SplittableRandom third = random.split();
        return List.of(
                start("publish", () -> load.publish(first)),
                start("compress", () -> load.compress(second)),
                start("transact", () -> load.transact(third)));
    }

    private List<Thread> startReaders(final SoakReaders readers, final Path program, final SplittableRandom random) {
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            final SplittableRandom javas = random.split();
            final SplittableRandom cs = random.split();
            final SoakLedger.Account java = account("Java " + i);
            final SoakLedger.Account c = account("C " + i);
            // One that often begins again, and one that sees every restart of the broker.
            final long longestMs = i == 0 ? 3_000 : TimeUnit.DAYS.toMillis(100);
            threads.add(start("java", () -> readers.inJava(java, javas, longestMs)));
            threads.add(start("c", () -> readers.inC(program, c, cs)));
        }
        return threads;
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static void createTopic(final SoakBroker broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(SoakBroker.TOPIC, 1, (short) 1)
                            .configs(Map.of(
                                    "segment.bytes",
                                    Integer.toString(1 << 20),
                                    "retention.bytes",
                                    Long.toString(RETAINED_BYTES)))))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    /** Kills the broker, or every third time stops it, and starts it again, until the time is over; returns how often it was killed. */
    private int harass(final SoakBroker broker, final SplittableRandom random)
            throws IOException, InterruptedException {
        final long startNs = System.nanoTime();
        while (failure.get() == null && accounts.stream().anyMatch(account -> account.records() == 0)) {
            assertTrue(System.nanoTime() - startNs < PATIENCE_NS, () -> "readers that get nothing: " + accounts);
            Thread.sleep(10);
        }
        final long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        int kills = 0;
        while (failure.get() == null && (kills == 0 || System.nanoTime() - endNs < 0)) {
            Thread.sleep(1_000 + random.nextInt(2_000));
            if (kills % 3 == 2 && random.nextBoolean()) {
                broker.stop();
            } else {
                broker.kill();
                kills++;
            }
            Thread.sleep(random.nextInt(300));
            broker.start();
        }
        return kills;
    }

    private static void join(final List<Thread> threads) throws InterruptedException {
        for (final Thread thread : threads) {
            assertTrue(
                    thread.join(Duration.ofNanos(PATIENCE_NS)),
                    () -> thread.getName() + " is stuck: " + List.of(thread.getStackTrace()));
        }
    }

    /** One more record: behind it there is no transaction marker, of which readers are not told. */
    private static long writeLast(final SoakBroker broker) throws Exception {
        final Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrap());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            return producer.send(new ProducerRecord<>(SoakBroker.TOPIC, 0, new byte[8], new byte[8]))
                    .get(120, TimeUnit.SECONDS)
                    .offset();
        }
    }

    private void compareWithLog(final SoakBroker broker) {
        final BitSet log = new BitSet();
        final Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrap());
        final long logStart;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            logStart = consumer.position(PARTITION);
            final long deadlineNs = System.nanoTime() + PATIENCE_NS;
            while (consumer.position(PARTITION) < end) {
                assertTrue(System.nanoTime() - deadlineNs < 0, "the consumer is stuck");
                for (final ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    log.set((int) record.offset());
                    ledger.note("Kafka's consumer", record.offset(), crc(record));
                }
            }
        }
        for (final SoakLedger.Account account : accounts) {
            final BitSet seen = account.seen();
            seen.clear(0, (int) logStart);
            seen.xor(log);
            assertEquals(new BitSet(), seen, account + " differs from the log at these offsets");
        }
    }

    private static int crc(final ConsumerRecord<byte[], byte[]> record) {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[record.key().length + record.value().length]);
        bytes.putBytes(0, record.key());
        bytes.putBytes(record.key().length, record.value());
        return SoakLedger.crc(bytes, 0, record.key().length, record.key().length, record.value().length);
    }
}
