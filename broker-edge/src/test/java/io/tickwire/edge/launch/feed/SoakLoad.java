package io.tickwire.edge.launch.feed;

import io.tickwire.edge.shm.PublisherSettings;
import io.tickwire.edge.shm.SharedMemoryPublisher;
import io.tickwire.edge.shm.ShmException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writers that go on over kills of the broker: bursts through shared memory, now and then a record too large for the ring, compressed batches,
 * transactions that commit or abort. What became of a record that had no answer when the broker died is not known, and does not matter:
 * readers are compared with the log.
 */
final class SoakLoad {
    private static final int LONGEST_BYTES = 20_000;

    private final SoakBroker broker;
    private final Path shm;
    private volatile boolean stopped;

    SoakLoad(final SoakBroker broker, final Path shm) {
        this.broker = broker;
        this.shm = shm;
    }

    void stop() {
        stopped = true;
    }

    private static byte[] bytes(final SplittableRandom random, final int length) {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Bursts through shared memory, some longer than the ring. */
    void publish(final SplittableRandom random) {
        while (!stopped) {
            try (SharedMemoryPublisher publisher =
                    SharedMemoryPublisher.open(new PublisherSettings(shm, SoakBroker.TOPIC, 0, 1 << 20, 4096))) {
                while (!stopped && publisher.state() != SharedMemoryPublisher.State.CLOSED && isAlive(publisher)) {
                    burst(publisher, random);
                    LockSupport.parkNanos(random.nextInt(50_000_000));
                }
            } catch (final ShmException e) {
                // No broker at the moment.
                LockSupport.parkNanos(20_000_000);
            }
        }
    }

    private static boolean isAlive(final SharedMemoryPublisher publisher) {
        return publisher.state() == SharedMemoryPublisher.State.WAITING
                || publisher.heartbeatAgeNs(System.nanoTime()) < TimeUnit.SECONDS.toNanos(1);
    }

    private void burst(final SharedMemoryPublisher publisher, final SplittableRandom random) {
        final int count = random.nextInt(10) == 0 ? 1_000 : random.nextInt(100);
        for (int i = 0; i < count && !stopped; i++) {
            final int length = random.nextInt(200) == 0 ? LONGEST_BYTES : random.nextInt(600);
            final UnsafeBuffer value = new UnsafeBuffer(bytes(random, length));
            while (publisher.offer(value, 0, Math.min(length, 8), value, 0, length)
                            == SharedMemoryPublisher.BACK_PRESSURED
                    && isAlive(publisher)
                    && !stopped) {
                answers(publisher);
            }
        }
        answers(publisher);
    }

    private static void answers(final SharedMemoryPublisher publisher) {
        publisher.poll((number, offset, error, appendTimeMs) -> {}, Integer.MAX_VALUE);
    }

    private Producer<byte[], byte[]> producer(final Map<String, Object> more) {
        final Map<String, Object> settings = new HashMap<>(more);
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap());
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 2_000);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 5_000);
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 100);
        return new KafkaProducer<>(settings);
    }

    private static void send(final Producer<byte[], byte[]> producer, final SplittableRandom random, final int count) {
        for (int i = 0; i < count; i++) {
            final Future<RecordMetadata> unanswered = producer.send(new ProducerRecord<>(
                    SoakBroker.TOPIC, 0, bytes(random, 8), bytes(random, 1 + random.nextInt(300))));
            assert unanswered != null;
        }
    }

    /** Compressed batches. */
    void compress(final SplittableRandom random) {
        try (Producer<byte[], byte[]> producer =
                producer(Map.of(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip", ProducerConfig.LINGER_MS_CONFIG, 5))) {
            while (!stopped) {
                try {
                    send(producer, random, 20);
                } catch (final KafkaException e) {
                    // The broker is being restarted.
                }
                LockSupport.parkNanos(random.nextInt(200_000_000));
            }
            producer.close(Duration.ofSeconds(10));
        }
    }

    /** Transactions, every third of which is aborted. */
    void transact(final SplittableRandom random) {
        while (!stopped) {
            final Producer<byte[], byte[]> producer = producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "soak"));
            try {
                producer.initTransactions();
                while (!stopped) {
                    producer.beginTransaction();
                    send(producer, random, 5);
                    if (random.nextInt(3) == 0) {
                        producer.abortTransaction();
                    } else {
                        producer.commitTransaction();
                    }
                    LockSupport.parkNanos(random.nextInt(300_000_000));
                }
            } catch (final KafkaException e) {
                // The broker is being restarted: begin again.
                LockSupport.parkNanos(50_000_000);
            } finally {
                producer.close(Duration.ZERO);
            }
        }
    }
}
