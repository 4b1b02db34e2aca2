package io.tickwire.compat.tools;

import io.tickwire.compat.differential.Case;
import io.tickwire.compat.differential.Differential;
import io.tickwire.compat.differential.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's tools for groups of all four kinds. */
class GroupToolsIT {

    @TempDir
    static Path files;

    @TestFactory
    Stream<DynamicTest> groups() {
        return Differential.tests(
                "tools groups",
                List.of(
                        Case.of("consumer-groups with a classic group", probe -> consumerGroups(probe, "classic")),
                        Case.of("consumer-groups with a consumer group", probe -> consumerGroups(probe, "consumer")),
                        Case.of("consumer-groups resetting offsets", GroupToolsIT::resetOffsets),
                        Case.of("consumer-groups without a broker", GroupToolsIT::validateRegex),
                        Case.of("groups", GroupToolsIT::groupsOfEveryKind),
                        Case.of("share-groups", GroupToolsIT::shareGroups),
                        Case.of("share consumers", GroupToolsIT::shareConsumers),
                        Case.of("streams-groups", GroupToolsIT::streamsGroups),
                        Case.of("streams-application-reset", GroupToolsIT::streamsApplicationReset)));
    }

    private static void write(Probe probe, int count) throws Exception {
        probe.createTopic(1, Map.of());
        KafkaProducer<String, String> producer = probe.producer(Map.of());
        for (int i = 0; i < count; i++) {
            Probe.get(producer.send(new ProducerRecord<>(probe.topic(), 0, 1_000L + i, null, "v" + i)));
        }
    }

    private static void commit(Probe probe, String protocol, String group, int count) throws Exception {
        new ToolRun(
                        probe,
                        Tool.CONSOLE_CONSUMER,
                        "--topic $topic --from-beginning --max-messages " + count + " --group $" + group
                                + " --command-property group.protocol=" + protocol)
                .succeeds();
    }

    private static void consumerGroups(Probe probe, String protocol) throws Exception {
        write(probe, 6);
        KafkaConsumer<String, String> consumer = probe.consumer(
                Map.of("group.id", probe.name("group"), "group.protocol", protocol, "client.id", "watcher"));
        consumer.subscribe(List.of(probe.topic()));
        Probe.poll(consumer, 6);
        consumer.commitSync();
        KafkaProducer<String, String> producer = probe.producer(Map.of());
        Probe.get(producer.send(new ProducerRecord<>(probe.topic(), "more")));
        describe(probe, "--describe --group $group", probe.topic() + " 0 6 7 1");
        describe(probe, "--describe --group $group --verbose", probe.topic());
        describe(probe, "--describe --group $group --members", "watcher");
        describe(probe, "--describe --group $group --members --verbose", probe.topic());
        describe(probe, "--describe --group $group --state", "Stable");
        describe(probe, "--describe --group $group --state --verbose", "Stable");
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--list --state stable --type " + protocol)
                .keeping(probe.name("group") + "|GROUP")
                .succeeds()
                .prints(probe.name("group"));
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--delete --group $group")
                .runs()
                .complains("is not empty");
        new ToolRun(
                        probe,
                        Tool.CONSUMER_GROUPS,
                        "--reset-offsets --group $group --topic $topic --to-earliest --execute")
                .runs()
                .complains("current state is Stable");
        consumer.close();
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--describe --group $group --state")
                .masked("ADDRESS \\(1\\)", "COORDINATOR")
                .eventually("Empty");
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--describe --group $group")
                .runs()
                .complains("has no active members");
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--delete --group $group")
                .succeeds()
                .prints("was successful");
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--describe --group $group")
                .runs()
                .complains("not found");
    }

    private static void describe(Probe probe, String arguments, String text) throws Exception {
        new ToolRun(probe, Tool.CONSUMER_GROUPS, arguments)
                .masked("watcher-UUID", "MEMBER")
                .masked("[A-Za-z0-9_-]{22} (/ADDRESS|PATH)", "MEMBER HOST")
                .masked("\\bID\\b", "MEMBER")
                .masked("/ADDRESS", "HOST")
                .masked("PATH", "HOST")
                .succeeds()
                .prints(text);
    }

