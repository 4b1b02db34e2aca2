package io.tickwire.compat.tools;

import io.tickwire.compat.differential.Case;
import io.tickwire.compat.differential.Differential;
import io.tickwire.compat.differential.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's tools for topics, their settings, offsets and replicas. */
class TopicToolsIT {

    @TempDir
    static Path files;

    /** Writes a file under a name of the case's own, since both brokers' cases run at the same time. */
    private static String file(Probe probe, String suffix, String text) throws IOException {
        Path file = files.resolve(probe.target().name() + "-" + probe.name(suffix));
        return Files.writeString(file, text).toString();
    }

    private static void write(Probe probe, int partition, int count) throws Exception {
        KafkaProducer<String, String> producer = probe.producer(Map.of());
        for (int i = 0; i < count; i++) {
            Probe.get(producer.send(new ProducerRecord<>(probe.topic(), partition, 1_000L + i, null, "v" + i)));
        }
    }

    @TestFactory
    Stream<DynamicTest> topics() {
        return Differential.tests(
                "tools topics",
                List.of(
                        Case.of("topics", TopicToolsIT::topics),
                        Case.of("topics in error", TopicToolsIT::topicsInError),
                        Case.of("configs of a topic", TopicToolsIT::configs),
                        Case.of("get-offsets", TopicToolsIT::getOffsets),
                        Case.of("delete-records", TopicToolsIT::deleteRecords),
                        Case.of("log-dirs", TopicToolsIT::logDirs),
                        Case.of("leader-election", TopicToolsIT::leaderElection),
                        Case.of("reassign-partitions", TopicToolsIT::reassignPartitions),
                        Case.of("replica-verification", TopicToolsIT::replicaVerification)));
    }

    private static void topics(Probe probe) throws Exception {
        String topic = probe.topic();
        new ToolRun(
                        probe,
                        Tool.TOPICS,
                        "--create --topic $topic --partitions 3 --replication-factor 1 --config retention.ms=12345 --config cleanup.policy=compact,delete")
                .succeeds()
                .prints("Created topic " + topic);
        new ToolRun(probe, Tool.TOPICS, "--list --topic $topic").eventually(topic);
        new ToolRun(probe, Tool.TOPICS, "--describe --topic $topic")
                .succeeds()
                .prints("PartitionCount: 3")
                .prints("retention.ms=12345")
                .prints("Partition: 2 Leader: 1 Replicas: 1 Isr: 1");
        new ToolRun(probe, Tool.TOPICS, "--describe --topics-with-overrides --topic $topic")
                .succeeds()
                .prints("cleanup.policy=compact,delete");
        new ToolRun(probe, Tool.TOPICS, "--describe --under-replicated-partitions --topic $topic").succeeds();
        new ToolRun(probe, Tool.TOPICS, "--describe --unavailable-partitions --topic $topic").succeeds();
        new ToolRun(probe, Tool.TOPICS, "--describe --at-min-isr-partitions --topic $topic")
                .succeeds()
                .prints("Partition: 1");
        new ToolRun(probe, Tool.TOPICS, "--alter --topic $topic --partitions 5").succeeds();
        new ToolRun(probe, Tool.TOPICS, "--describe --topic $topic").eventually("Partition: 4");
        new ToolRun(probe, Tool.TOPICS, "--delete --topic $topic").succeeds();
        new ToolRun(probe, Tool.TOPICS, "--describe --topic $topic").fails().complains("does not exist");
    }

