package io.tickwire.compat.differential;

import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.Targets;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * One case's view of one broker: makes clients for it, and notes what they see. Names are made from the case's name, so that
 * they are equal on both brokers. Used by the case's thread.
 */
public final class Probe implements AutoCloseable {

    static final String BROKEN = "BROKEN ";

    private static final Map<String, Admin> ADMINS = new ConcurrentHashMap<>();
    private static final long FUTURE_TIMEOUT_S = 70;

    /** A machine's disk stands still for 15 s at times, under either broker. */
    private static final long PATIENCE_S = 60;

    private static final long SLOW_S = 5;

    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }

    @FunctionalInterface
    interface Question {
        Object ask() throws Exception;
    }

    private final Target target;
    private final String id;
    private final List<String> lines = new ArrayList<>();
    private final List<AutoCloseable> clients = new ArrayList<>();

    Probe(Target target, String id) {
        this.target = target;
        // The hash keeps names apart that differ in other characters only.
        this.id = id.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + "-"
                + Integer.toHexString(id.hashCode() & 0xffff);
    }

    public Target target() {
        return target;
    }

    /** Returns a name of this case's own, for topics, groups and transactional ids. */
    public String name(String suffix) {
        return id + "-" + suffix;
    }

    public String topic() {
        return name("topic");
    }

    public TopicPartition partition(int number) {
        return new TopicPartition(topic(), number);
    }

    // --- what is seen ---

    public void saw(String what, Object value) {
        lines.add(what + " = " + Rendering.of(value));
    }

    /** Notes an answer, or the class of error that came instead of it. */
    void ask(String what, Question question) {
        try {
            saw(what, question.ask());
        } catch (Exception e) {
            lines.add(what + " ! " + unwrap(e).getClass().getSimpleName());
        }
    }

    /** Notes the class of error, or that there was none. */
    void attempt(String what, Action action) {
        ask(what, () -> {
            action.run();
            return "done";
        });
    }

    /** Notes the class and the text of an error. */
    void attemptWithText(String what, Action action) {
        try {
            action.run();
            lines.add(what + " = done");
        } catch (Exception e) {
            lines.add(what + " ! " + unwrap(e));
        }
    }

    void sawRecords(String what, List<? extends ConsumerRecord<String, String>> records) {
        saw(what + " count", records.size());
        for (ConsumerRecord<String, String> record : records) {
            lines.add(what + " " + Rendering.ofRecord(record));
        }
    }

    void broken(Throwable cause) {
        lines.add(BROKEN + unwrap(cause));
    }

    List<String> lines() {
        return lines;
    }

    // --- clients ---

    public Admin admin() {
        return ADMINS.computeIfAbsent(
                target.bootstrap(),
                address -> Admin.create(Map.of(
                        "bootstrap.servers", address, "default.api.timeout.ms", 60_000, "request.timeout.ms", 20_000)));
    }

    public KafkaProducer<String, String> producer(Map<String, ?> settings) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "bootstrap.servers", target.bootstrap(),
                "linger.ms", 0,
                "max.block.ms", 60_000,
                "request.timeout.ms", 30_000,
                "delivery.timeout.ms", 60_000,
                "retry.backoff.ms", 20));
        all.putAll(settings);
        return track(new KafkaProducer<>(all, new StringSerializer(), new StringSerializer()));
    }

    public KafkaConsumer<String, String> consumer(Map<String, ?> settings) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "bootstrap.servers",
                target.bootstrap(),
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false,
                "retry.backoff.ms",
                20,
                "default.api.timeout.ms",
                60_000));
        all.putAll(settings);
        return track(new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer()));
    }

    public KafkaShareConsumer<String, String> shareConsumer(Map<String, ?> settings) {
        Map<String, Object> all =
                new HashMap<>(Map.of("bootstrap.servers", target.bootstrap(), "retry.backoff.ms", 20));
        all.putAll(settings);
        return track(new KafkaShareConsumer<>(all, new StringDeserializer(), new StringDeserializer()));
    }

    public <T extends AutoCloseable> T track(T client) {
        clients.add(client);
        return client;
    }

    // --- common steps ---

    public void createTopic(int partitions, Map<String, String> configs) throws Exception {
        createTopic(topic(), partitions, configs);
    }

    public void createTopic(String name, int partitions, Map<String, String> configs) throws Exception {
        CreateTopicsResult created =
                admin().createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs)));
        get(created.all());
        Uuid id = get(created.topicId(name));
        // Kafka answers before its request handlers know the topic, perhaps while they still know one of that name
        // before it.
        eventually(() -> knows(name, id, partitions));
        // It names leaders before they serve; this asks until they do.
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (int i = 0; i < partitions; i++) {
            ends.put(new TopicPartition(name, i), OffsetSpec.latest());
        }
        get(admin().listOffsets(ends).all());
    }

    private boolean knows(String topic, Uuid id, int partitions) {
        try {
            TopicDescription description =
                    get(admin().describeTopics(List.of(topic)).allTopicNames()).get(topic);
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            return description.topicId().equals(id)
                    && description.partitions().size() == partitions
                    && !get(admin().describeConfigs(List.of(resource)).all()).isEmpty();
        } catch (Exception e) {
            return false;
        }
    }

    /** Sends records one after another without waiting, then waits until all are acknowledged: a case's records are there, or it is broken. */
    static void sendAll(KafkaProducer<String, String> producer, Stream<ProducerRecord<String, String>> records)
            throws Exception {
        List<Future<RecordMetadata>> sent = records.map(producer::send).toList();
        producer.flush();
        for (Future<RecordMetadata> one : sent) {
            get(one);
        }
    }

    /** Reads from the start of partitions until so many records came, or {@value #PATIENCE_S} s have passed. */
    List<ConsumerRecord<String, String>> readAll(int count, Map<String, ?> settings, TopicPartition... partitions) {
        KafkaConsumer<String, String> consumer = consumer(settings);
        consumer.assign(List.of(partitions));
        consumer.seekToBeginning(List.of(partitions));
        return poll(consumer, count);
    }

    public static List<ConsumerRecord<String, String>> poll(KafkaConsumer<String, String> consumer, int count) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (records.size() < count && System.nanoTime() - deadline < 0) {
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        return records;
    }

    /** Waits for what a broker does in its own time; false when it has not after {@value #PATIENCE_S} s. */
    public static boolean eventually(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }

    /** Waits for an answer; one that keeps a case waiting long is told of, with what Tickwire did meanwhile. */
    public static <T> T get(Future<T> future) throws Exception {
        try {
            return future.get(SLOW_S, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            StackTraceElement asked = new Throwable().getStackTrace()[1];
            System.out.println("No answer for " + SLOW_S + " s to the "
                    + Thread.currentThread().getName() + " at " + asked + ". "
                    + Targets.subject().name() + " now:\n" + Targets.subject().diagnosis());
        }
        return future.get(FUTURE_TIMEOUT_S, TimeUnit.SECONDS);
    }

    static Throwable unwrap(Throwable error) {
        Throwable cause = error;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    @Override
    public void close() {
        for (AutoCloseable client : clients.reversed()) {
            try {
                if (client instanceof KafkaProducer<?, ?> producer) {
                    producer.close(Duration.ofSeconds(2));
                } else {
                    client.close();
                }
            } catch (Exception e) {
                lines.add("close ! " + unwrap(e).getClass().getSimpleName());
            }
        }
    }

    /** Texts of records, the same for equal records. */
    static final class Rendering {

        private static final int LONGEST = 60;

        private Rendering() {}

        static String of(Object value) {
            if (value instanceof byte[] bytes) {
                return new String(bytes, StandardCharsets.UTF_8);
            }
            return String.valueOf(value);
        }

        static String ofRecord(ConsumerRecord<String, String> record) {
            StringBuilder text = new StringBuilder();
            text.append(record.partition()).append('@').append(record.offset());
            text.append(" epoch ")
                    .append(record.leaderEpoch().map(String::valueOf).orElse("-"));
            text.append(' ').append(record.timestampType());
            if (record.timestampType() == TimestampType.CREATE_TIME && record.timestamp() < 1_000_000_000_000L) {
                // Only times that a case chose are the same on both brokers, and those are small.
                text.append(' ').append(record.timestamp());
            }
            text.append(' ').append(shortened(record.key())).append('=').append(shortened(record.value()));
            text.append(" sizes ")
                    .append(record.serializedKeySize())
                    .append(',')
                    .append(record.serializedValueSize());
            for (Header header : record.headers()) {
                text.append(' ')
                        .append(header.key())
                        .append(':')
                        .append(header.value() == null ? "null" : of(header.value()));
            }
            return text.toString();
        }

        private static String shortened(String text) {
            return text == null || text.length() <= LONGEST
                    ? text
                    : text.substring(0, LONGEST) + "…#" + Integer.toHexString(text.hashCode());
        }
    }
}
