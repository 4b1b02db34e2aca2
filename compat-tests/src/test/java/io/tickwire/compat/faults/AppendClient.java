package io.tickwire.compat.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/** Appends numbered records with idempotent producers, a new one after each that had an answer missing. */
final class AppendClient implements Runnable {

    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    private final Workload.Context context;
    private final String name;
    private final Random random;
    private long number;

    AppendClient(Workload.Context context, String name, Random random) {
        this.context = context;
        this.name = name;
        this.random = random;
    }

    @Override
    public void run() {
        for (int producers = 1; !context.isStopping(); producers++) {
            append(name + "." + producers);
        }
    }

    private void append(String writer) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                context.bootstrap(),
                "enable.idempotence",
                true,
                "compression.type",
                CODECS.get(random.nextInt(CODECS.size())),
                "linger.ms",
                random.nextInt(5),
                "request.timeout.ms",
                1_500,
                "delivery.timeout.ms",
                random.nextInt(3_000, 20_000),
                "max.block.ms",
                3_000,
                "retry.backoff.ms",
                20,
                "retry.backoff.max.ms",
                200,
                "reconnect.backoff.max.ms",
                200);
        AtomicBoolean answerMissing = new AtomicBoolean();
        KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
        try {
            while (!context.isStopping() && !answerMissing.get()) {
                send(producer, writer, answerMissing);
                Workload.pause(context, random.nextInt(1, 10));
            }
            if (!answerMissing.get()) {
                producer.flush();
            }
        } catch (KafkaException e) {
            context.history().error("append", e);
        } finally {
            // What is not answered by now must not be sent again.
            producer.close(Duration.ZERO);
        }
    }

    private void send(KafkaProducer<String, String> producer, String writer, AtomicBoolean answerMissing) {
        List<TopicPartition> partitions = Workload.logPartitions();
        TopicPartition partition = partitions.get(random.nextInt(partitions.size()));
        long mine = ++number;
        String value = writer + "-" + mine;
        var _ = producer.send(
                new ProducerRecord<>(partition.topic(), partition.partition(), null, value), (metadata, error) -> {
                    if (error != null) {
                        context.history().error("append", error);
                        answerMissing.set(true);
                    }
                    context.history()
                            .append(new History.Append(
                                    writer,
                                    mine,
                                    value,
                                    partition,
                                    error == null ? Outcome.DONE : Outcome.UNKNOWN,
                                    error == null ? metadata.offset() : -1));
                });
    }
}
