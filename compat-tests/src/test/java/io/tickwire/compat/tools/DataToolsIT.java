package io.tickwire.compat.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.compat.differential.Case;
import io.tickwire.compat.differential.Differential;
import io.tickwire.compat.differential.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Kafka's tools that produce and consume, and those that look at transactions. */
class DataToolsIT {

    private static final int PERF_RECORDS = 2_000;

    @TestFactory
    Stream<DynamicTest> data() {
        List<Case> cases = new ArrayList<>(List.of(
                Case.of("console producer and consumer", DataToolsIT::console),
                Case.of("console consumer of internal topics", DataToolsIT::internalTopics),
                Case.of("verifiable producer and consumer", DataToolsIT::verifiable),
                Case.of("producer-perf and consumer-perf", DataToolsIT::performance),
                Case.of("producer-perf in transactions", DataToolsIT::transactionalPerformance),
                Case.of("end-to-end latency", DataToolsIT::endToEndLatency),
                Case.of("transactional message copier", DataToolsIT::copier),
                Case.of("transactions", DataToolsIT::transactions)));
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            cases.add(Case.of("console producer with " + codec, probe -> compressed(probe, codec)));
        }
        return Differential.tests("tools data", cases);
    }

    private static void console(Probe probe) throws Exception {
        probe.createTopic(1, Map.of());
        new ToolRun(
                        probe,
                        Tool.CONSOLE_PRODUCER,
                        "--topic $topic --sync --request-required-acks all --reader-property parse.key=true"
                                + " --reader-property parse.headers=true --reader-property null.marker=NULL")
                .input("h1:a,h2:b\tkey1\tvalue one\nh1:c\tkey2\tNULL\nh3:d\tkey3\tvalue three\n")
                .succeeds();
        new ToolRun(
                        probe,
                        Tool.CONSOLE_CONSUMER,
                        "--topic $topic --from-beginning --max-messages 3 --group $group"
                                + " --formatter-property print.key=true --formatter-property print.headers=true"
                                + " --formatter-property print.offset=true --formatter-property print.partition=true")
                .succeeds()
                .prints("Partition:0 Offset:0 h1:a,h2:b key1 value one")
                .prints("key2 null")
                .complains("Processed a total of 3 messages");
        new ToolRun(probe, Tool.CONSOLE_CONSUMER, "--topic $topic --partition 0 --offset 2 --timeout-ms 3000")
                .succeeds()
                .prints("value three");
        new ToolRun(
                        probe,
                        Tool.CONSOLE_CONSUMER,
                        "--include $top.* --from-beginning --max-messages 3 --isolation-level read_committed"
                                + " --command-property group.protocol=consumer")
                .succeeds()
                .prints("value one");
    }

    private static void compressed(Probe probe, String codec) throws Exception {
        probe.createTopic(1, Map.of());
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            lines.append("line ").append(i).append(" of the same text\n");
        }
        new ToolRun(
                        probe,
                        Tool.CONSOLE_PRODUCER,
                        "--topic $topic --compression-codec " + codec + " --command-property linger.ms=20")
                .input(lines.toString())
                .succeeds();
        ToolRun read = new ToolRun(probe, Tool.CONSOLE_CONSUMER, "--topic $topic --from-beginning --max-messages 200")
                .succeeds();
        assertEquals(lines.toString(), read.output());
    }

    /** What the coordinators keep is in Kafka's formats: its own formatters read it. */
    private static void internalTopics(Probe probe) throws Exception {
        probe.createTopic(1, Map.of());
        new ToolRun(probe, Tool.CONSOLE_PRODUCER, "--topic $topic --sync")
                .input("a\nb\n")
                .succeeds();
        new ToolRun(probe, Tool.CONSOLE_CONSUMER, "--topic $topic --group $group --from-beginning --max-messages 2")
                .succeeds();
        new ToolRun(
                        probe,
                        Tool.CONSUMER_GROUPS,
                        "--reset-offsets --group $group --topic $topic --to-offset 1 --execute")
                .succeeds();
        assertTrue(
                recordsOf(probe, "__consumer_offsets", probe.name("group"), "OffsetsMessageFormatter")
                        .contains("\"group\":\"" + probe.name("group") + "\",\"topic\":\"" + probe.topic()
                                + "\",\"partition\":0}},\"value\":{\"version\":4,\"data\":{\"offset\":1,"),
                "the commit, as Kafka's formatter reads it");
        assertTrue(
                recordsOf(probe, "__consumer_offsets", probe.name("group"), "GroupMetadataMessageFormatter")
                        .contains("\"group\":\"" + probe.name("group") + "\"}},\"value\":"),
                "the group, as Kafka's formatter reads it");
        try (KafkaProducer<String, String> producer = probe.producer(Map.of("transactional.id", probe.name("tx")))) {
            producer.initTransactions();
        }
        assertTrue(
                recordsOf(probe, "__transaction_state", probe.name("tx"), "TransactionLogMessageFormatter")
                        .contains("\"transactionalId\":\"" + probe.name("tx") + "\"}"),
                "the transactional id, as Kafka's formatter reads it");
        probe.saw("internal topics", "read");
    }

    /**
     * What a console consumer prints of the partition of an internal topic that a group or transactional id belongs to. Others go on
     * writing there, so it ends after as many records as there are offsets now, not only after a silence.
     */
    private static String recordsOf(Probe probe, String topic, String id, String formatter) throws Exception {
        int partitions = Probe.get(probe.admin().describeTopics(List.of(topic)).allTopicNames())
                .get(topic)
                .partitions()
                .size();
        TopicPartition partition = new TopicPartition(topic, Utils.abs(id.hashCode()) % partitions);
        long end = Probe.get(probe.admin()
                        .listOffsets(Map.of(partition, OffsetSpec.latest()))
                        .partitionResult(partition))
                .offset();
        return new ToolRun(
                        probe,
                        Tool.CONSOLE_CONSUMER,
                        "--topic " + topic + " --partition " + partition.partition()
                                + " --offset earliest --max-messages " + end
                                + " --timeout-ms 3000 --formatter org.apache.kafka.tools.consumer." + formatter)
                .unnoted()
                .succeeds()
                .output();
    }

    private static void verifiable(Probe probe) throws Exception {
        probe.createTopic(1, Map.of());
        new ToolRun(
                        probe,
                        Tool.VERIFIABLE_PRODUCER,
                        "--topic $topic --max-messages 50 --acks -1 --repeating-keys 5 --value-prefix 7"
                                + " --message-create-time 1000")
                .alone()
                .masked("\"(timestamp|avg_throughput|target_throughput)\":[-\\d.]+", "$1")
                .succeeds()
                .prints("\"name\":\"producer_send_success\"")
                .prints("\"acked\":50");
        for (String protocol : List.of("classic", "consumer")) {
            new ToolRun(
                            probe,
                            Tool.VERIFIABLE_CONSUMER,
                            "--topic $topic --group-id $" + protocol + " --group-protocol " + protocol
                                    + " --max-messages 50 --verbose --reset-policy earliest")
                    // How many records each poll brought, and who looked first.
                    .keeping("\"name\":\"record_data\"|partitions_assigned\",\"partitions\":\\[\\{|shutdown_complete")
                    .masked("\"timestamp\":\\d+", "timestamp")
                    .succeeds()
                    .prints("\"offsets\":[{\"topic\":\"" + probe.topic() + "\",\"partition\":0,\"offset\":50}]");
        }
    }

    private static void performance(Probe probe) throws Exception {
        probe.createTopic(2, Map.of());
        new ToolRun(
                        probe,
                        Tool.PRODUCER_PERF,
                        "--topic $topic --num-records " + PERF_RECORDS
                                + " --record-size 100 --throughput -1 --command-property acks=all linger.ms=5")
                .figuresMasked()
                .succeeds()
                .prints(PERF_RECORDS + " records sent");
        for (String protocol : List.of("classic", "consumer")) {
            new ToolRun(
                            probe,
                            Tool.CONSUMER_PERF,
                            "--topic $topic --group $" + protocol + " --num-records " + PERF_RECORDS
                                    + " --command-property group.protocol=" + protocol)
                    .masked("TIME", "N")
                    .figuresMasked()
                    .succeeds()
                    .prints("data.consumed.in.MB");
        }
        new ToolRun(probe, Tool.GET_OFFSETS, "--topic $topic").unnoted().succeeds();
    }

    private static void transactionalPerformance(Probe probe) throws Exception {
        probe.createTopic(1, Map.of());
        new ToolRun(
                        probe,
                        Tool.PRODUCER_PERF,
                        "--topic $topic --num-records " + PERF_RECORDS
                                + " --record-size 100 --throughput 5000 --transactional-id $tx --transaction-duration-ms 100")
                .figuresMasked()
                .succeeds()
                .prints(PERF_RECORDS + " records sent");
        ToolRun read = new ToolRun(
                        probe,
                        Tool.CONSOLE_CONSUMER,
                        "--topic $topic --from-beginning --isolation-level read_committed --max-messages "
                                + PERF_RECORDS)
                .unnoted()
                .succeeds();
        assertEquals(PERF_RECORDS, read.output().lines().count());
    }

    private static void endToEndLatency(Probe probe) throws Exception {
        probe.createTopic(1, Map.of());
        new ToolRun(probe, Tool.END_TO_END_LATENCY, "$topic 200 all 100")
                .figuresMasked()
                .succeeds()
                .prints("Percentiles: 50th = ");
    }

    private static void copier(Probe probe) throws Exception {
        probe.createTopic(1, Map.of());
        probe.createTopic(probe.name("copy"), 1, Map.of());
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            lines.append(i).append('\n');
        }
        new ToolRun(probe, Tool.CONSOLE_PRODUCER, "--topic $topic")
                .input(lines.toString())
                .succeeds();
        new ToolRun(
                        probe,
                        Tool.TRANSACTIONAL_MESSAGE_COPIER,
                        "--input-topic $topic --input-partition 0 --output-topic $copy --max-messages 100"
                                + " --consumer-group $group --transaction-size 7 --transactional-id $tx --use-group-metadata"
                                + " --enable-random-aborts")
                .unnoted()
                .succeeds()
                .prints("\"consumed\":100");
        ToolRun copied = new ToolRun(
                        probe,
                        Tool.CONSOLE_CONSUMER,
                        "--topic $copy --from-beginning --isolation-level read_committed --max-messages 100")
                .succeeds();
        assertEquals(lines.toString(), copied.output());
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--describe --group $group")
                .succeeds()
                .prints(probe.topic() + " 0 100 100 0");
    }

    private static void transactions(Probe probe) throws Exception {
        probe.createTopic(1, Map.of());
        KafkaProducer<String, String> producer = probe.producer(Map.of("transactional.id", probe.name("tx")));
        producer.initTransactions();
        producer.beginTransaction();
        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), "open")));
        new ToolRun(probe, Tool.TRANSACTIONS, "describe --transactional-id $tx")
                .masked("\\d+ 0 Ongoing \\S+ \\S+ \\S+", "PID 0 Ongoing FIGURES")
                .masked("TransactionStartTimeMs.*", "HEADER")
                .succeeds()
                .prints("Ongoing");
        new ToolRun(probe, Tool.TRANSACTIONS, "list")
                .keeping(probe.name("tx") + "|TransactionalId")
                .masked("\\d+ Ongoing", "PID Ongoing")
                .succeeds()
                .prints(probe.name("tx"));
        new ToolRun(probe, Tool.TRANSACTIONS, "describe-producers --topic $topic --partition 0")
                .masked("^\\d+ (?=0 -1 0 TIME 0)", "PID ")
                .succeeds();
        // Nothing has been open for long.
        new ToolRun(probe, Tool.TRANSACTIONS, "find-hanging --topic $topic").succeeds();
        new ToolRun(probe, Tool.TRANSACTIONS, "abort --topic $topic --partition 0 --start-offset 0").succeeds();
        new ToolRun(
                        probe,
                        Tool.CONSOLE_CONSUMER,
                        "--topic $topic --from-beginning --isolation-level read_committed --timeout-ms 2000")
                .succeeds()
                .complains("Processed a total of 0 messages");
        new ToolRun(probe, Tool.TRANSACTIONS, "abort --topic $topic --partition 0 --start-offset 0")
                .fails()
                .complains("Could not find any open transactions starting at offset 0 on partition");
        new ToolRun(probe, Tool.TRANSACTIONS, "forceTerminateTransaction --transactionalId $tx").succeeds();
        new ToolRun(probe, Tool.TRANSACTIONS, "describe --transactional-id $none")
                .fails()
                .complains("the ID could not be found");
    }
}
