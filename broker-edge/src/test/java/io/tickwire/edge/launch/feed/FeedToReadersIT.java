package io.tickwire.edge.launch.feed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.config.ConfigLoader;
import io.tickwire.edge.feed.replay.ItchFile;
import io.tickwire.edge.feed.replay.MessageSource;
import io.tickwire.edge.feed.replay.MulticastSender;
import io.tickwire.edge.feed.replay.Pace;
import io.tickwire.edge.feed.replay.ReplaySettings;
import io.tickwire.edge.feed.replay.Replayer;
import io.tickwire.edge.feed.replay.SyntheticItch;
import io.tickwire.edge.launch.Assembly;
import io.tickwire.edge.launch.Broker;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way: a BinaryFILE onto loopback multicast at 100,000 messages a second, through feed, journal and shared memory, out of a
 * KafkaConsumer in a group and out of a subscriber in another process, byte for byte.
 */
class FeedToReadersIT {
    private static final int MESSAGES = 12_000;
    private static final double RATE = 100_000;
    private static final String GROUP = "239.192.77.2";
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    Path directory;

    private static byte[] generate() throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final DataOutputStream file = new DataOutputStream(bytes);
        try (SyntheticItch source = new SyntheticItch(7, 200, MESSAGES)) {
            while (source.next()) {
                final byte[] message = new byte[source.length()];
                source.buffer().getBytes(source.offset(), message);
                file.writeShort(message.length);
                file.write(message);
            }
        }
        return bytes.toByteArray();
    }

    private Map<String, String> settings(final int port) {
        final Map<String, String> settings = new HashMap<>();
        settings.put("data.dir", directory.resolve("data").toString());
        settings.put("shm.dir", directory.resolve("shm").toString());
        settings.put("kafka.listen", "127.0.0.1:0");
        settings.put("feeds.test.group", GROUP);
        settings.put("feeds.test.port", Integer.toString(port));
        settings.put("feeds.test.interface", "127.0.0.1");
        settings.put("feeds.test.topic", "itch");
        return settings;
    }

    private static int freeUdpPort() throws IOException {
        try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return probe.getLocalPort();
        }
    }

    private Process subscriber(final Path output, final String from) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.add("@" + Path.of("src/main/launch/jvm.args").toAbsolutePath());
        command.addAll(List.of("-Xmx256m", "-cp", classPath(), "io.tickwire.edge.launch.Main"));
        command.addAll(List.of("subscribe", "itch", "--from", from, "--format", "itch"));
        command.addAll(List.of("--count", Integer.toString(MESSAGES)));
        command.addAll(List.of("--shm-dir", directory.resolve("shm").toString()));
        return new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(new File(output + ".err"))
                .start();
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static Replayer.Result replay(final Path file, final int port) throws IOException {
        try (MessageSource source = new ItchFile(file);
                MulticastSender sender = new MulticastSender(new InetSocketAddress(GROUP, port), "127.0.0.1")) {
            return new Replayer(
                            source,
                            sender,
                            ReplaySettings.mold(new Pace.Rate(RATE), "IT").withSpinNs(0),
                            Replayer.systemTimer())
                    .run(() -> false);
        }
    }

    private static byte[] consume(final InetSocketAddress kafka) throws IOException {
        final Map<String, Object> properties = new HashMap<>();
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + kafka.getPort());
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, "readers");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final DataOutputStream file = new DataOutputStream(bytes);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
            consumer.subscribe(List.of("itch"));
            final long startNs = System.nanoTime();
            long expected = 0;
            while (expected < MESSAGES) {
                assertTrue(System.nanoTime() - startNs < DEADLINE_NS, "consumer stuck at " + expected);
                for (final ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    assertEquals(expected++, record.offset());
                    file.writeShort(record.value().length);
                    file.write(record.value());
                }
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void fileReplayedAtFullRateComesOutOfEveryReaderByteForByte() throws IOException, InterruptedException {
        final byte[] session = generate();
        final Path file = directory.resolve("session.itch50");
        Files.write(file, session);
        final int port = freeUdpPort();
        try (Broker broker = Assembly.start(ConfigLoader.load(null, settings(port)))) {
            final Path early = directory.resolve("early");
            final Process earlyReader = subscriber(early, "earliest");
            final Replayer.Result sent = replay(file, port);
            assertEquals(MESSAGES, sent.messages());
            assertArrayEquals(session, consume(broker.kafkaAddress()), "KafkaConsumer");
            final Path late = directory.resolve("late");
            final Process lateReader = subscriber(late, "earliest");
            awaitSame(session, earlyReader, early);
            awaitSame(session, lateReader, late);
        }
    }

    private static void awaitSame(final byte[] session, final Process reader, final Path output)
            throws IOException, InterruptedException {
        assertTrue(
                reader.waitFor(DEADLINE_NS, TimeUnit.NANOSECONDS),
                () -> "subscriber has " + output.toFile().length() + " bytes");
        final String errors = Files.readString(Path.of(output + ".err"));
        assertEquals(0, reader.exitValue(), errors);
        assertArrayEquals(session, Files.readAllBytes(output), errors);
    }
}
