package io.tickwire.edge.launch.feed;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The demo's stock Kafka consumer, which also asks the broker for its offset and its consumers once a second. */
final class DemoConsumer implements Runnable {
    private static final String GROUP = "tickwire-demo";
    private static final TopicPartition PARTITION = new TopicPartition(DemoCommand.TOPIC, 0);
    private static final long ASK_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long ASSIGNMENT_PATIENCE_NS = TimeUnit.SECONDS.toNanos(15);

    private final Properties properties = new Properties();
    private final AtomicLong received = new AtomicLong();
    private volatile long journalOffset;
    private volatile int consumerCount;
    private volatile boolean assigned;
    private volatile boolean stopped;
    private volatile String failure;

    DemoConsumer(final int port) {
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + port);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, GROUP);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, "false");
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    }

    @Override
    public void run() {
        final Properties adminProperties = new Properties();
        adminProperties.put(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, properties.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG));
        adminProperties.put(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, "false");
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties);
                Admin admin = Admin.create(adminProperties)) {
            consumer.subscribe(List.of(DemoCommand.TOPIC));
            long nextAskNs = System.nanoTime();
            while (!stopped) {
                received.addAndGet(consumer.poll(Duration.ofMillis(50)).count());
                assigned = assigned || !consumer.assignment().isEmpty();
                if (System.nanoTime() - nextAskNs >= 0) {
                    nextAskNs += ASK_INTERVAL_NS;
                    ask(admin);
                }
            }
        } catch (final KafkaException e) {
            failure = e.getMessage();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Why the consumer ended before its time, or null. */
    String failure() {
        return failure;
    }

    private void ask(final Admin admin) throws InterruptedException {
        try {
            journalOffset = admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest()))
                    .partitionResult(PARTITION)
                    .get()
                    .offset();
            final List<String> groups = admin.listGroups().all().get().stream()
                    .map(GroupListing::groupId)
                    .toList();
            consumerCount = admin.describeConsumerGroups(groups).all().get().values().stream()
                    .map(ConsumerGroupDescription::members)
                    .mapToInt(Collection::size)
                    .sum();
        } catch (final ExecutionException | KafkaException e) {
            // A group may have ended between the two questions; the next answer is a second away.
            consumerCount = Math.max(consumerCount, 0);
        }
    }

    /** Waits until the consumer has its partition, so that the first message is not early. */
    void awaitAssignment(final BooleanSupplier stop) {
        final long deadlineNs = System.nanoTime() + ASSIGNMENT_PATIENCE_NS;
        while (!assigned && failure == null && !stop.getAsBoolean() && deadlineNs - System.nanoTime() > 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    long received() {
        return received.get();
    }

    long journalOffset() {
        return journalOffset;
    }

    int consumerCount() {
        return consumerCount;
    }

    void stop() {
        stopped = true;
    }
}
