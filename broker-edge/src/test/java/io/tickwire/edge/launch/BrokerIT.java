package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.config.ConfigLoader;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole broker, in this process, with stock clients; on one shard and on two. */
@Timeout(240)
@ParameterizedClass(name = "{0} shards")
@ValueSource(ints = {1, 2})
class BrokerIT {
    private static final int MEGABYTE = 1_000_000;

    @TempDir
    private static Path dir;

    private static Broker broker;

    @Parameter
    @SuppressWarnings("UnusedVariable") // The invocation is made from it.
    private int shards;

    @BeforeParameterizedClassInvocation
    static void start(int shards) {
        broker = Assembly.start(ConfigLoader.load(
                null,
                Map.of(
                        "data.dir",
                        dir.resolve("data-" + shards).toString(),
                        "threading.mode",
                        shards == 1 ? "shared" : "parking",
                        "threading.shards",
                        Integer.toString(shards),
                        "shm.enabled",
                        "false",
                        "kafka.listen",
                        "127.0.0.1:0")));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        broker.close();
    }

    @Test
    void consumerThatStopsReadingDelaysNobodyAndHoldsOneResponse() throws Exception {
        create("stuck", 1);
        produce("stuck", 40, MEGABYTE);
        try (Socket stuck = connect()) {
            // 40 MB asked for, and never read: far more than socket buffers take.
            for (int i = 0; i < 8; i++) {
                stuck.getOutputStream().write(fetch("stuck", i));
            }
            assertEquals(40, consume("stuck", 40).size());
            produce("stuck", 1, 100);
            assertEquals(41, consume("stuck", 41).size());
            DataInputStream in = new DataInputStream(stuck.getInputStream());
            int length = in.readInt();
            assertTrue(length > 30 * MEGABYTE, "response of " + length);
            assertEquals(0, in.readInt());
            in.skipNBytes(length - 4L);
            in.readInt();
            assertEquals(1, in.readInt(), "the second response follows the first");
        }
    }

