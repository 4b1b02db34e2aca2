package io.tickwire.compat.endtoend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.TickwireProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way: a file through multicast and the journal to a consumer group, librdkafka, and another process by shared memory. */
class FeedToEveryReaderIT {

    private static final int MESSAGES = 12_012;
    private static final String GROUP = "239.255.42.9";
    private static final int PORT = 26_491;
    private static final String TOPIC = "itch";

    @TempDir
    private Path directory;

    @Test
    void sessionReplayedAtFullRateReachesEveryReaderUnchanged() throws Exception {
        ItchSession session = new ItchSession(MESSAGES, 20_101_224);
        Path file = directory.resolve("session.itch50");
        session.write(file);
        Map<String, String> keys = Map.of(
                "feeds.itch.group",
                GROUP,
                "feeds.itch.port",
                Integer.toString(PORT),
                "feeds.itch.interface",
                "lo",
                "feeds.itch.topic",
                TOPIC);
        try (TickwireProcess broker = TickwireProcess.start(BrokerSettings.small(), keys)) {
            Path shared = directory.resolve("subscriber.bin");
            Process subscriber = Commands.tickwire(
                    shared,
                    "subscribe",
                    TOPIC,
                    "--from",
                    "earliest",
                    "--format",
                    "itch",
                    "--count",
                    Integer.toString(MESSAGES),
                    "--shm-dir",
                    broker.sharedMemoryDirectory().toString());
            Path played = directory.resolve("replay.txt");
            Process replay = Commands.tickwire(
                    played,
                    "replay",
                    file.toString(),
                    "--to",
                    GROUP + ":" + PORT,
                    "--interface",
                    "lo",
                    "--rate",
                    "100000");
            assertEquals(0, Commands.await(replay, 60), () -> broker.output());
            Path byKcat = directory.resolve("kcat.bin");
            Process kcat = Commands.start(
                    byKcat,
                    List.of(
                            "kcat",
                            "-C",
                            "-q",
                            "-b",
                            broker.bootstrap(),
                            "-t",
                            TOPIC,
                            "-o",
                            "beginning",
                            "-c",
                            Integer.toString(MESSAGES),
                            "-f",
                            "%s"));
            assertSame(session, read(broker));
            assertEquals(0, Commands.await(kcat, 60), () -> "kcat: " + Commands.errors(byKcat));
            assertArrayEquals(session.concatenated(), Files.readAllBytes(byKcat), "kcat");
            assertEquals(0, Commands.await(subscriber, 60), () -> "subscriber: " + Commands.errors(shared));
            assertArrayEquals(session.binaryFile(), Files.readAllBytes(shared), "subscriber");
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(TickwireProcess broker) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        Map<String, Object> settings =
                Map.of("bootstrap.servers", broker.bootstrap(), "group.id", "readers", "auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (records.size() < MESSAGES && System.nanoTime() - deadline < 0) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    private static void assertSame(ItchSession session, List<ConsumerRecord<byte[], byte[]>> records) {
        assertEquals(MESSAGES, records.size());
        for (int i = 0; i < records.size(); i++) {
            assertEquals(i, records.get(i).offset());
            assertArrayEquals(session.messages().get(i), records.get(i).value(), "message " + i);
        }
    }
}
