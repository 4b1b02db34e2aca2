package io.tickwire.compat.differential;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Groups and transactions over a kill after the topics that hold them have been compacted. What was stored once, at the beginning, and
 * what was stored again and again is asked for; that compaction took place shows in the internal topic itself, where of many
 * records of the busy one few are left.
 */
final class InternalTopicRestarts {

    private static final String OFFSETS = "__consumer_offsets";
    private static final String TRANSACTIONS = "__transaction_state";

    /** Of either topic: what the brokers of this suite are told. */
    private static final int PARTITIONS = 4;

    private static final int LEAST_WRITTEN = 40;

    private InternalTopicRestarts() {}

    static List<RestartCase> cases() {
        return List.of(
                new RestartCase("offsets compacted", InternalTopicRestarts::offsets),
                new RestartCase("transaction states compacted", InternalTopicRestarts::transactions));
    }

    /** A name that the coordinator keeps in the same partition as another one. */
    private static String sibling(Probe probe, String what, String of) {
        for (int i = 0; ; i++) {
            if (partition(probe.name(what + i)) == partition(probe.name(of))) {
                return what + i;
            }
        }
    }

    private static int partition(String name) {
        return Utils.abs(name.hashCode()) % PARTITIONS;
    }

    private static void offsets(Probe probe, Restarts broker) throws Exception {
        probe.createTopic(3, Map.of());
        String once = sibling(probe, "once", "busy");
        String gone = sibling(probe, "gone", "busy");
        for (String group : List.of(once, gone)) {
            commit(probe, group, 0, new OffsetAndMetadata(3, "three"));
            commit(probe, group, 1, new OffsetAndMetadata(4));
        }
        commit(probe, once, 1, new OffsetAndMetadata(40, "forty"));
        Probe.get(probe.admin().deleteConsumerGroups(List.of(probe.name(gone))).all());
        commit(probe, "busy", 0, new OffsetAndMetadata(5, "five"));
        int[] written = {0};
        probe.saw("compacted", CompactionRestarts.within(() -> {
            for (int i = 0; i < 10; i++) {
                commit(probe, "busy", 1, new OffsetAndMetadata(written[0]++));
            }
            return written[0] > LEAST_WRITTEN && recordsOf(probe, OFFSETS, probe.name("busy")) < written[0] / 2;
        }));
        commit(probe, "busy", 1, new OffsetAndMetadata(99, "last"));
        List<String> groups = List.of(once, gone, "busy");
        for (String group : groups) {
            sawOffsets(probe, group);
        }

        broker.killed();
        for (String group : groups) {
            sawOffsets(probe, group);
        }
        commit(probe, "busy", 2, new OffsetAndMetadata(7));
        sawOffsets(probe, "busy");
    }

    private static void commit(Probe probe, String group, int partition, OffsetAndMetadata offset) throws Exception {
        Probe.get(probe.admin()
                .alterConsumerGroupOffsets(probe.name(group), Map.of(probe.partition(partition), offset))
                .all());
    }

    private static void sawOffsets(Probe probe, String group) throws Exception {
        Map<Integer, String> offsets = new TreeMap<>();
        Probe.get(probe.admin().listConsumerGroupOffsets(probe.name(group)).partitionsToOffsetAndMetadata())
                .forEach((partition, offset) ->
                        offsets.put(partition.partition(), offset.offset() + " " + offset.metadata()));
        probe.saw("offsets of " + group, offsets);
        probe.ask(
                "state of " + group,
                () -> Probe.get(probe.admin()
                                .describeConsumerGroups(List.of(probe.name(group)))
                                .all())
                        .get(probe.name(group))
                        .groupState());
    }

    private static void transactions(Probe probe, Restarts broker) throws Exception {
        probe.createTopic(1, Map.of());
        String once = sibling(probe, "once", "busy");
        String open = sibling(probe, "open", "busy");
        transact(probe, producer(probe, once), true);
        KafkaProducer<String, String> staysOpen = producer(probe, open);
        staysOpen.beginTransaction();
        send(probe, staysOpen, "open");
        KafkaProducer<String, String> busy = producer(probe, "busy");
        int[] written = {0};
        probe.saw("compacted", CompactionRestarts.within(() -> {
            for (int i = 0; i < 10; i++) {
                transact(probe, busy, written[0]++ % 2 == 0);
            }
            return written[0] > LEAST_WRITTEN && recordsOf(probe, TRANSACTIONS, probe.name("busy")) < written[0] / 2;
        }));
        List<String> ids = List.of(once, open, "busy");
        sawTransactions(probe, ids);
        long producerId = described(probe, open).producerId();

        broker.killed();
        sawTransactions(probe, ids);
        probe.saw("same producer", described(probe, open).producerId() == producerId);
        send(probe, staysOpen, "after");
        staysOpen.commitTransaction();
        transact(probe, busy, true);
        probe.saw(
                "ended",
                CompactionRestarts.within(
                        () -> described(probe, open).state().toString().equals("CompleteCommit")
                                && described(probe, "busy").state().toString().equals("CompleteCommit")));
        sawTransactions(probe, ids);
        probe.saw(
                "listed",
                Probe.get(probe.admin()
                                .listTransactions(new ListTransactionsOptions())
                                .all())
                        .stream()
                        .map(listing -> listing.transactionalId())
                        .filter(id -> id.startsWith(probe.name("")))
                        .sorted()
                        .toList());
    }

    private static KafkaProducer<String, String> producer(Probe probe, String id) {
        KafkaProducer<String, String> producer = CompactionRestarts.patient(
                probe, Map.of("transactional.id", probe.name(id), "transaction.timeout.ms", 600_000));
        producer.initTransactions();
        return producer;
    }

    private static void send(Probe probe, KafkaProducer<String, String> producer, String value) throws Exception {
        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, null, value)));
    }

    private static void transact(Probe probe, KafkaProducer<String, String> producer, boolean commit) throws Exception {
        producer.beginTransaction();
        send(probe, producer, "v");
        if (commit) {
            producer.commitTransaction();
        } else {
            producer.abortTransaction();
        }
    }

    private static TransactionDescription described(Probe probe, String id) throws Exception {
        return Probe.get(
                probe.admin().describeTransactions(List.of(probe.name(id))).description(probe.name(id)));
    }

    private static void sawTransactions(Probe probe, List<String> ids) throws Exception {
        for (String id : ids) {
            TransactionDescription description = described(probe, id);
            probe.saw(
                    "transaction " + id,
                    (id.equals("busy") ? "some state" : description.state()) + " timeout "
                            + description.transactionTimeoutMs() + " of "
                            + description.topicPartitions().size());
        }
    }

    /** Records of an internal topic whose key holds a name. */
    private static int recordsOf(Probe probe, String topic, String name) {
        TopicPartition partition = new TopicPartition(topic, partition(name));
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", probe.target().bootstrap(), "default.api.timeout.ms", 60_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            int[] found = {0};
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (consumer.position(partition) < end && System.nanoTime() - deadline < 0) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                    if (new String(record.key(), StandardCharsets.ISO_8859_1).contains(name)) {
                        found[0]++;
                    }
                });
            }
            return found[0];
        }
    }
}
