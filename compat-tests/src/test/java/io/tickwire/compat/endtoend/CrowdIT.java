package io.tickwire.compat.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.Targets;
import java.io.DataInputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Many partitions, many connections, and a reader that stops reading: the rest goes on, on Kafka and here. */
class CrowdIT {

    @TestFactory
    Stream<DynamicTest> crowds() {
        return Stream.of(Targets.reference(), Targets.subject())
                .flatMap(target -> Stream.of(
                        DynamicTest.dynamicTest(target.name() + ": 1,000 partitions", () -> thousandPartitions(target)),
                        DynamicTest.dynamicTest(
                                target.name() + ": 500 idle connections", () -> idleConnections(target)),
                        DynamicTest.dynamicTest(
                                target.name() + ": a consumer that stops reading", () -> stuckConsumer(target))));
    }

    private static void create(Target target, String topic, int partitions) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", target.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .all()
                    .get();
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(Target target) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        target.bootstrap(),
                        "max.block.ms",
                        30_000,
                        "delivery.timeout.ms",
                        60_000,
                        "linger.ms",
                        0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static int consume(Target target, String topic, int partitions, int count) {
        Set<String> seen = new HashSet<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", target.bootstrap(), "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(IntStream.range(0, partitions)
                    .mapToObj(i -> new TopicPartition(topic, i))
                    .toList());
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (seen.size() < count && System.nanoTime() - deadline < 0) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> seen.add(record.partition() + "@" + record.offset()));
            }
        }
        return seen.size();
    }

    private static void thousandPartitions(Target target) throws Exception {
        create(target, "crowd-partitions", 1_000);
        try (KafkaProducer<byte[], byte[]> producer = producer(target)) {
            for (int i = 0; i < 1_000; i++) {
                var _ = producer.send(new ProducerRecord<>("crowd-partitions", i, null, new byte[] {1}));
            }
            producer.flush();
        }
        assertEquals(1_000, consume(target, "crowd-partitions", 1_000, 1_000));
    }

    private static void idleConnections(Target target) throws Exception {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                idle.add(new Socket(target.host(), target.port()));
            }
            create(target, "crowd-idle", 1);
            try (KafkaProducer<byte[], byte[]> producer = producer(target)) {
                producer.send(new ProducerRecord<>("crowd-idle", new byte[] {1}))
                        .get();
            }
            assertEquals(1, consume(target, "crowd-idle", 1, 1));
            for (Socket socket : idle) {
                assertTrue(answersApiVersions(socket), "an idle connection answers");
            }
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    /** ApiVersions version 0, without client id. */
    private static boolean answersApiVersions(Socket socket) throws Exception {
        socket.setSoTimeout(10_000);
        socket.getOutputStream()
                .write(ByteBuffer.allocate(14)
                        .putInt(10)
                        .putShort((short) 18)
                        .putShort((short) 0)
                        .putInt(5)
                        .putShort((short) -1)
                        .array());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return ByteBuffer.wrap(frame).getInt() == 5;
    }

    private static void stuckConsumer(Target target) throws Exception {
        String topic = "crowd-stuck";
        create(target, topic, 1);
        byte[] value = new byte[500_000];
        try (KafkaProducer<byte[], byte[]> producer = producer(target);
                Socket stuck = new Socket()) {
            for (int i = 0; i < 20; i++) {
                producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
            }
            stuck.setReceiveBufferSize(4_096);
            stuck.connect(new InetSocketAddress(target.host(), target.port()));
            // Asks for ten megabytes five times and reads none of it.
            byte[] fetch = fetchRequest(topic);
            for (int i = 0; i < 5; i++) {
                stuck.getOutputStream().write(fetch);
            }
            for (int i = 0; i < 20; i++) {
                producer.send(new ProducerRecord<>(topic, 0, null, new byte[] {1}))
                        .get();
            }
            assertEquals(40, consume(target, topic, 1, 40));
        }
    }

    /** Fetch version 4 of partition 0 from offset 0. */
    private static byte[] fetchRequest(String topic) {
        byte[] name = topic.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer buffer = ByteBuffer.allocate(200);
        buffer.putInt(0);
        buffer.putShort((short) 1).putShort((short) 4).putInt(9).putShort((short) -1);
        buffer.putInt(-1).putInt(100).putInt(1).putInt(10_000_000).put((byte) 0);
        buffer.putInt(1).putShort((short) name.length).put(name);
        buffer.putInt(1).putInt(0).putLong(0).putInt(10_000_000);
        buffer.putInt(0, buffer.position() - 4);
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
    }
}
