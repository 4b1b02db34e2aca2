package io.tickwire.compat.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads what a broker has in the end: all partitions by each isolation level, and the committed offsets. */
final class FinalState {

    private static final int TIMEOUT_S = 60;
    private static final TopicPartition OTHER_PARTITION = new TopicPartition("log", 1);

    private final Workload.Context context;
    private final List<String> groups;
    private final boolean mayLag;

    /**
     * Reads as {@code context} says.
     *
     * @param mayLag the coordinator of a broker just started may answer from behind the end of its log until it writes again, as
     *     Kafka's has been seen to
     */
    FinalState(Workload.Context context, List<String> groups, boolean mayLag) {
        this.context = context;
        this.groups = groups;
        this.mayLag = mayLag;
    }

    void read() throws Exception {
        awaitNoOpenTransaction();
        for (IsolationLevel isolation : IsolationLevel.values()) {
            for (TopicPartition partition : Workload.allPartitions()) {
                context.history().finalRead(new History.FinalRead(isolation, partition, all(isolation, partition)));
            }
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", context.bootstrap()))) {
            readOffsets(admin);
            List<Anomaly> wrong = new ArrayList<>();
            new CommittedOffsets(context.history(), wrong).check();
            if (mayLag && !wrong.isEmpty()) {
                System.out.println("Committed offsets are read again after one more commit: " + wrong);
                for (String group : groups) {
                    admin.alterConsumerGroupOffsets(group, Map.of(OTHER_PARTITION, new OffsetAndMetadata(0)))
                            .all()
                            .get(TIMEOUT_S, TimeUnit.SECONDS);
                }
                readOffsets(admin);
            }
        }
    }

    private void readOffsets(Admin admin) throws Exception {
        for (String group : groups) {
            OffsetAndMetadata committed = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(TIMEOUT_S, TimeUnit.SECONDS)
                    .get(Workload.COMMITTED_PARTITION);
            context.history().finalOffset(group, committed == null ? null : committed.offset());
        }
    }

    /** With every transaction ended, readers of committed records come as far as all others. */
    private void awaitNoOpenTransaction() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (true) {
            Map<TopicPartition, Long> committed = ends(IsolationLevel.READ_COMMITTED);
            Map<TopicPartition, Long> all = ends(IsolationLevel.READ_UNCOMMITTED);
            if (committed.equals(all)) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                context.history()
                        .anomaly(new Anomaly(
                                Anomaly.Kind.STUCK,
                                Anomaly.OPEN + TIMEOUT_S + " s: stable up to " + committed + " of " + all));
                return;
            }
            Thread.sleep(100);
        }
    }

    private Map<TopicPartition, Long> ends(IsolationLevel isolation) {
        try (KafkaConsumer<String, String> consumer = consumer(isolation)) {
            return consumer.endOffsets(Workload.allPartitions());
        }
    }

    private KafkaConsumer<String, String> consumer(IsolationLevel isolation) {
        return new KafkaConsumer<>(
                ReadClient.settings(context.bootstrap(), isolation),
                new StringDeserializer(),
                new StringDeserializer());
    }

    private NavigableMap<Long, String> all(IsolationLevel isolation, TopicPartition partition) {
        TreeMap<Long, String> values = new TreeMap<>();
        try (KafkaConsumer<String, String> consumer = consumer(isolation)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 0);
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    values.put(record.offset(), record.value());
                }
                if (System.nanoTime() - deadline > 0) {
                    context.history()
                            .anomaly(new Anomaly(
                                    Anomaly.Kind.STUCK,
                                    isolation + " reader of " + partition + " at " + consumer.position(partition)
                                            + " of " + end));
                    break;
                }
            }
        }
        return values;
    }
}
