package io.tickwire.edge.launch.feed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickwire.edge.config.ConfigLoader;
import io.tickwire.edge.launch.Assembly;
import io.tickwire.edge.launch.Broker;
import io.tickwire.edge.shm.PublisherSettings;
import io.tickwire.edge.shm.SharedMemoryPublisher;
import io.tickwire.edge.shm.SharedMemoryPublisher.State;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.HeaderBlock;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Publishers in shared memory against a whole broker, and stock clients that read what they wrote. */
@Timeout(240)
class PublishIT {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int RING_BYTES = 64 * 1024;

    @TempDir
    private Path directory;

    private Broker broker;

    @BeforeEach
    void start() throws Exception {
        broker = startBroker();
        try (Admin admin = admin()) {
            admin.createTopics(List.of(
                            new NewTopic("orders", 2, (short) 1),
                            new NewTopic("last", 1, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private Broker startBroker() {
        return Assembly.start(ConfigLoader.load(
                null,
                Map.of(
                        "data.dir", directory.resolve("data").toString(),
                        "shm.dir", shm().toString(),
                        "shm.max.publishers", "4",
                        "threading.mode", "parking",
                        "threading.shards", "2",
                        "kafka.listen", "127.0.0.1:0")));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private Path shm() {
        return directory.resolve("shm");
    }

    private String bootstrap() {
        return "127.0.0.1:" + broker.kafkaAddress().getPort();
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap()));
    }

    private static void await(final String what, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "not within a minute: " + what);
            Thread.onSpinWait();
        }
    }

    private SharedMemoryPublisher publisher(final String topic, final int partition) {
        final SharedMemoryPublisher publisher =
                SharedMemoryPublisher.open(new PublisherSettings(shm(), topic, partition, RING_BYTES, 64));
        await("taken up", () -> publisher.state() != State.WAITING);
        return publisher;
    }

    private static UnsafeBuffer bytes(final String text) {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static long offer(final SharedMemoryPublisher publisher, final String key, final String value) {
        final UnsafeBuffer keyBytes = bytes(key);
        final UnsafeBuffer valueBytes = bytes(value);
        return publisher.offer(
                keyBytes, 0, key.isEmpty() ? -1 : keyBytes.capacity(), valueBytes, 0, valueBytes.capacity());
    }

    /** The answer to what is offered next, as "offset error". */
    private static String ask(final SharedMemoryPublisher publisher, final String key, final String value) {
        final long number = offer(publisher, key, value);
        assertTrue(number > 0, "offer: " + number);
        final StringBuilder answer = new StringBuilder();
        await("answered", () -> {
            publisher.poll(
                    (n, offset, error, time) ->
                            answer.append(offset).append(' ').append(error),
                    1);
            return !answer.isEmpty();
        });
        return answer.toString();
    }

    private List<ConsumerRecord<byte[], byte[]>> consume(final String topic, final int partition, final int count) {
        final Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap(),
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
                ByteArrayDeserializer.class,
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
                ByteArrayDeserializer.class);
        final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
            consumer.assign(List.of(new TopicPartition(topic, partition)));
            await("consumed", () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                return records.size() >= count;
            });
        }
        assertEquals(count, records.size());
        return records;
    }

