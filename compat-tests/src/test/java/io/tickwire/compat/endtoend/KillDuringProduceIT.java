package io.tickwire.compat.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.TickwireProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** SIGKILL in the middle of a produce load: what was acknowledged is there after the restart, once and in order. */
class KillDuringProduceIT {

    private static final TopicPartition PARTITION = new TopicPartition("killed", 0);
    private static final int ACKNOWLEDGED_BEFORE_KILL = 5_000;
    private static final int ROUNDS = 2;

    /** Offset to number, of every acknowledged record. */
    private final SortedMap<Long, Integer> acknowledged = new ConcurrentSkipListMap<>();

    private int nextNumber;

    @Test
    void brokerKilledUnderLoadKeepsEveryAcknowledgedRecordAndCommit() throws Exception {
        try (TickwireProcess broker = TickwireProcess.start(BrokerSettings.small(), Map.of())) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
                        .all()
                        .get();
            }
            for (int round = 1; round <= ROUNDS; round++) {
                long committed = commit(broker, acknowledged.size());
                loadAndKill(broker, round * ACKNOWLEDGED_BEFORE_KILL);
                broker.restart();
                assertEverythingAcknowledged(read(broker));
                assertEquals(committed, committed(broker), "committed offset after kill " + round);
            }
        }
    }

    private void loadAndKill(TickwireProcess broker, int untilAcknowledged) throws InterruptedException {
        AtomicBoolean stopped = new AtomicBoolean();
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                broker.bootstrap(),
                "acks",
                "all",
                "linger.ms",
                1,
                "delivery.timeout.ms",
                5_000,
                "request.timeout.ms",
                2_000,
                "max.block.ms",
                2_000);
        KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
        Thread sender = Thread.ofPlatform().start(() -> {
            while (!stopped.get()) {
                int number = nextNumber++;
                try {
                    var _ = producer.send(
                            new ProducerRecord<>(PARTITION.topic(), 0, null, null, Integer.toString(number)),
                            (metadata, error) -> {
                                if (error == null) {
                                    acknowledged.put(metadata.offset(), number);
                                }
                            });
                } catch (KafkaException | IllegalStateException e) {
                    // Closed under our hands, after the kill.
                    return;
                }
            }
        });
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (acknowledged.size() < untilAcknowledged && System.nanoTime() - deadline < 0) {
            Thread.sleep(1);
        }
        broker.kill();
        stopped.set(true);
        // Nothing of this producer may be sent again after the restart: what is not acknowledged stays so.
        producer.close(Duration.ZERO);
        sender.join();
        assertTrue(
                acknowledged.size() >= untilAcknowledged,
                acknowledged.size() + " records acknowledged before the kill");
    }

    private static SortedMap<Long, Integer> read(TickwireProcess broker) {
        SortedMap<Long, Integer> records = new TreeMap<>();
        try (KafkaConsumer<String, String> consumer = consumer(broker)) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (consumer.position(PARTITION) < end && System.nanoTime() - deadline < 0) {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(record -> assertNull(
                                records.put(record.offset(), Integer.parseInt(record.value())), "an offset twice"));
            }
        }
        return records;
    }

    private void assertEverythingAcknowledged(SortedMap<Long, Integer> read) {
        acknowledged.forEach((offset, number) -> assertEquals(number, read.get(offset), "record at offset " + offset));
        List<Integer> numbers = new ArrayList<>(read.values());
        for (int i = 1; i < numbers.size(); i++) {
            assertTrue(
                    numbers.get(i) > numbers.get(i - 1),
                    "order at " + i + ": " + numbers.get(i - 1) + ", " + numbers.get(i));
        }
    }

    private static long commit(TickwireProcess broker, long offset) {
        try (KafkaConsumer<String, String> consumer = consumer(broker)) {
            consumer.assign(List.of(PARTITION));
            consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(offset)));
            return offset;
        }
    }

    private static long committed(TickwireProcess broker) {
        try (KafkaConsumer<String, String> consumer = consumer(broker)) {
            return consumer.committed(Set.of(PARTITION)).get(PARTITION).offset();
        }
    }

    private static KafkaConsumer<String, String> consumer(TickwireProcess broker) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "group.id", "watchers", "enable.auto.commit", false),
                new StringDeserializer(),
                new StringDeserializer());
    }
}
