package io.tickwire.compat.bench.clients;

import io.tickwire.compat.target.Target;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** One producer and one consumer of Kafka's own client library against one broker. */
final class ClientLoad {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final int BURST = 100;
    private static final long SERVED_WITHIN_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long DRAIN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    /** What to do: bytes of a value (at least 16), partitions, and Kafka's {@code acks}. */
    record Shape(int valueBytes, int partitions, String acks) {
        @Override
        public String toString() {
            return valueBytes + " B, " + partitions + " partition" + (partitions == 1 ? "" : "s") + ", acks=" + acks;
        }
    }

    /** Latencies in ns, counted from when each record was due. */
    record Latencies(Histogram acknowledged, Histogram consumed, long lost) {}

    /** Records, the seconds they took, and the client's requests. */
    record Flow(long records, double seconds, long requests) {
        double perSecond() {
            return records / seconds;
        }
    }

    private static final AtomicLong RUNS = new AtomicLong();

    private final Target target;
    private final Shape shape;
    private final String topic = "bench-" + RUNS.incrementAndGet();

    ClientLoad(Target target, Shape shape) {
        this.target = target;
        this.shape = shape;
    }

    /**
     * Makes the topic, and waits until each partition is served. Kafka shows a topic sooner: an idempotent producer whose first batch is
     * refused then, and whose second is taken, never gets its first one in (OUT_OF_ORDER_SEQUENCE_NUMBER, until it gives up).
     */
    void createTopic() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", target.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(topic, shape.partitions(), (short) 1)))
                    .all()
                    .get();
            awaitServed(admin);
        } catch (ExecutionException e) {
            throw new IllegalStateException("no topic on " + target.name(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void awaitServed(Admin admin) throws InterruptedException {
        Map<TopicPartition, OffsetSpec> ends = partitions().stream()
                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        long begun = System.nanoTime();
        while (true) {
            try {
                admin.listOffsets(ends).all().get();
                return;
            } catch (ExecutionException e) {
                if (System.nanoTime() - begun > SERVED_WITHIN_NS) {
                    throw new IllegalStateException(topic + " is not served by " + target.name(), e.getCause());
                }
                LockSupport.parkNanos(RETRY_NS);
            }
        }
    }

    /** Removes what the run has written. */
    void deleteTopic() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", target.bootstrap()))) {
            admin.deleteTopics(List.of(topic)).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the topic stays on " + target.name(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "bootstrap.servers", target.bootstrap(),
                "acks", shape.acks(),
                "enable.idempotence", shape.acks().equals("all")));
        settings.putAll(more);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", target.bootstrap(), "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(partitions());
        return consumer;
    }

    private List<TopicPartition> partitions() {
        return IntStream.range(0, shape.partitions())
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** Sends as fast as the client goes for so long. */
    Flow produce(double seconds) {
        byte[] value = new byte[shape.valueBytes()];
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            // Metadata is there before the clock runs.
            int known = producer.partitionsFor(topic).size();
            long start = System.nanoTime();
            long endNs = (long) (seconds * 1e9);
            long count = 0;
            while (System.nanoTime() - start < endNs) {
                for (int i = 0; i < BURST; i++) {
                    var _ = producer.send(
                            new ProducerRecord<>(topic, (int) (count % known), null, value),
                            (metadata, error) -> note(failure, error));
                    count++;
                }
            }
            producer.flush();
            double took = (System.nanoTime() - start) / 1e9;
            if (failure.get() != null) {
                throw new IllegalStateException("a record was refused by " + target.name(), failure.get());
            }
            return new Flow(count, took, requests(producer.metrics()));
        }
    }

    /** Reads back what was produced; the clock runs from the first records that arrive, which do not count. */
    Flow consume(long count) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            long begun = System.nanoTime();
            long first = 0;
            while (first == 0 && System.nanoTime() - begun < DRAIN_TIMEOUT_NS) {
                first = consumer.poll(POLL).count();
            }
            long start = System.nanoTime();
            long read = first;
            while (read < count && System.nanoTime() - start < DRAIN_TIMEOUT_NS * 4) {
                read += consumer.poll(POLL).count();
            }
            double took = (System.nanoTime() - start) / 1e9;
            if (read < count) {
                throw new IllegalStateException(target.name() + ": " + read + " of " + count + " records came back");
            }
            return new Flow(read - first, took, requests(consumer.metrics()));
        }
    }

    private static long requests(Map<MetricName, ? extends Metric> metrics) {
        return metrics.entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("request-total")
                        && metric.getKey().group().matches("(producer|consumer)-metrics"))
                .mapToLong(metric -> ((Number) metric.getValue().metricValue()).longValue())
                .sum();
    }

    private static void note(AtomicReference<Exception> failure, Exception error) {
        if (error != null) {
            failure.compareAndSet(null, error);
        }
    }

    /** Sends at a fixed rate whatever the broker does; times run from when each record was due. */
    Latencies latency(int perSecond, double warmUpSeconds, double seconds) {
        int warmUp = (int) (perSecond * warmUpSeconds);
        int total = warmUp + (int) (perSecond * seconds);
        Latencies result = new Latencies(Latency.histogram(), Latency.histogram(), 0);
        AtomicLong consumed = new AtomicLong();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer();
                KafkaProducer<byte[], byte[]> producer = producer(Map.of("linger.ms", 0))) {
            consumer.poll(Duration.ofMillis(500));
            Thread reader = Thread.ofPlatform()
                    .name("bench-consumer")
                    .start(() -> read(consumer, total, warmUp, result.consumed(), consumed));
            sendOnTime(producer, perSecond, total, warmUp, result.acknowledged());
            reader.join(TimeUnit.NANOSECONDS.toMillis(DRAIN_TIMEOUT_NS));
            consumer.wakeup();
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return new Latencies(result.acknowledged(), result.consumed(), total - consumed.get());
    }

    private void sendOnTime(
            KafkaProducer<byte[], byte[]> producer, int perSecond, int total, int warmUp, Histogram acknowledged) {
        long intervalNs = 1_000_000_000L / perSecond;
        long start = System.nanoTime() + 1_000_000;
        for (int i = 0; i < total; i++) {
            long dueNs = start + i * intervalNs;
            for (long left = dueNs - System.nanoTime(); left > 0; left = dueNs - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            byte[] value = new byte[shape.valueBytes()];
            ByteBuffer.wrap(value).putLong(dueNs).putInt(i);
            boolean counts = i >= warmUp;
            var _ = producer.send(
                    new ProducerRecord<>(topic, i % shape.partitions(), null, value), (metadata, error) -> {
                        if (counts && error == null) {
                            Latency.record(acknowledged, System.nanoTime() - dueNs);
                        }
                    });
        }
        producer.flush();
    }

    private static void read(
            KafkaConsumer<byte[], byte[]> consumer, int total, int warmUp, Histogram histogram, AtomicLong consumed) {
        try {
            while (consumed.get() < total) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    ByteBuffer value = ByteBuffer.wrap(record.value());
                    long dueNs = value.getLong();
                    if (value.getInt() >= warmUp) {
                        Latency.record(histogram, System.nanoTime() - dueNs);
                    }
                    consumed.incrementAndGet();
                }
            }
        } catch (WakeupException e) {
            // The sender has waited long enough: what is missing is reported as lost.
        }
    }
}
