package io.tickwire.compat.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.config.ConfigResource;

/** Steps that cases of share groups have in common. The case's group is called {@code share}. */
final class ShareSteps {

    static final Map<String, String> EXPLICIT = Map.of("share.acknowledgement.mode", "explicit");

    private ShareSteps() {}

    static KafkaShareConsumer<String, String> member(Probe probe, Map<String, ?> more) {
        Map<String, Object> settings = new HashMap<>(Map.of("group.id", probe.name("share")));
        settings.putAll(more);
        KafkaShareConsumer<String, String> consumer = probe.shareConsumer(settings);
        consumer.subscribe(List.of(probe.topic()));
        return consumer;
    }

    static void prepare(Probe probe, Map<String, String> groupConfigs, int records) throws Exception {
        probe.createTopic(1, Map.of());
        Map<String, String> configs = new HashMap<>(Map.of("share.auto.offset.reset", "earliest"));
        configs.putAll(groupConfigs);
        configure(probe, configs);
        KafkaProducer<String, String> producer = probe.producer(Map.of());
        Probe.sendAll(
                producer,
                IntStream.range(0, records)
                        .mapToObj(i -> new ProducerRecord<>(probe.topic(), 0, 1L + i, (String) null, "value " + i)));
    }

    static void configure(Probe probe, Map<String, String> configs) throws Exception {
        configure(probe, "share", configs);
    }

    /** Sets settings of a group of the case's, and waits until they are in force. */
    static void configure(Probe probe, String suffix, Map<String, String> configs) throws Exception {
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, probe.name(suffix));
        List<AlterConfigOp> operations = configs.entrySet().stream()
                .map(config -> new AlterConfigOp(
                        new ConfigEntry(config.getKey(), config.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        Probe.get(
                probe.admin().incrementalAlterConfigs(Map.of(group, operations)).all());
        Probe.eventually(() -> {
            try {
                Config seen = Probe.get(
                                probe.admin().describeConfigs(List.of(group)).all())
                        .get(group);
                return configs.entrySet().stream()
                        .allMatch(config -> config.getValue()
                                .equals(seen.get(config.getKey()).value()));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Polls until so many records came; acknowledges each as told (null: leaves it to the next poll). */
    static List<String> poll(KafkaShareConsumer<String, String> consumer, int count, AcknowledgeType type)
            throws Exception {
        List<String> seen = new ArrayList<>();
        Probe.eventually(() -> {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                seen.add(record.offset() + ":" + record.value() + " delivery "
                        + record.deliveryCount().orElse((short) -1));
                if (type != null) {
                    consumer.acknowledge(record, type);
                }
            }
            return seen.size() >= count;
        });
        return seen;
    }

    /** Produces one batch of records, value 0 and so on, to partition 0. */
    static void produceBatch(Probe probe, int records, Map<String, ?> settings) {
        Map<String, Object> all = new HashMap<>(Map.of("linger.ms", 100_000, "delivery.timeout.ms", 200_000));
        all.putAll(settings);
        KafkaProducer<String, String> producer = probe.producer(all);
        for (int i = 0; i < records; i++) {
            var _ = producer.send(new ProducerRecord<>(probe.topic(), 0, 1L + i, "key " + i, "value " + i));
        }
        producer.flush();
    }

    /** Commits, and returns what came of it for each partition: "done" or the class of error. */
    static List<String> commit(KafkaShareConsumer<String, String> consumer) {
        Map<TopicIdPartition, Optional<KafkaException>> results = consumer.commitSync(Duration.ofSeconds(30));
        return results.entrySet().stream()
                .map(result -> result.getKey().topicPartition().partition() + " "
                        + result.getValue()
                                .map(error -> error.getClass().getSimpleName())
                                .orElse("done"))
                .sorted()
                .toList();
    }

    /** Polls until records came, and returns them unacknowledged. */
    static List<ConsumerRecord<String, String>> some(KafkaShareConsumer<String, String> consumer) throws Exception {
        List<ConsumerRecord<String, String>> seen = new ArrayList<>();
        boolean _ = Probe.eventually(() -> {
            consumer.poll(Duration.ofMillis(200)).forEach(seen::add);
            return !seen.isEmpty();
        });
        return seen;
    }

    /** Says that nothing comes for a while. */
    static void sawNothing(Probe probe, String what, KafkaShareConsumer<String, String> consumer) {
        probe.saw(what, consumer.poll(Duration.ofMillis(700)).count());
    }

    /** Waits until the start offset of partition 0 is there. */
    static void sawStartOffset(Probe probe, long offset) throws Exception {
        probe.saw("start offset " + offset, Probe.eventually(() -> startOffset(probe) == offset));
    }

    /** Waits until everything is acknowledged. */
    static void sawAllAcknowledged(Probe probe) throws Exception {
        probe.saw("all acknowledged", Probe.eventually(() -> isAllAcknowledged(probe)));
    }

    /** Waits until the group, as it is described, is so. */
    static void sawGroup(Probe probe, String what, Predicate<ShareGroupDescription> so) throws Exception {
        probe.saw(what, Probe.eventually(() -> {
            try {
                return so.test(Probe.get(probe.admin()
                                .describeShareGroups(List.of(probe.name("share")))
                                .all())
                        .get(probe.name("share")));
            } catch (Exception e) {
                return false;
            }
        }));
    }

    static long startOffset(Probe probe) {
        try {
            var offsets = Probe.get(probe.admin()
                    .listShareGroupOffsets(Map.of(probe.name("share"), new ListShareGroupOffsetsSpec()))
                    .partitionsToOffsetInfo(probe.name("share")));
            var offset = offsets.get(probe.partition(0));
            return offset == null ? -1 : offset.startOffset();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Everything is acknowledged; the start of a share partition moves later, by its next read. */
    static boolean isAllAcknowledged(Probe probe) {
        try {
            var offsets = Probe.get(probe.admin()
                    .listShareGroupOffsets(Map.of(probe.name("share"), new ListShareGroupOffsetsSpec()))
                    .partitionsToOffsetInfo(probe.name("share")));
            var offset = offsets.get(probe.partition(0));
            return offset != null && offset.lag().equals(Optional.of(0L));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