    private static String text(final byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    @Test
    void offsetsAnsweredAreThoseThatAKafkaClientReads() {
        final int count = 5_000;
        final long[] offsets = new long[count + 1];
        for (int partition = 0; partition < 2; partition++) {
            try (SharedMemoryPublisher publisher = publisher("orders", partition)) {
                final int[] answered = new int[1];
                int offered = 0;
                final long deadlineNs = System.nanoTime() + PATIENCE_NS;
                while (answered[0] < count) {
                    if (offered < count && offer(publisher, "key" + offered, "value" + offered) > 0) {
                        offered++;
                    }
                    publisher.poll(
                            (number, offset, error, time) -> {
                                assertEquals(KafkaErrors.NONE, error);
                                assertEquals(++answered[0], number);
                                offsets[(int) number] = offset;
                            },
                            16);
                    assertTrue(System.nanoTime() - deadlineNs < 0, "answered: " + answered[0]);
                }
            }
            final List<ConsumerRecord<byte[], byte[]>> read = consume("orders", partition, count);
            for (int i = 0; i < count; i++) {
                assertEquals(offsets[i + 1], read.get(i).offset());
                assertEquals("key" + i, text(read.get(i).key()));
                assertEquals("value" + i, text(read.get(i).value()));
            }
        }
    }

    @Test
    void timestampAndHeadersArriveAndNullsStayNull() {
        try (SharedMemoryPublisher publisher = publisher("orders", 0)) {
            final HeaderBlock headers = new HeaderBlock(64);
            headers.add(bytes("side"), 0, 4, bytes("buy"), 0, 3);
            headers.add(bytes("none"), 0, 4, null, 0, -1);
            final long timestampMs = System.currentTimeMillis() - 1_000;
            assertEquals(1, publisher.offer(timestampMs, null, 0, -1, null, 0, -1, headers));
            await("answered", () -> publisher.poll((n, offset, error, time) -> assertEquals(0, error), 1) == 1);
            final ConsumerRecord<byte[], byte[]> read = consume("orders", 0, 1).get(0);
            assertEquals(timestampMs, read.timestamp());
            assertEquals(null, read.key());
            assertEquals(null, read.value());
            assertArrayEquals(
                    "buy".getBytes(StandardCharsets.US_ASCII),
                    read.headers().lastHeader("side").value());
            assertNotNull(read.headers().lastHeader("none"));
            assertEquals(null, read.headers().lastHeader("none").value());
        }
    }

    @Test
    void refusalsAreKafkasAndConcernOneRecord() {
        try (SharedMemoryPublisher publisher = publisher("last", 0)) {
            assertEquals("-1 " + KafkaErrors.INVALID_RECORD, ask(publisher, "", "compacted topics need keys"));
            assertEquals("0 0", ask(publisher, "k", "v"));
            final UnsafeBuffer value = bytes("from the far future");
            final long number = publisher.offer(
                    Long.MAX_VALUE / 1_000_000, value, 0, 1, value, 0, value.capacity(), HeaderBlock.EMPTY);
            assertEquals(3, number);
            final short[] answer = {-2};
            await("answered", () -> publisher.poll((n, offset, error, time) -> answer[0] = error, 1) == 1);
            assertEquals(KafkaErrors.INVALID_TIMESTAMP, answer[0]);
            assertEquals("1 0", ask(publisher, "k", "v2"));
        }
    }

    @Test
    void whoMayNotPublishIsTold() throws IOException {
        try (SharedMemoryPublisher unknown = publisher("nowhere", 0);
                SharedMemoryPublisher partition = publisher("orders", 2);
                SharedMemoryPublisher internal = publisher("__consumer_offsets", 0)) {
            assertEquals(KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION, unknown.closedWith());
            assertEquals(KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION, partition.closedWith());
            assertEquals(KafkaErrors.INVALID_TOPIC_EXCEPTION, internal.closedWith());
        }
        final List<SharedMemoryPublisher> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(publisher("orders", 0));
        }
        assertEquals(State.CLOSED, all.get(4).state());
        assertEquals(KafkaErrors.POLICY_VIOLATION, all.get(4).closedWith());
        all.forEach(SharedMemoryPublisher::close);
        awaitNoFiles();
    }

