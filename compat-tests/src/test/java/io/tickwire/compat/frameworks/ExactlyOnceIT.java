package io.tickwire.compat.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.ChildJvm;
import io.tickwire.compat.target.TickwireProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@link ReadProcessWrite} and the broker are killed (SIGKILL) in turn under load. Every record of the input has one result, in
 * the input's order, and the application's place is the end of the input.
 */
class ExactlyOnceIT {

    private static final int PARTITIONS = 2;
    private static final int RECORDS = Integer.getInteger("compat.exactlyonce.records", 4_000);
    private static final int KILLS = Integer.getInteger("compat.exactlyonce.kills", 4);
    private static final long TIMEOUT_S = 240;

    @TempDir
    Path directory;

    @Test
    void killedApplicationAndBrokerLeaveOneResultPerRecord() throws Exception {
        AtomicBoolean isDone = new AtomicBoolean();
        try (TickwireProcess broker = TickwireProcess.start(BrokerSettings.small(), Map.of());
                ChildJvm application = application(broker);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            Records.createTopics(broker, PARTITIONS, ReadProcessWrite.INPUT, ReadProcessWrite.OUTPUT);
            application.start();
            Thread load = Thread.ofPlatform().start(() -> produce(broker, isDone));
            try {
                for (int kill = 1; kill <= KILLS; kill++) {
                    awaitPlace(admin, application, (long) RECORDS * kill / (KILLS + 1));
                    if (kill % 2 == 1) {
                        application.kill();
                    } else {
                        broker.kill();
                        broker.restart();
                    }
                }
                awaitPlace(admin, application, RECORDS);
            } finally {
                isDone.set(true);
                load.join();
                application.kill();
            }
            List<ConsumerRecord<String, String>> input =
                    Records.committed(broker, ReadProcessWrite.INPUT, PARTITIONS, RECORDS);
            List<ConsumerRecord<String, String>> output =
                    Records.committed(broker, ReadProcessWrite.OUTPUT, PARTITIONS, RECORDS);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                List<String> expected = new ArrayList<>();
                for (int i = partition; i < RECORDS; i += PARTITIONS) {
                    expected.add(Integer.toString(i));
                }
                assertEquals(expected, values(input, partition), "input of partition " + partition);
                assertEquals(
                        expected.stream().map(ReadProcessWrite::result).toList(),
                        values(output, partition),
                        "output of partition " + partition);
            }
            assertEquals(RECORDS, place(admin), "the application's place");
        }
    }

    private static List<String> values(List<ConsumerRecord<String, String>> records, int partition) {
        return records.stream()
                .filter(record -> record.partition() == partition)
                .map(ConsumerRecord::value)
                .toList();
    }

    private ChildJvm application(TickwireProcess broker) {
        return new ChildJvm(
                List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                System.getProperty("java.class.path"),
                List.of(ReadProcessWrite.class.getName(), broker.bootstrap()),
                directory);
    }

    /** Writes the input while the broker comes and goes; idempotent, so that each number is there once. */
    private static void produce(TickwireProcess broker, AtomicBoolean isDone) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "delivery.timeout.ms", 200_000, "linger.ms", 0),
                new StringSerializer(),
                new StringSerializer())) {
            for (int i = 0; i < RECORDS && !isDone.get(); i++) {
                String number = Integer.toString(i);
                var _ = producer.send(
                        new ProducerRecord<>(ReadProcessWrite.INPUT, i % PARTITIONS, "key " + number, number));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
    }

    /** Waits until the application has committed so many records, starting it again whenever it has ended. */
    private static void awaitPlace(Admin admin, ChildJvm application, long records) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (place(admin) < records) {
            if (!application.isAlive()) {
                application.start();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("committed only " + place(admin) + " of " + records + " records after "
                        + TIMEOUT_S + " s: " + application.tail());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static long place(Admin admin) throws Exception {
        return admin
                .listConsumerGroupOffsets(ReadProcessWrite.GROUP)
                .partitionsToOffsetAndMetadata()
                .get(TIMEOUT_S, TimeUnit.SECONDS)
                .values()
                .stream()
                .mapToLong(OffsetAndMetadata::offset)
                .sum();
    }
}