    private static void resetOffsets(Probe probe) throws Exception {
        write(probe, 10);
        commit(probe, "classic", "group", 10);
        reset(probe, "--to-earliest --dry-run", 0);
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--describe --group $group")
                .runs()
                .complains(probe.topic() + " 0 10 10 0");
        reset(probe, "--to-offset 4 --execute", 4);
        reset(probe, "--shift-by 3 --execute", 7);
        reset(probe, "--shift-by -100 --execute", 0);
        reset(probe, "--to-latest --execute", 10);
        reset(probe, "--to-datetime 1970-01-01T00:00:01.005 --execute", 5);
        reset(probe, "--by-duration PT1S --execute", 10);
        reset(probe, "--to-offset 2 --execute", 2);
        reset(probe, "--to-current --execute", 2);
        ToolRun exported = new ToolRun(
                        probe,
                        Tool.CONSUMER_GROUPS,
                        "--reset-offsets --group $group --topic $topic --to-offset 6 --dry-run --export")
                .succeeds();
        new ToolRun(
                        probe,
                        Tool.CONSUMER_GROUPS,
                        "--reset-offsets --group $group --execute --from-file "
                                + file(probe, "offsets.csv", exported.output()))
                .succeeds();
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--describe --group $group")
                .runs()
                .complains(probe.topic() + " 0 6 10 4");
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--delete-offsets --group $group --topic $topic")
                .succeeds()
                .prints("Successful");
        new ToolRun(
                        probe,
                        Tool.CONSUMER_GROUPS,
                        "--reset-offsets --group $fresh --topic $topic:0 --to-offset 3 --execute")
                .succeeds();
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--describe --group $fresh")
                .runs()
                .complains(probe.topic() + " 0 3 10 7");
    }

    private static void reset(Probe probe, String to, long offset) throws Exception {
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--reset-offsets --group $group --topic $topic " + to)
                .succeeds()
                .prints(probe.topic() + " 0 " + offset);
    }

    private static String file(Probe probe, String suffix, String text) throws IOException {
        return Files.writeString(files.resolve(probe.target().name() + "-" + probe.name(suffix)), text)
                .toString();
    }