    private List<Path> files() {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(shm().resolve("publishers"))) {
            final List<Path> files = new ArrayList<>();
            found.forEach(files::add);
            return files;
        } catch (final IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void awaitNoFiles() {
        await("files taken away", () -> files().isEmpty());
    }

    @Test
    void deletedTopicEndsItsPublishers() throws Exception {
        try (SharedMemoryPublisher publisher = publisher("orders", 1);
                Admin admin = admin()) {
            assertEquals("0 0", ask(publisher, "k", "v"));
            admin.deleteTopics(List.of("orders")).all().get(60, TimeUnit.SECONDS);
            await("ended", () -> publisher.state() == State.CLOSED);
            assertEquals(KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION, publisher.closedWith());
        }
    }

    @Test
    void brokerThatEndsClosesAndTheNextOneTakesNewPublishers() {
        final SharedMemoryPublisher before = publisher("orders", 0);
        assertEquals("0 0", ask(before, "k", "before"));
        broker.close();
        assertEquals(State.CLOSED, before.state());
        assertEquals(SharedMemoryPublisher.NOT_OPEN, offer(before, "k", "in between"));
        before.close();
        broker = startBroker();
        try (SharedMemoryPublisher after = publisher("orders", 0)) {
            assertEquals("1 0", ask(after, "k", "after"));
        }
    }

    @Test
    void cutOffFilesAndGarbageHarmNobodyElse() throws IOException {
        try (SharedMemoryPublisher other = publisher("orders", 0)) {
            final Path others = files().get(0);
            for (int round = 0; round < 10; round++) {
                final SharedMemoryPublisher hostile = publisher("orders", 0);
                assertEquals(2 * round + " 0", ask(hostile, "k", "v"));
                for (final Path file : files()) {
                    if (!file.equals(others)) {
                        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                            channel.truncate(0);
                        }
                    }
                }
                Files.write(shm().resolve("publishers").resolve("publisher-garbage"), new byte[5_000]);
                await("cut off file and garbage taken away", () -> files().equals(List.of(others)));
                assertEquals(2 * round + 1 + " 0", ask(other, "k", "v"));
            }
        }
        assertEquals(20, consume("orders", 0, 20).size());
    }

    @Test
    void publisherThatDiesInTheMiddleOfARecordLosesThatRecordOnly() throws IOException, InterruptedException {
        final Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "@" + Path.of("src/main/launch/jvm.args").toAbsolutePath(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        DyingPublisher.class.getName(),
                        shm().toString())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("dead", said.readLine());
        }
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        awaitNoFiles();
        final List<ConsumerRecord<byte[], byte[]>> read = consume("orders", 0, DyingPublisher.WHOLE_RECORDS);
        assertEquals(
                "value" + (DyingPublisher.WHOLE_RECORDS - 1),
                text(read.getLast().value()));
    }

    @Test
    void publisherInCGetsTheOffsetsThatAKafkaClientReads() throws IOException, InterruptedException {
        assumeTrue(
                "true".equals(System.getenv("CI")) || Files.exists(Path.of("/usr/bin/gcc")),
                "gcc is not installed: skipped");
        final Path program = directory.resolve("tickwire_publish");
        final Process compiler = new ProcessBuilder(
                        "gcc",
                        "-std=c11",
                        "-Wall",
                        "-Wextra",
                        "-Wpedantic",
                        "-Wconversion",
                        "-Werror",
                        "-O2",
                        "-g",
                        "-fsanitize=address,undefined",
                        "-o",
                        program.toString(),
                        Path.of("src/main/c/tickwire_publish.c").toString())
                .redirectErrorStream(true)
                .start();
        final String messages = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, compiler.waitFor(), messages);
        final int count = 2_000;
        final Path output = directory.resolve("answers");
        final Process publisher = new ProcessBuilder(
                        program.toString(), shm().toString(), "orders", "1", Integer.toString(count))
                .redirectOutput(output.toFile())
                .start();
        final String errors = new String(publisher.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, publisher.waitFor(), errors);
        final List<String> answers = Files.readAllLines(output);
        final List<ConsumerRecord<byte[], byte[]>> read = consume("orders", 1, count);
        for (int i = 0; i < count; i++) {
            assertEquals(i + 1 + " " + read.get(i).offset() + " 0", answers.get(i));
            assertEquals("key" + i, text(read.get(i).key()));
            assertEquals("value" + i, text(read.get(i).value()));
        }
        awaitNoFiles();
    }
}
