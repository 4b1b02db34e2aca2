package io.tickwire.compat.faults;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads everything as it comes, now and then with a new consumer that goes back a way. */
final class ReadClient implements Runnable {

    private static final int LONGEST_WAY_BACK = 5_000;

    private final Workload.Context context;
    private final IsolationLevel isolation;
    private final Random random;
    private final Map<TopicPartition, Long> positions = new HashMap<>();

    ReadClient(Workload.Context context, IsolationLevel isolation, Random random) {
        this.context = context;
        this.isolation = isolation;
        this.random = random;
    }

    static Map<String, Object> settings(String bootstrap, IsolationLevel isolation) {
        return Map.of(
                "bootstrap.servers",
                bootstrap,
                "isolation.level",
                isolation.toString().toLowerCase(Locale.ROOT),
                "auto.offset.reset",
                "none",
                "enable.auto.commit",
                false,
                "request.timeout.ms",
                3_000,
                "retry.backoff.ms",
                20,
                "retry.backoff.max.ms",
                200,
                "reconnect.backoff.max.ms",
                200);
    }

    @Override
    public void run() {
        for (int readers = 1; !context.isStopping(); readers++) {
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                    settings(context.bootstrap(), isolation), new StringDeserializer(), new StringDeserializer())) {
                read(consumer, isolation.toString().toLowerCase(Locale.ROOT) + "." + readers);
            } catch (InvalidOffsetException e) {
                context.history()
                        .anomaly(
                                new Anomaly(Anomaly.Kind.LOST, "a reader's offset is out of range: " + e.getMessage()));
            } catch (KafkaException e) {
                context.history().error("read", e);
            }
        }
    }

    private void read(KafkaConsumer<String, String> consumer, String reader) {
        consumer.assign(Workload.allPartitions());
        int back = random.nextInt(LONGEST_WAY_BACK);
        for (TopicPartition partition : Workload.allPartitions()) {
            consumer.seek(partition, Math.max(0, positions.getOrDefault(partition, 0L) - back));
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(2_000, 10_000));
        while (!context.isStopping() && System.nanoTime() - end < 0) {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                positions.merge(partition, record.offset() + 1, Math::max);
                context.history().read(new History.Read(reader, isolation, partition, record.offset(), record.value()));
            }
        }
    }
}
