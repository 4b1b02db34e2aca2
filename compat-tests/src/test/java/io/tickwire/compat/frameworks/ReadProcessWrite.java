package io.tickwire.compat.frameworks;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Reads {@link #INPUT}, writes what it makes of each record to the same partition of {@link #OUTPUT}, and commits both and its
 * place in the input in one transaction per poll. Any error ends the process; whoever runs it starts it again.
 *
 * <p>Argument: broker.
 */
final class ReadProcessWrite {

    static final String GROUP = "read-process-write";
    static final String INPUT = "input";
    static final String OUTPUT = "output";

    private ReadProcessWrite() {}

    public static void main(String[] arguments) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                arguments[0],
                                "group.id",
                                GROUP,
                                "auto.offset.reset",
                                "earliest",
                                "isolation.level",
                                "read_committed",
                                "enable.auto.commit",
                                false,
                                "max.poll.records",
                                20,
                                // A killed member is gone after that long.
                                "session.timeout.ms",
                                6_000),
                        new StringDeserializer(),
                        new StringDeserializer());
                KafkaProducer<String, String> producer = new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                arguments[0],
                                "transactional.id",
                                GROUP,
                                "linger.ms",
                                0,
                                "transaction.timeout.ms",
                                10_000),
                        new StringSerializer(),
                        new StringSerializer())) {
            consumer.subscribe(List.of(INPUT));
            producer.initTransactions();
            while (true) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
                if (!records.isEmpty()) {
                    process(records, consumer, producer);
                }
            }
        } catch (RuntimeException e) {
            System.out.println("ended by " + e);
            Runtime.getRuntime().halt(1);
        }
    }

    private static void process(
            ConsumerRecords<String, String> records,
            KafkaConsumer<String, String> consumer,
            KafkaProducer<String, String> producer) {
        Map<TopicPartition, OffsetAndMetadata> places = new HashMap<>();
        producer.beginTransaction();
        for (ConsumerRecord<String, String> record : records) {
            var _ = producer.send(
                    new ProducerRecord<>(OUTPUT, record.partition(), record.key(), result(record.value())));
            places.put(
                    new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
        }
        producer.sendOffsetsToTransaction(places, consumer.groupMetadata());
        producer.commitTransaction();
    }

    static String result(String input) {
        return "result of " + input;
    }
}
