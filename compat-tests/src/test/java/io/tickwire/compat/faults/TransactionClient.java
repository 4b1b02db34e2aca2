package io.tickwire.compat.faults;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * One transactional id: transactions of a few records and an offset, some committed, some aborted, some left to the next
 * producer of the same id to abort.
 */
final class TransactionClient implements Runnable {

    private static final int COMMITTED_PERCENT = 70;
    private static final int ABORTED_PERCENT = 20;
    private static final int SETTLE_TIMEOUT_S = 60;

    private final Workload.Context context;
    private final String id;
    private final Random random;
    private long number;

    TransactionClient(Workload.Context context, String id, Random random) {
        this.context = context;
        this.id = id;
        this.random = random;
    }

    @Override
    public void run() {
        while (!context.isStopping()) {
            KafkaProducer<String, String> producer = producer();
            try {
                producer.initTransactions();
                boolean isUsable = true;
                while (isUsable && !context.isStopping()) {
                    isUsable = transaction(producer);
                    Workload.pause(context, random.nextInt(5, 60));
                }
            } catch (KafkaException e) {
                context.history().error("init", e);
                Workload.pause(context, 100);
            } finally {
                producer.close(Duration.ZERO);
            }
        }
        settle();
    }

    private KafkaProducer<String, String> producer() {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                context.bootstrap(),
                "transactional.id",
                id,
                "transaction.timeout.ms",
                random.nextInt(4_000, 30_000),
                "linger.ms",
                random.nextInt(5),
                "request.timeout.ms",
                1_500,
                "delivery.timeout.ms",
                3_900,
                "max.block.ms",
                random.nextInt(2_000, 10_000),
                "retry.backoff.ms",
                20,
                "retry.backoff.max.ms",
                200,
                "reconnect.backoff.max.ms",
                200);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    /** Runs one transaction; false when the producer is of no use any more. */
    private boolean transaction(KafkaProducer<String, String> producer) {
        long mine = ++number;
        Map<String, TopicPartition> values = new HashMap<>();
        int fate = random.nextInt(100);
        boolean isEnded = false;
        Outcome outcome = Outcome.NOT_DONE;
        try {
            context.history().event(id + " begins transaction " + mine);
            producer.beginTransaction();
            send(producer, mine, values);
            if (fate < COMMITTED_PERCENT) {
                outcome = Outcome.UNKNOWN;
                commit(producer);
                outcome = Outcome.DONE;
                isEnded = true;
            } else if (fate < COMMITTED_PERCENT + ABORTED_PERCENT) {
                producer.abortTransaction();
                isEnded = true;
            }
        } catch (KafkaException e) {
            context.history().error(outcome == Outcome.UNKNOWN ? "commit" : "transaction", e);
            isEnded = outcome == Outcome.NOT_DONE && abortAfter(producer);
        }
        context.history().transaction(new History.Transaction(id, mine, values, outcome));
        return isEnded;
    }

    private void send(KafkaProducer<String, String> producer, long mine, Map<String, TopicPartition> values) {
        List<TopicPartition> partitions = Workload.transactionPartitions();
        int count = random.nextInt(1, 5);
        for (int i = 0; i < count; i++) {
            String value = id + "-" + mine + "." + i;
            TopicPartition partition = partitions.get(random.nextInt(partitions.size()));
            values.put(value, partition);
            var _ = producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, value));
        }
        producer.sendOffsetsToTransaction(
                Map.of(Workload.COMMITTED_PARTITION, new OffsetAndMetadata(mine)), groupMetadata());
        if (random.nextBoolean()) {
            producer.flush();
        }
    }

    /** A group that is in use by nobody but this client, which is in no group. */
    @SuppressWarnings("removal")
    private ConsumerGroupMetadata groupMetadata() {
        return new ConsumerGroupMetadata(id);
    }

    private void commit(KafkaProducer<String, String> producer) {
        context.history().event(id + " commits");
        try {
            producer.commitTransaction();
        } catch (TimeoutException e) {
            context.history().event(id + " commits again: " + e);
            producer.commitTransaction();
        }
    }

    private boolean abortAfter(KafkaProducer<String, String> producer) {
        try {
            producer.abortTransaction();
            return true;
        } catch (KafkaException e) {
            context.history().error("abort", e);
            return false;
        }
    }

    /** A last producer of this id makes the broker end what was left open. */
    private void settle() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_TIMEOUT_S);
        KafkaException last;
        do {
            try (KafkaProducer<String, String> producer = producer()) {
                producer.initTransactions();
                return;
            } catch (KafkaException e) {
                last = e;
                context.history().error("settle", e);
            }
        } while (System.nanoTime() - deadline < 0);
        context.history().anomaly(new Anomaly(Anomaly.Kind.STUCK, "transactional id " + id + ": " + last));
    }
}
