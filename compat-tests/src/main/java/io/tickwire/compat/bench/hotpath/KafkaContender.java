package io.tickwire.compat.bench.hotpath;

import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.KafkaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Real Kafka in a process of its own, with its own clients: one partition, acks=1, linger 0. The broker is started by the sending process,
 * once, and ended with it; it and the clients' own threads are not pinned.
 */
final class KafkaContender implements Contender {
    private static final int MAX_RATE = 100_000;
    private static final String TOPIC = "hotpath";
    private static KafkaProcess broker;

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public int maxRate() {
        return MAX_RATE;
    }

    private static synchronized String bootstrap() {
        if (broker == null) {
            broker = KafkaProcess.start(BrokerSettings.small(), "-Xms512m", "-Xmx512m", "-XX:+UseG1GC");
            Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
        }
        return broker.bootstrap();
    }

    private static Path bootstrapFile(Path directory) {
        return directory.resolve("bootstrap");
    }

    private static String topic(Path directory) {
        return TOPIC + "-" + directory.getFileName();
    }

    /** Threads inherit the CPU of the one that makes them: this one has none of its own. */
    private static <T> T unpinned(Supplier<T> made) {
        return CompletableFuture.supplyAsync(made).join();
    }

    @Override
    public Publisher publisher(Path directory, int maxMessageBytes) throws IOException {
        String bootstrap = unpinned(KafkaContender::bootstrap);
        KafkaProducer<byte[], byte[]> producer = unpinned(() -> new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "linger.ms", "0", "acks", "1", "enable.idempotence", "false"),
                new ByteArraySerializer(),
                new ByteArraySerializer()));
        String topic = topic(directory);
        producer.partitionsFor(topic); // Makes it.
        Files.writeString(bootstrapFile(directory), bootstrap);
        return new Publisher() {
            @Override
            public boolean offer(DirectBuffer message, int length) {
                byte[] value = new byte[length];
                message.getBytes(0, value);
                var _ = producer.send(new ProducerRecord<>(topic, 0, null, value));
                return true;
            }

            @Override
            public void close() {
                producer.close();
            }
        };
    }

    @Override
    public Subscriber subscriber(Path directory, int maxMessageBytes) throws IOException {
        String bootstrap = Files.readString(bootstrapFile(directory));
        KafkaConsumer<byte[], byte[]> consumer = unpinned(() -> new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArrayDeserializer(), new ByteArrayDeserializer()));
        TopicPartition partition = new TopicPartition(topic(directory), 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        UnsafeBuffer view = new UnsafeBuffer(new byte[0]);
        return new Subscriber() {
            @Override
            public int poll(Handler handler) {
                int count = 0;
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(1))) {
                    view.wrap(record.value());
                    handler.onMessage(view, 0, record.value().length);
                    count++;
                }
                return count;
            }

            @Override
            public void close() {
                consumer.close();
            }
        };
    }
}
