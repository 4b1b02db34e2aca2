package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.config.ConfigLoader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stock clients against the data plane alone, on one shard and on several. */
@ParameterizedClass(name = "{0} shards")
@ValueSource(ints = {1, 3})
class DataPlaneTest {
    private static final Map<String, Integer> TOPICS = Map.ofEntries(
            Map.entry("none", 1),
            Map.entry("gzip", 1),
            Map.entry("snappy", 1),
            Map.entry("lz4", 1),
            Map.entry("zstd", 1),
            Map.entry("acks-0", 1),
            Map.entry("acks-1", 1),
            Map.entry("acks-all", 1),
            Map.entry("large", 1),
            Map.entry("metrics", 1),
            Map.entry("many", 20));

    @TempDir
    private static Path dir;

    private static Broker broker;

    @Parameter
    @SuppressWarnings("UnusedVariable") // The invocation is made from it.
    private int shards;

    @BeforeParameterizedClassInvocation
    static void start(int shards) {
        broker = Broker.start(
                ConfigLoader.load(
                        null,
                        Map.of(
                                "data.dir",
                                dir.resolve("data-" + shards).toString(),
                                "threading.mode",
                                shards == 1 ? "shared" : "parking",
                                "threading.shards",
                                Integer.toString(shards),
                                "kafka.listen",
                                "127.0.0.1:0",
                                "metrics.listen",
                                "127.0.0.1:0")),
                0,
                context -> new FixedTopics(context, TOPICS),
                List.of(),
                shard -> List.of());
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void producedRecordsComeBackAsSent(String codec) throws Exception {
        List<byte[]> sent = produce(codec, 0, 500, 100, Map.of("compression.type", codec));
        List<ConsumerRecord<byte[], byte[]>> received = consume(codec, 1, 500);
        for (int i = 0; i < sent.size(); i++) {
            assertEquals(i, received.get(i).offset());
            assertArrayEquals(sent.get(i), received.get(i).value());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "all"})
    void everyKindOfAcknowledgementDelivers(String acks) throws Exception {
        produce("acks-" + acks, 0, 100, 10, Map.of("acks", acks));
        assertEquals(100, consume("acks-" + acks, 1, 100).size());
    }

    @Test
    void metricsCountRequestsAndBytes() throws Exception {
        produce("metrics", 0, 1, 10, Map.of());
        URI uri = URI.create("http://127.0.0.1:" + broker.metricsPort() + "/metrics");
        String text = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        assertTrue(text.matches("(?s).*tickwire_requests_total [1-9].*"), text);
        assertTrue(text.matches("(?s).*tickwire_transport_received_bytes_total [1-9].*"), text);
    }

    @Test
    void recordsOfOneMegabyteComeBackAsSent() throws Exception {
        List<byte[]> sent = produce("large", 0, 5, 1_000_000, Map.of());
        List<ConsumerRecord<byte[], byte[]>> received = consume("large", 1, 5);
        for (int i = 0; i < sent.size(); i++) {
            assertArrayEquals(sent.get(i), received.get(i).value());
        }
    }

    @Test
    void partitionsEachGetTheirOwn() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                sent.add(producer.send(new ProducerRecord<>("many", i % 20, null, new byte[] {(byte) i})));
            }
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
        }
        List<ConsumerRecord<byte[], byte[]>> received = consume("many", 20, 1000);
        Map<Integer, Integer> perPartition = new HashMap<>();
        received.forEach(record -> perPartition.merge(record.partition(), 1, Integer::sum));
        assertEquals(20, perPartition.size());
        perPartition.forEach((partition, count) -> assertEquals(50, count, "partition " + partition));
    }

    private List<byte[]> produce(String topic, int partition, int count, int size, Map<String, String> settings)
            throws Exception {
        Random random = new Random(7);
        List<byte[]> values = new ArrayList<>();
        List<Future<RecordMetadata>> acknowledged = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = producer(settings)) {
            for (int i = 0; i < count; i++) {
                byte[] value = new byte[size];
                random.nextBytes(value);
                values.add(value);
                acknowledged.add(producer.send(new ProducerRecord<>(topic, partition, null, value)));
            }
        }
        for (Future<RecordMetadata> one : acknowledged) {
            assertTrue(one.get().partition() == partition);
        }
        return values;
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrap());
        all.put("enable.idempotence", "false");
        all.put("max.request.size", "2000000");
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private List<ConsumerRecord<byte[], byte[]>> consume(String topic, int partitions, int count) {
        List<ConsumerRecord<byte[], byte[]>> received = new ArrayList<>();
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap(), "auto.offset.reset", "none");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = new ArrayList<>();
            for (int i = 0; i < partitions; i++) {
                all.add(new TopicPartition(topic, i));
            }
            consumer.assign(all);
            all.forEach(partition -> consumer.seek(partition, 0));
            long deadlineNs = System.nanoTime() + 30_000_000_000L;
            while (received.size() < count && System.nanoTime() - deadlineNs < 0) {
                consumer.poll(Duration.ofMillis(200)).forEach(received::add);
            }
        }
        assertEquals(count, received.size());
        return received;
    }

    private String bootstrap() {
        return broker.kafkaAddress().getAddress().getHostAddress() + ":"
                + broker.kafkaAddress().getPort();
    }
}
