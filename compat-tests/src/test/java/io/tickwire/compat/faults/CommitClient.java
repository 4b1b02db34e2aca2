package io.tickwire.compat.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The only client of a group: commits rising offsets. */
final class CommitClient implements Runnable {

    private static final int REQUEST_TIMEOUT_MS = 1_500;

    private final Workload.Context context;
    private final String group;
    private final Random random;
    private long offset;

    CommitClient(Workload.Context context, String group, Random random) {
        this.context = context;
        this.group = group;
        this.random = random;
    }

    @Override
    public void run() {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                context.bootstrap(),
                "group.id",
                group,
                "group.protocol",
                random.nextBoolean() ? "classic" : "consumer",
                "enable.auto.commit",
                false,
                "request.timeout.ms",
                REQUEST_TIMEOUT_MS,
                "retry.backoff.ms",
                20,
                "retry.backoff.max.ms",
                200,
                "reconnect.backoff.max.ms",
                200);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(Workload.COMMITTED_PARTITION));
            while (!context.isStopping()) {
                commit(consumer);
                Workload.pause(context, random.nextInt(5, 50));
            }
        }
    }

    private void commit(KafkaConsumer<String, String> consumer) {
        offset++;
        int kills = context.kills().get();
        long start = System.nanoTime();
        Outcome outcome = Outcome.DONE;
        try {
            consumer.commitSync(
                    Map.of(Workload.COMMITTED_PARTITION, new OffsetAndMetadata(offset)),
                    Duration.ofMillis(random.nextInt(1_000, 6_000)));
        } catch (KafkaException e) {
            context.history().error("group commit", e);
            outcome = Outcome.UNKNOWN;
        }
        boolean isRepeated = System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(REQUEST_TIMEOUT_MS / 2);
        if (outcome == Outcome.DONE && isRepeated) {
            // The client may have sent it twice, and only one of the two was answered.
            note(Outcome.UNKNOWN, kills);
        }
        note(outcome, kills);
    }

    private void note(Outcome outcome, int killsBefore) {
        context.history()
                .commit(new History.Commit(
                        group, offset, outcome, killsBefore, context.kills().get()));
    }
}