    private static void topicsInError(Probe probe) throws Exception {
        probe.createTopic(2, Map.of());
        new ToolRun(probe, Tool.TOPICS, "--create --topic $topic").fails().complains("already exists");
        new ToolRun(probe, Tool.TOPICS, "--create --topic $topic --if-not-exists").succeeds();
        new ToolRun(probe, Tool.TOPICS, "--create --topic no/such-name").fails().complains("Topic name is invalid");
        new ToolRun(probe, Tool.TOPICS, "--create --topic $topicx --replication-factor 2")
                .fails()
                .complains("replication factor of 2 cannot be reached");
        new ToolRun(probe, Tool.TOPICS, "--create --topic $topicx --config retention.ms=soon")
                .fails()
                .complains("Invalid value soon for configuration retention.ms");
        new ToolRun(probe, Tool.TOPICS, "--create --topic $topicx --replica-assignment 7").fails();
        new ToolRun(probe, Tool.TOPICS, "--alter --topic $topic --partitions 1")
                .fails()
                .complains("currently has 2 partition(s); 1 would not be an increase");
        new ToolRun(probe, Tool.TOPICS, "--delete --topic $topic-none").fails().complains("does not exist");
        new ToolRun(probe, Tool.TOPICS, "--delete --topic $topic-none --if-exists").succeeds();
    }

    private static void configs(Probe probe) throws Exception {
        String topic = probe.topic();
        probe.createTopic(1, Map.of());
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type topics --entity-name $topic --add-config retention.bytes=4096,cleanup.policy=[compact,delete],segment.bytes=1048576")
                .succeeds()
                .prints("Completed updating config for topic " + topic);
        new ToolRun(probe, Tool.CONFIGS, "--describe --topic $topic")
                .sorted()
                .eventually("retention.bytes=4096 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.bytes=4096");
        new ToolRun(probe, Tool.CONFIGS, "--describe --all --topic $topic")
                .sorted()
                .succeeds()
                .prints("min.insync.replicas=1");
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type topics --entity-name $topic --delete-config retention.bytes,cleanup.policy")
                .succeeds();
        new ToolRun(probe, Tool.CONFIGS, "--describe --topic $topic").eventually("segment.bytes=1048576");
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type topics --entity-name $topic --add-config no.such.config=1")
                .fails()
                .complains("Unknown topic config name: no.such.config");
    }

    private static void getOffsets(Probe probe) throws Exception {
        String topic = probe.topic();
        probe.createTopic(2, Map.of());
        write(probe, 0, 5);
        write(probe, 1, 2);
        new ToolRun(probe, Tool.GET_OFFSETS, "--topic $topic")
                .succeeds()
                .prints(topic + ":0:5")
                .prints(topic + ":1:2");
        new ToolRun(probe, Tool.GET_OFFSETS, "--topic $topic --time earliest")
                .succeeds()
                .prints(topic + ":0:0");
        new ToolRun(probe, Tool.GET_OFFSETS, "--topic $topic --time 1003")
                .succeeds()
                .prints(topic + ":0:3");
        new ToolRun(probe, Tool.GET_OFFSETS, "--topic $topic --time -3")
                .succeeds()
                .prints(topic + ":0:4");
        new ToolRun(probe, Tool.GET_OFFSETS, "--topic-partitions $topic:1 --time latest")
                .succeeds()
                .prints(topic + ":1:2");
        new ToolRun(probe, Tool.GET_OFFSETS, "--topic-partitions $topic:1 --time earliest-local").succeeds();
        new ToolRun(probe, Tool.GET_OFFSETS, "--topic $topic-none").fails();
    }

    private static void deleteRecords(Probe probe) throws Exception {
        String topic = probe.topic();
        probe.createTopic(1, Map.of());
        write(probe, 0, 10);
        String plan = file(
                probe,
                "plan.json",
                "{\"version\":1,\"partitions\":[{\"topic\":\"" + topic + "\",\"partition\":0,\"offset\":4}]}");
        new ToolRun(probe, Tool.DELETE_RECORDS, "--offset-json-file " + plan)
                .succeeds()
                .prints("low_watermark: 4");
        new ToolRun(probe, Tool.GET_OFFSETS, "--topic $topic --time -2")
                .succeeds()
                .prints(topic + ":0:4");
        String beyond = file(
                probe,
                "beyond.json",
                "{\"version\":1,\"partitions\":[{\"topic\":\"" + topic + "\",\"partition\":0,\"offset\":400}]}");
        new ToolRun(probe, Tool.DELETE_RECORDS, "--offset-json-file " + beyond)
                .succeeds()
                .prints("error: ");
    }

