package io.tickwire.compat.bench.floor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

/** The broker that does nothing costs clients what a broker would: all records come back, the last ones as they were sent. */
class FloorIT {
    /** More than is kept: three times as much. */
    private static final int RECORDS = 60_000;

    private static final int LATE = 100;
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final TopicPartition SECOND = new TopicPartition("floor", 1);

    private static byte[] value(int number) {
        return ByteBuffer.allocate(100).putInt(number).array();
    }

    private static void produce(KafkaProducer<byte[], byte[]> producer, int from, int to) {
        for (int i = from; i < to; i++) {
            var _ = producer.send(new ProducerRecord<>(SECOND.topic(), SECOND.partition(), null, value(i)));
        }
        producer.flush();
    }

    @Test
    void moreThanIsKeptIsReadBackToTheEndAndWhatComesThenAsItWasSent() throws Exception {
        try (FloorProcess floor =
                        FloorProcess.start(List.of("-Xmx256m", "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED"));
                Admin admin = Admin.create(Map.of("bootstrap.servers", floor.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic("floor", 2, (short) 1)))
                    .all()
                    .get();
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                            Map.of("bootstrap.servers", floor.bootstrap(), "enable.idempotence", "true"),
                            new ByteArraySerializer(),
                            new ByteArraySerializer());
                    KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                            Map.of("bootstrap.servers", floor.bootstrap(), "auto.offset.reset", "earliest"),
                            new ByteArrayDeserializer(),
                            new ByteArrayDeserializer())) {
                consumer.assign(List.of(new TopicPartition("floor", 0), SECOND));
                produce(producer, 0, RECORDS);
                long next = 0;
                long startNs = System.nanoTime();
                while (next < RECORDS && System.nanoTime() - startNs < LIMIT_NS) {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                        assertEquals(next++, record.offset());
                    }
                }
                assertEquals(RECORDS, next);
                produce(producer, RECORDS, RECORDS + LATE);
                while (next < RECORDS + LATE && System.nanoTime() - startNs < 2 * LIMIT_NS) {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                        assertArrayEquals(value((int) next), record.value());
                        assertEquals(next++, record.offset());
                    }
                }
                assertEquals(RECORDS + LATE, next);
            }
            admin.deleteTopics(List.of("floor")).all().get();
            assertEquals(0, admin.listTopics().names().get().size());
        }
    }
}
