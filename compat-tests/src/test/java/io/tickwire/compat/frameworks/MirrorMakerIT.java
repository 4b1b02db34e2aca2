package io.tickwire.compat.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.ChildJvm;
import io.tickwire.compat.target.KafkaProcess;
import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.TickwireProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * MirrorMaker 2, exactly once, from Tickwire to real Kafka. It is killed in the middle; the mirrored topic has every record once
 * with its partition, key, value, header and time, and the place of a group that reads the source is known at the target.
 */
class MirrorMakerIT {

    private static final String TOPIC = "mirrored";
    private static final String MIRROR = "tickwire." + TOPIC;
    private static final String GROUP = "readers";
    private static final int PARTITIONS = 2;
    private static final int RECORDS_PER_ROUND = 500;

    @TempDir
    Path directory;

    @Test
    void killedMirrorMakerMirrorsEachRecordOnce() throws Exception {
        try (TickwireProcess tickwire = TickwireProcess.start(BrokerSettings.small(), Map.of());
                KafkaProcess kafka = KafkaProcess.start(BrokerSettings.small());
                ChildJvm mirrorMaker = mirrorMaker(tickwire, kafka)) {
            Records.createTopics(tickwire, PARTITIONS, TOPIC);
            produce(tickwire, 0);
            mirrorMaker.start();
            Records.await("the mirror is there", () -> topics(kafka).contains(MIRROR));
            assertEquals(
                    RECORDS_PER_ROUND,
                    Records.committed(kafka, MIRROR, PARTITIONS, RECORDS_PER_ROUND)
                            .size());
            produce(tickwire, 1);
            mirrorMaker.kill();
            produce(tickwire, 2);
            mirrorMaker.start();
            int count = 3 * RECORDS_PER_ROUND;
            List<String> expected = lines(Records.committed(tickwire, TOPIC, PARTITIONS, count));
            assertEquals(count, expected.size());
            assertEquals(expected, lines(Records.committed(kafka, MIRROR, PARTITIONS, count)));
            commit(tickwire, count / PARTITIONS);
            Records.await("the group's place is mirrored", () -> place(kafka) > 0);
            mirrorMaker.stop(20_000);
        }
    }

    private ChildJvm mirrorMaker(Target source, Target target) throws Exception {
        Map<String, String> settings = new TreeMap<>();
        settings.put("clusters", "tickwire,kafka");
        settings.put("tickwire.bootstrap.servers", source.bootstrap());
        settings.put("kafka.bootstrap.servers", target.bootstrap());
        settings.put("tickwire->kafka.enabled", "true");
        settings.put("kafka->tickwire.enabled", "false");
        settings.put("tickwire->kafka.topics", TOPIC);
        settings.put("tickwire->kafka.groups", GROUP);
        settings.put("tickwire->kafka.sync.group.offsets.enabled", "true");
        settings.put("kafka.exactly.once.source.support", "enabled");
        settings.put("dedicated.mode.enable.internal.rest", "true");
        settings.put("listeners", "http://127.0.0.1:0");
        settings.put("tasks.max", "1");
        settings.put("replication.factor", "1");
        for (String topic : List.of("checkpoints", "heartbeats", "offset-syncs")) {
            settings.put(topic + ".topic.replication.factor", "1");
        }
        for (String topic : List.of("config", "offset", "status")) {
            settings.put(topic + ".storage.replication.factor", "1");
        }
        settings.put("emit.heartbeats.enabled", "false");
        settings.put("emit.checkpoints.interval.seconds", "1");
        settings.put("sync.group.offsets.interval.seconds", "1");
        settings.put("refresh.groups.interval.seconds", "1");
        settings.put("offset.flush.interval.ms", "500");
        settings.put("plugin.discovery", "service_load");
        settings.put("offset.lag.max", "0");
        settings.put("kafka.session.timeout.ms", "6000");
        settings.put("kafka.heartbeat.interval.ms", "1000");
        settings.put("scheduled.rebalance.max.delay.ms", "0");
        settings.put("kafka.producer.transaction.timeout.ms", "6000");
        return new ChildJvm(
                List.of(
                        "-Xmx384m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED"),
                System.getProperty("java.class.path"),
                List.of(
                        "org.apache.kafka.connect.mirror.MirrorMaker",
                        ConnectWorker.PropertiesFile.write(directory.resolve("mirror.properties"), settings)),
                directory);
    }

    private static void produce(Target target, int round) {
        try (KafkaProducer<String, String> producer = Records.producer(target)) {
            for (int i = round * RECORDS_PER_ROUND; i < (round + 1) * RECORDS_PER_ROUND; i++) {
                ProducerRecord<String, String> record =
                        new ProducerRecord<>(TOPIC, i % PARTITIONS, 1_000L + i, "key " + i, "value " + i);
                record.headers().add("n", Integer.toString(i).getBytes(StandardCharsets.UTF_8));
                var _ = producer.send(record);
            }
            producer.flush();
        }
    }

    /** Leaves a group of the source at the end of a partition: a place that is mirrored already, so that it can be translated. */
    private static void commit(Target target, long offset) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", target.bootstrap(), "group.id", GROUP),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.commitSync(Map.of(new TopicPartition(TOPIC, 0), new OffsetAndMetadata(offset)));
        }
    }

    private static Set<String> topics(Target target) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", target.bootstrap()))) {
            return admin.listTopics().names().get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static long place(Target target) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", target.bootstrap()))) {
            return admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get().values().stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Describes records, those of a partition in its order. */
    private static List<String> lines(List<ConsumerRecord<String, String>> records) {
        return records.stream()
                .sorted(Comparator.comparingInt(ConsumerRecord::partition))
                .map(record -> "%d %d %s=%s %s"
                        .formatted(
                                record.partition(),
                                record.timestamp(),
                                record.key(),
                                record.value(),
                                new String(record.headers().lastHeader("n").value(), StandardCharsets.UTF_8)))
                .toList();
    }
}
