package io.tickwire.compat.clients;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The Java client of whatever version is on the class path, against a broker. It is compiled with the newest and runs with the
 * oldest too, so it uses only what version 2.8 has.
 *
 * <p>Arguments: broker, prefix of names. Prints one line for each feature: {@code feature: ok}, or what went wrong.
 */
final class JavaClient {

    private static final long TIMEOUT_S = 90;

    @FunctionalInterface
    private interface Feature {
        void run() throws Exception;
    }

    private final String broker;
    private final String prefix;
    private final Admin admin;

    private JavaClient(String broker, String prefix) {
        this.broker = broker;
        this.prefix = prefix;
        this.admin = Admin.create(Map.of("bootstrap.servers", broker));
    }

    public static void main(String[] arguments) {
        JavaClient client = new JavaClient(arguments[0], arguments[1]);
        client.features().forEach((name, feature) -> {
            try {
                feature.run();
                System.out.println(name + ": ok");
            } catch (Exception | AssertionError | LinkageError e) {
                System.out.println(name + ": FAILED " + e.toString().replace('\n', ' '));
            }
        });
        System.exit(0);
    }

    private Map<String, Feature> features() {
        Map<String, Feature> features = new LinkedHashMap<>();
        features.put("admin", this::administer);
        features.put("produce and consume", () -> copies("plain", Map.of()));
        for (String codec : List.of("gzip", "snappy", "lz4", "zstd")) {
            features.put(
                    "compression " + codec,
                    () -> copies("codec-" + codec, Map.of("compression.type", codec, "linger.ms", 20)));
        }
        features.put("idempotence", () -> copies("idempotent", Map.of("enable.idempotence", true)));
        features.put("groups", () -> group("classic", Map.of()));
        if (ConsumerConfig.configNames().contains("group.protocol")) {
            features.put("groups of KIP-848", () -> group("consumer", Map.of("group.protocol", "consumer")));
        }
        features.put("transactions", this::transactions);
        return features;
    }

    private void administer() throws Exception {
        String topic = createTopic("admin", 2);
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get(TIMEOUT_S, TimeUnit.SECONDS);
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        admin.incrementalAlterConfigs(Map.of(
                        resource,
                        List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "12345"), AlterConfigOp.OpType.SET))))
                .all()
                .get(TIMEOUT_S, TimeUnit.SECONDS);
        eventually("the setting", () -> "12345".equals(setting(resource)));
        admin.deleteTopics(List.of(topic)).all().get(TIMEOUT_S, TimeUnit.SECONDS);
        eventually("the topic is gone", () -> !topics().contains(topic));
    }

    private String setting(ConfigResource resource) {
        return get(() -> admin.describeConfigs(List.of(resource)).all().get(TIMEOUT_S, TimeUnit.SECONDS))
                .get(resource)
                .get("retention.ms")
                .value();
    }

    private Set<String> topics() {
        return get(() -> admin.listTopics().names().get(TIMEOUT_S, TimeUnit.SECONDS));
    }

    private void copies(String name, Map<String, ?> producing) throws Exception {
        String topic = createTopic(name, 1);
        List<String> sent = values("the same text again and again", 200);
        try (KafkaProducer<String, String> producer = producer(producing)) {
            send(producer, topic, sent);
            producer.flush();
        }
        expectRead(topic, sent, Map.of());
    }

    private void group(String protocol, Map<String, ?> settings) throws Exception {
        String topic = createTopic("group-" + protocol, 4);
        Map<String, Object> all = new HashMap<>(settings);
        all.put("group.id", prefix + "-group-" + protocol);
        try (KafkaConsumer<String, String> first = consumer(all);
                KafkaConsumer<String, String> second = consumer(all);
                KafkaProducer<String, String> producer = producer(Map.of())) {
            List<KafkaConsumer<String, String>> members = List.of(first, second);
            members.forEach(member -> member.subscribe(List.of(topic)));
            int[] seen = new int[2];
            eventually("each has two partitions", () -> {
                poll(members, seen);
                return first.assignment().size() == 2 && second.assignment().size() == 2;
            });
            send(producer, topic, values("shared", 100));
            producer.flush();
            eventually("all read", () -> {
                poll(members, seen);
                return seen[0] + seen[1] == 100;
            });
            expect(seen[0] > 0 && seen[1] > 0, "both read: " + Arrays.toString(seen));
            members.forEach(KafkaConsumer::commitSync);
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(
                            prefix + "-group-" + protocol)
                    .partitionsToOffsetAndMetadata()
                    .get(TIMEOUT_S, TimeUnit.SECONDS);
            long sum = committed.values().stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
            expect(sum == 100, "committed " + committed);
        }
    }

    private static void poll(List<KafkaConsumer<String, String>> members, int[] seen) {
        for (int i = 0; i < seen.length; i++) {
            seen[i] += members.get(i).poll(Duration.ofMillis(50)).count();
        }
    }

    private void transactions() throws Exception {
        String topic = createTopic("tx", 1);
        try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", prefix + "-tx"));
                KafkaConsumer<String, String> reader = consumer(Map.of("group.id", prefix + "-tx-offsets"))) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, topic, values("lost", 10));
            producer.flush();
            producer.abortTransaction();
            producer.beginTransaction();
            send(producer, topic, values("kept", 10));
            TopicPartition partition = new TopicPartition(topic, 0);
            producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(7)), reader.groupMetadata());
            producer.commitTransaction();
            expectRead(topic, values("kept", 10), Map.of("isolation.level", "read_committed"));
            OffsetAndMetadata committed =
                    reader.committed(Collections.singleton(partition)).get(partition);
            expect(committed.offset() == 7, "committed " + committed);
        }
    }

    private String createTopic(String name, int partitions) throws Exception {
        String topic = prefix + "-" + name;
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all()
                .get(TIMEOUT_S, TimeUnit.SECONDS);
        eventually(topic, () -> topics().contains(topic));
        return topic;
    }

    private static List<String> values(String text, int count) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(text + " " + i);
        }
        return values;
    }

    private static void send(KafkaProducer<String, String> producer, String topic, List<String> values) {
        for (String value : values) {
            ProducerRecord<String, String> record = new ProducerRecord<>(topic, "key of " + value, value);
            record.headers().add("n", value.getBytes(StandardCharsets.UTF_8));
            var _ = producer.send(record);
        }
    }

    private void expectRead(String topic, List<String> expected, Map<String, ?> settings) {
        List<String> read = new ArrayList<>();
        Map<String, Object> all = new HashMap<>(settings);
        all.put("group.id", topic);
        try (KafkaConsumer<String, String> consumer = consumer(all)) {
            consumer.subscribe(List.of(topic));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
            while (read.size() < expected.size() && System.nanoTime() - deadline < 0) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    String header = new String(record.headers().lastHeader("n").value(), StandardCharsets.UTF_8);
                    expect(header.equals(record.value()), "header " + header + " of " + record.value());
                    read.add(record.value());
                }
            }
        }
        expect(read.equals(expected), String.format(Locale.ROOT, "read %d of %d", read.size(), expected.size()));
    }

    private KafkaProducer<String, String> producer(Map<String, ?> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", broker);
        all.put("acks", "all");
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(Map<String, ?> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", broker);
        all.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    private static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (!condition.getAsBoolean()) {
            expect(System.nanoTime() - deadline < 0, "not in time: " + what);
            Thread.sleep(20);
        }
    }

    private static <T> T get(Callable<T> question) {
        try {
            return question.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void expect(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }
}