    private static void validateRegex(Probe probe) throws Exception {
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--validate-regex $topic.*").succeeds();
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--validate-regex (")
                .runs()
                .complains("is invalid: missing closing )");
    }

    private static void groupsOfEveryKind(Probe probe) throws Exception {
        write(probe, 3);
        commit(probe, "classic", "classic", 3);
        commit(probe, "consumer", "consumer", 3);
        new ToolRun(probe, Tool.GROUPS, "--list")
                .keeping(probe.name("c") + "|GROUP")
                .sorted()
                .succeeds()
                .prints(probe.name("classic") + " Classic consumer")
                .prints(probe.name("consumer") + " Consumer consumer");
        new ToolRun(probe, Tool.GROUPS, "--list --consumer")
                .keeping(probe.name("c"))
                .sorted()
                .succeeds();
        new ToolRun(probe, Tool.GROUPS, "--list --group-type classic")
                .keeping(probe.name("c"))
                .succeeds()
                .prints(probe.name("classic"));
        new ToolRun(probe, Tool.GROUPS, "--list --protocol consumer")
                .keeping(probe.name("c"))
                .sorted()
                .succeeds();
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type groups --entity-name $consumer --add-config consumer.session.timeout.ms=50000")
                .succeeds();
        new ToolRun(probe, Tool.CONFIGS, "--describe --entity-type groups --entity-name $consumer")
                .eventually("consumer.session.timeout.ms=50000");
    }

    private static void shareGroups(Probe probe) throws Exception {
        write(probe, 4);
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type groups --entity-name $share --add-config share.auto.offset.reset=earliest")
                .succeeds();
        KafkaShareConsumer<String, String> consumer =
                probe.shareConsumer(Map.of("group.id", probe.name("share"), "client.id", "sharer"));
        consumer.subscribe(List.of(probe.topic()));
        Probe.eventually(() -> consumer.poll(Duration.ofMillis(200)).count() > 0);
        consumer.commitSync();
        new ToolRun(probe, Tool.SHARE_GROUPS, "--list")
                .keeping(probe.name("share") + "|GROUP")
                .succeeds()
                .prints(probe.name("share"));
        new ToolRun(probe, Tool.SHARE_GROUPS, "--list --state stable")
                .keeping(probe.name("share"))
                .succeeds();
        new ToolRun(probe, Tool.SHARE_GROUPS, "--describe --group $share --members")
                .masked("\\bID\\b|UUID", "MEMBER")
                .masked("/ADDRESS|PATH", "HOST")
                .succeeds()
                .prints("sharer");
        new ToolRun(probe, Tool.SHARE_GROUPS, "--describe --group $share --state")
                .succeeds()
                .prints("Stable");
        consumer.close();
        new ToolRun(probe, Tool.SHARE_GROUPS, "--describe --group $share --state").eventually("Empty");
        // The start offset is written down with the next change; the lag knows of the settled records already.
        new ToolRun(probe, Tool.SHARE_GROUPS, "--describe --group $share --offsets")
                .eventually(probe.topic() + " 0 0 0");
        new ToolRun(probe, Tool.SHARE_GROUPS, "--reset-offsets --group $share --topic $topic --to-earliest --execute")
                .succeeds()
                .prints(probe.topic() + " 0 0");
        new ToolRun(probe, Tool.SHARE_GROUPS, "--describe --group $share --offsets").eventually(probe.topic() + " 0 0");
        new ToolRun(probe, Tool.SHARE_GROUPS, "--delete-offsets --group $share --topic $topic").succeeds();
        new ToolRun(probe, Tool.SHARE_GROUPS, "--delete --group $share")
                .succeeds()
                .prints("was successful");
        new ToolRun(probe, Tool.SHARE_GROUPS, "--describe --group $share")
                .runs()
                .complains("not found");
    }

    private static void shareConsumers(Probe probe) throws Exception {
        write(probe, 20);
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type groups --entity-name $share --add-config share.auto.offset.reset=earliest")
                .succeeds();
        new ToolRun(probe, Tool.CONSOLE_SHARE_CONSUMER, "--topic $topic --group $share --max-messages 20")
                .succeeds()
                .prints("v0")
                .prints("v19");
        new ToolRun(
                        probe,
                        Tool.VERIFIABLE_SHARE_CONSUMER,
                        "--topic $topic --group-id $verified --max-messages 20 --acknowledgement-mode sync --offset-reset-strategy earliest")
                .keeping("record_data|shutdown_complete")
                .masked("\"timestamp\":\\d+", "timestamp")
                .succeeds()
                .prints("shutdown_complete");
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type groups --entity-name $perf --add-config share.auto.offset.reset=earliest")
                .succeeds();
        new ToolRun(probe, Tool.SHARE_CONSUMER_PERF, "--topic $topic --group $perf --num-records 20")
                .masked("TIME", "N")
                .figuresMasked()
                .succeeds()
                .prints("data.consumed.in.MB");
    }

    private static KafkaStreams streams(Probe probe, String protocol) throws Exception {
        write(probe, 5);
        probe.createTopic(probe.name("out"), 1, Map.of());
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream(probe.topic())
                .mapValues(value -> value + "!")
                .to(probe.name("out"));
        KafkaStreams streams = probe.track(new KafkaStreams(
                builder.build(),
                new StreamsConfig(Map.of(
                        "application.id",
                        probe.name("app"),
                        "bootstrap.servers",
                        probe.target().bootstrap(),
                        "group.protocol",
                        protocol,
                        "client.id",
                        "app",
                        "default.key.serde",
                        Serdes.StringSerde.class,
                        "default.value.serde",
                        Serdes.StringSerde.class,
                        "auto.offset.reset",
                        "earliest",
                        "commit.interval.ms",
                        100,
                        "state.dir",
                        files.resolve(probe.target().name() + protocol).toString()))));
        streams.start();
        new ToolRun(probe, Tool.CONSOLE_CONSUMER, "--topic $out --from-beginning --max-messages 5")
                .succeeds()
                .prints("v4!");
        return streams;
    }

    private static void streamsGroups(Probe probe) throws Exception {
        KafkaStreams streams = streams(probe, "streams");
        new ToolRun(probe, Tool.STREAMS_GROUPS, "--list")
                .keeping(probe.name("app"))
                .succeeds()
                .prints(probe.name("app"));
        new ToolRun(probe, Tool.STREAMS_GROUPS, "--list --state stable")
                .keeping(probe.name("app"))
                .succeeds();
        new ToolRun(probe, Tool.STREAMS_GROUPS, "--describe --group $app --state")
                .succeeds()
                .prints("Stable");
        new ToolRun(probe, Tool.STREAMS_GROUPS, "--describe --group $app --members")
                .masked("\\bID\\b|UUID", "MEMBER")
                .succeeds()
                .prints("ACTIVE: 0:[0]");
        new ToolRun(probe, Tool.STREAMS_GROUPS, "--describe --group $app --offsets --verbose")
                .eventually(probe.topic() + " 0 5");
        streams.close(Duration.ofSeconds(60));
        new ToolRun(probe, Tool.STREAMS_GROUPS, "--describe --group $app --state").eventually("Empty");
        new ToolRun(
                        probe,
                        Tool.STREAMS_GROUPS,
                        "--reset-offsets --group $app --input-topic $topic --to-offset 2 --execute")
                .succeeds()
                .prints(probe.topic() + " 0 2");
        new ToolRun(probe, Tool.STREAMS_GROUPS, "--delete-offsets --group $app --input-topic $topic").succeeds();
        new ToolRun(probe, Tool.STREAMS_GROUPS, "--delete --group $app")
                .succeeds()
                .prints("was successful");
    }

    private static void streamsApplicationReset(Probe probe) throws Exception {
        KafkaStreams streams = streams(probe, "classic");
        streams.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                .withTimeout(Duration.ofSeconds(60)));
        new ToolRun(
                        probe,
                        Tool.STREAMS_APPLICATION_RESET,
                        "--application-id $app --input-topics $topic --to-offset 1 --force")
                .succeeds()
                .prints("Topic: " + probe.topic() + " Partition: 0 Offset: 1");
        new ToolRun(probe, Tool.CONSUMER_GROUPS, "--describe --group $app")
                .runs()
                .complains(probe.topic() + " 0 1 5 4");
    }
}