    @Test
    void fiveHundredIdleConnectionsClientsAreServed() throws Exception {
        create("idle", 1);
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                idle.add(connect());
            }
            produce("idle", 100, 100);
            assertEquals(100, consume("idle", 100).size());
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void malformedRequestsCloseTheirConnectionAndNothingElse() throws Exception {
        create("healthy", 1);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 100; i++) {
            try (Socket socket = connect()) {
                byte[] body = new byte[8 + random.nextInt(200)];
                random.nextBytes(body);
                ByteBuffer frame =
                        ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body);
                if (i % 2 == 0) {
                    // A key and a version that are served, and then nonsense.
                    frame.putShort(4, ApiKeys.PRODUCE.id).putShort(6, ApiKeys.PRODUCE.latestVersion());
                } else {
                    frame.putShort(4, (short) 1999);
                }
                socket.getOutputStream().write(frame.array());
                assertEquals(-1, socket.getInputStream().read(), "seed " + seed + ", request " + i);
            }
        }
        produce("healthy", 10, 10);
        assertEquals(10, consume("healthy", 10).size());
    }

    @Test
    void waitingFetchIsAnsweredByTheAppend() throws Exception {
        create("woken", 1);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(Map.of("fetch.max.wait.ms", "30000"));
                KafkaProducer<byte[], byte[]> producer = producer(Map.of("linger.ms", "0"))) {
            consumer.assign(List.of(new TopicPartition("woken", 0)));
            consumer.seekToBeginning(consumer.assignment());
            consumer.poll(Duration.ofMillis(500));
            long startNs = System.nanoTime();
            producer.send(new ProducerRecord<>("woken", 0, null, new byte[] {1}))
                    .get();
            List<ConsumerRecord<byte[], byte[]>> received = new ArrayList<>();
            while (received.isEmpty()) {
                consumer.poll(Duration.ofSeconds(20)).forEach(received::add);
            }
            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
            assertTrue(tookMs < 15_000, "answered by its deadline, not by the append: " + tookMs + " ms");
        }
    }

    @Test
    void thousandPartitionsEachGetsItsRecords() throws Exception {
        create("thousand", 1000);
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                sent.add(producer.send(new ProducerRecord<>("thousand", i % 1000, null, new byte[] {(byte) i})));
            }
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
        }
        Map<Integer, Integer> counts = new HashMap<>();
        consume("thousand", 2000).forEach(record -> counts.merge(record.partition(), 1, Integer::sum));
        assertEquals(1000, counts.size());
        counts.forEach((partition, count) -> assertEquals(2, count, "partition " + partition));
    }

    @Test
    void megabyteAndEmptyRecordsComeBackAsSent() throws Exception {
        create("sizes", 1);
        List<byte[]> large = produce("sizes", 3, MEGABYTE);
        List<byte[]> empty = produce("sizes", 3, 0);
        List<ConsumerRecord<byte[], byte[]>> received = consume("sizes", 6);
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(large.get(i), received.get(i).value());
            assertArrayEquals(empty.get(i), received.get(3 + i).value());
        }
    }

    @Test
    void committedTransactionIsSeenAndAbortedOneIsNot() throws Exception {
        create("transacted", 1);
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", "t1"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("transacted", 0, null, new byte[] {1}))
                    .get();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("transacted", 0, null, new byte[] {2}))
                    .get();
            producer.commitTransaction();
        }
        List<ConsumerRecord<byte[], byte[]>> received =
                consume("transacted", 1, Map.of("isolation.level", "read_committed"));
        assertArrayEquals(new byte[] {2}, received.get(0).value());
    }

    private static byte[] fetch(String topic, int correlationId) {
        FetchRequestData.FetchPartition partition = new FetchRequestData.FetchPartition()
                .setPartition(0)
                .setFetchOffset(0)
                .setPartitionMaxBytes(50 * MEGABYTE);
        FetchRequestData body = new FetchRequestData()
                .setMaxWaitMs(100)
                .setMinBytes(1)
                .setMaxBytes(50 * MEGABYTE)
                .setTopics(List.of(
                        new FetchRequestData.FetchTopic().setTopic(topic).setPartitions(List.of(partition))));
        short version = 11;
        ByteBuffer bytes = RequestUtils.serialize(
                new org.apache.kafka.common.message.RequestHeaderData()
                        .setRequestApiKey(ApiKeys.FETCH.id)
                        .setRequestApiVersion(version)
                        .setCorrelationId(correlationId)
                        .setClientId("stuck"),
                ApiKeys.FETCH.requestHeaderVersion(version),
                body,
                version);
        return ByteBuffer.allocate(4 + bytes.remaining())
                .putInt(bytes.remaining())
                .put(bytes)
                .array();
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(
                broker.kafkaAddress().getAddress(), broker.kafkaAddress().getPort());
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static void create(String topic, int partitions) throws Exception {
        // A thousand journals take a while on a slow disk.
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", bootstrap(),
                "request.timeout.ms", "200000",
                "default.api.timeout.ms", "200000");
        try (Admin admin = Admin.create(settings)) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .all()
                    .get();
        }
    }

    private static List<byte[]> produce(String topic, int count, int size) throws Exception {
        Random random = new Random(7);
        List<byte[]> values = new ArrayList<>();
        List<Future<RecordMetadata>> acknowledged = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            for (int i = 0; i < count; i++) {
                byte[] value = new byte[size];
                random.nextBytes(value);
                values.add(value);
                acknowledged.add(producer.send(new ProducerRecord<>(topic, 0, null, value)));
            }
        }
        for (Future<RecordMetadata> one : acknowledged) {
            one.get();
        }
        return values;
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrap());
        all.put("max.request.size", "2000000");
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrap());
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static List<ConsumerRecord<byte[], byte[]>> consume(String topic, int count) {
        return consume(topic, count, Map.of());
    }

    private static List<ConsumerRecord<byte[], byte[]>> consume(String topic, int count, Map<String, String> settings) {
        List<ConsumerRecord<byte[], byte[]>> received = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(settings)) {
            consumer.assign(consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList());
            consumer.seekToBeginning(consumer.assignment());
            long deadlineNs = System.nanoTime() + 60_000_000_000L;
            while (received.size() < count && System.nanoTime() - deadlineNs < 0) {
                consumer.poll(Duration.ofMillis(200)).forEach(received::add);
            }
        }
        assertEquals(count, received.size());
        return received;
    }

    private static String bootstrap() {
        return broker.kafkaAddress().getAddress().getHostAddress() + ":"
                + broker.kafkaAddress().getPort();
    }
}