    private static void logDirs(Probe probe) throws Exception {
        String topic = probe.topic();
        probe.createTopic(2, Map.of());
        write(probe, 0, 3);
        new ToolRun(probe, Tool.LOG_DIRS, "--describe --topic-list $topic")
                .sorted()
                .masked("\"(logDir|size|totalBytes|usableBytes)\":(\"[^\"]*\"|-?\\d+)", "$1")
                .masked("(\\{\"partition\":\"[^}]*-[01]\"[^}]*\\}),(\\{\"partition\":\"[^}]*-0\"[^}]*\\})", "$2,$1")
                .succeeds()
                .prints("\"partition\":\"" + topic + "-1\"")
                .prints("\"isFuture\":false");
    }

    private static void leaderElection(Probe probe) throws Exception {
        String topic = probe.topic();
        probe.createTopic(1, Map.of());
        new ToolRun(probe, Tool.LEADER_ELECTION, "--election-type preferred --topic $topic --partition 0")
                .succeeds()
                .prints("Valid replica already elected for partitions " + topic + "-0");
        new ToolRun(probe, Tool.LEADER_ELECTION, "--election-type unclean --topic $topic --partition 9").fails();
        new ToolRun(probe, Tool.LEADER_ELECTION, "--election-type preferred --all-topic-partitions")
                // The topics of other cases.
                .masked("for partitions .*", "for PARTITIONS")
                .succeeds();
    }

    private static long logs(Probe probe, String topic) {
        try {
            return Probe.get(probe.admin()
                            .describeLogDirs(List.of(1))
                            .descriptions()
                            .get(1))
                    .values()
                    .stream()
                    .flatMap(directory -> directory.replicaInfos().keySet().stream())
                    .filter(partition -> partition.topic().equals(topic))
                    .count();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void reassignPartitions(Probe probe) throws Exception {
        String topic = probe.topic();
        probe.createTopic(2, Map.of());
        // Kafka answers before its logs are there, and the tool shows where they lie.
        probe.saw("logs", Probe.eventually(() -> logs(probe, topic) == 2));
        String topics = file(probe, "topics.json", "{\"version\":1,\"topics\":[{\"topic\":\"" + topic + "\"}]}");
        new ToolRun(
                        probe,
                        Tool.REASSIGN_PARTITIONS,
                        "--generate --topics-to-move-json-file " + topics + " --broker-list 1")
                .succeeds()
                .prints("Proposed partition reassignment configuration");
        String plan = file(
                probe,
                "plan.json",
                "{\"version\":1,\"partitions\":[{\"topic\":\"" + topic
                        + "\",\"partition\":0,\"replicas\":[1],\"log_dirs\":[\"any\"]}]}");
        new ToolRun(probe, Tool.REASSIGN_PARTITIONS, "--execute --reassignment-json-file " + plan)
                .succeeds()
                .prints("Successfully started partition reassignment for " + topic + "-0");
        new ToolRun(probe, Tool.REASSIGN_PARTITIONS, "--verify --reassignment-json-file " + plan)
                .succeeds()
                .prints("Reassignment of partition " + topic + "-0 is completed.");
        new ToolRun(probe, Tool.REASSIGN_PARTITIONS, "--list").succeeds().prints("No partition reassignments found.");
        new ToolRun(probe, Tool.REASSIGN_PARTITIONS, "--cancel --reassignment-json-file " + plan).succeeds();
        String absent = file(
                probe,
                "absent.json",
                "{\"version\":1,\"partitions\":[{\"topic\":\"" + topic + "\",\"partition\":0,\"replicas\":[2]}]}");
        new ToolRun(probe, Tool.REASSIGN_PARTITIONS, "--execute --reassignment-json-file " + absent).fails();
    }

    private static void replicaVerification(Probe probe) throws Exception {
        probe.createTopic(1, Map.of());
        write(probe, 0, 3);
        new ToolRun(probe, Tool.REPLICA_VERIFICATION, "--topics-include $topic --report-interval-ms 100 --time -2")
                .endsAfter("max lag is")
                // One line per interval.
                .masked("(?s).*max lag is.*", "REPORT")
                .succeeds()
                .prints("max lag is 0");
    }
}
