package io.tickwire.edge.launch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tickwire.edge.config.ConfigLoader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a whole broker allocates while a stock producer and a stock consumer keep it busy: next to nothing on the shard, whose
 * requests are Produce and Fetch, each fetch parked and completed by an append.
 *
 * <p>{@code -Dtickwire.seconds=N} measures for longer.
 */
class BrokerAllocationTest {
    private static final int SECONDS_PER_ROUND = Integer.getInteger("tickwire.seconds", 1);
    private static final int LEAST_ROUNDS = Math.min(SECONDS_PER_ROUND, 3);
    private static final int ROUNDS = 30;

    /**
     * Clients ask for metadata now and then, which goes through Kafka's own classes. Decoding one request with those takes 1,300 bytes.
     */
    private static final long MOST_BYTES_PER_REQUEST = 100;

    private static final Pattern REQUESTS = Pattern.compile("(?m)^tickwire_requests_total ([0-9.E]+)$");

    @TempDir
    Path directory;

    private volatile boolean ends;

    private static long requests(Broker broker) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + broker.metricsPort() + "/metrics");
            Matcher found = REQUESTS.matcher(
                    client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                            .body());
            assertTrue(found.find(), "no count of requests");
            return (long) Double.parseDouble(found.group(1));
        }
    }

    private long produce(String bootstrap) throws Exception {
        long count = 0;
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "acks", "1", "linger.ms", "0"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            byte[] value = new byte[100];
            while (!ends) {
                Future<?> sent = producer.send(new ProducerRecord<>("busy", 0, null, value));
                if (count++ % 10 == 0) {
                    sent.get(60, TimeUnit.SECONDS);
                }
            }
        }
        return count;
    }

    private long consume(String bootstrap) {
        long count = 0;
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition("busy", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (!ends) {
                count += consumer.poll(Duration.ofMillis(100)).count();
            }
        }
        return count;
    }

    @Test
    void stockClientsKeepTheShardBusyAndItAllocatesNextToNothing() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Broker broker = Assembly.start(ConfigLoader.load(
                        null,
                        Map.of(
                                "data.dir", directory.resolve("data").toString(),
                                "kafka.listen", "127.0.0.1:0",
                                "metrics.listen", "127.0.0.1:0",
                                "shm.enabled", "false")));
                ExecutorService clients = Executors.newFixedThreadPool(2)) {
            broker.control()
                    .ensureTopic("busy", 1, Map.of())
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            String bootstrap = "127.0.0.1:" + broker.kafkaAddress().getPort();
            Future<Long> produced = clients.submit(() -> produce(bootstrap));
            Future<Long> consumed = clients.submit(() -> consume(bootstrap));
            long shard = HotPathAllocationTest.shard().threadId();
            try {
                double least = Double.MAX_VALUE;
                for (int round = 0;
                        round < LEAST_ROUNDS || (round < ROUNDS && least > MOST_BYTES_PER_REQUEST);
                        round++) {
                    long requestsBefore = requests(broker);
                    long bytesBefore = threads.getThreadAllocatedBytes(shard);
                    TimeUnit.SECONDS.sleep(SECONDS_PER_ROUND);
                    long bytes = threads.getThreadAllocatedBytes(shard) - bytesBefore;
                    long requests = requests(broker) - requestsBefore;
                    System.out.printf("%d requests in %d s, %d B on the shard%n", requests, SECONDS_PER_ROUND, bytes);
                    least = requests == 0 ? least : Math.min(least, (double) bytes / requests);
                }
                assertTrue(least <= MOST_BYTES_PER_REQUEST, least + " B per request");
            } finally {
                ends = true;
            }
            assertTrue(consumed.get(60, TimeUnit.SECONDS) > 0);
            assertTrue(produced.get(60, TimeUnit.SECONDS) > 0);
        }
    }
}
