package io.tickwire.compat.tools;

import io.tickwire.compat.differential.Case;
import io.tickwire.compat.differential.Differential;
import io.tickwire.compat.differential.Probe;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Kafka's tools that look at and set up the cluster. */
class ClusterToolsIT {

    @TestFactory
    Stream<DynamicTest> cluster() {
        return Differential.tests(
                "tools cluster",
                List.of(
                        Case.of("cluster", ClusterToolsIT::cluster),
                        Case.of("features", ClusterToolsIT::features),
                        Case.of("broker-api-versions", ClusterToolsIT::brokerApiVersions),
                        Case.of("metadata-quorum", ClusterToolsIT::metadataQuorum),
                        Case.of("configs of brokers", ClusterToolsIT::brokerConfigs),
                        Case.of("configs of quotas", ClusterToolsIT::quotas),
                        Case.of("configs of credentials", ClusterToolsIT::credentials),
                        Case.of("client-metrics", ClusterToolsIT::clientMetrics),
                        Case.of("acls without an authorizer", ClusterToolsIT::acls),
                        Case.of("delegation-tokens switched off", ClusterToolsIT::delegationTokens)));
    }

    private static void cluster(Probe probe) throws Exception {
        new ToolRun(probe, Tool.CLUSTER, "cluster-id").succeeds().prints("Cluster ID: ");
        new ToolRun(probe, Tool.CLUSTER, "list-endpoints")
                .masked("ADDRESS +\\d+", "ADDRESS")
                .succeeds()
                .prints("1 " + probe.target().host() + " " + probe.target().port());
        new ToolRun(probe, Tool.CLUSTER, "unregister --id 99")
                .fails()
                .complains("Broker ID 99 is not currently registered");
    }

    private static void features(Probe probe) throws Exception {
        new ToolRun(probe, Tool.FEATURES, "describe")
                .masked("Epoch: \\d+", "Epoch: N")
                .succeeds()
                .prints(
                        "Feature: group.version SupportedMinVersion: 0 SupportedMaxVersion: 1 FinalizedVersionLevel: 1");
        new ToolRun(probe, Tool.FEATURES, "upgrade --feature group.version=9 --dry-run")
                .fails()
                .complains("group.version");
        new ToolRun(probe, Tool.FEATURES, "downgrade --feature share.version=0 --dry-run").succeeds();
        new ToolRun(probe, Tool.FEATURES, "upgrade --feature no.such.feature=1").fails();
        new ToolRun(probe, Tool.FEATURES, "version-mapping --release-version 4.0")
                .succeeds()
                .prints("metadata.version=");
        new ToolRun(probe, Tool.FEATURES, "feature-dependencies --feature transaction.version=2").succeeds();
    }

    private static void brokerApiVersions(Probe probe) throws Exception {
        new ToolRun(probe, Tool.BROKER_API_VERSIONS, "").succeeds().prints("Fetch(1): 4 to 18 [usable: 18]");
    }

    private static void metadataQuorum(Probe probe) throws Exception {
        new ToolRun(probe, Tool.METADATA_QUORUM, "describe --status")
                .masked("(LeaderEpoch|HighWatermark|MaxFollowerLag|MaxFollowerLagTimeMs): -?\\d+", "$1: N")
                .masked("(CurrentVoters|CurrentObservers): .*", "$1")
                .succeeds()
                .prints("LeaderId: 1");
        new ToolRun(probe, Tool.METADATA_QUORUM, "describe --replication --human-readable")
                .keeping("Leader")
                .masked("\\d+ (ms|s|m|h)\\b.*", "AGO")
                .masked("1 (ID|A{22}) \\d+ 0", "1 ID N 0")
                .succeeds()
                .prints("Leader");
    }

    private static void brokerConfigs(Probe probe) throws Exception {
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type brokers --entity-default --add-config log.cleaner.backoff.ms=15001")
                .succeeds()
                .prints("Completed updating default config for brokers in the cluster.");
        new ToolRun(probe, Tool.CONFIGS, "--describe --entity-type brokers --entity-default")
                .keeping("backoff|Default")
                .eventually("log.cleaner.backoff.ms=15001");
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type brokers --entity-name 1 --add-config log.cleaner.backoff.ms=15002")
                .succeeds();
        new ToolRun(probe, Tool.CONFIGS, "--describe --entity-type brokers --entity-name 1")
                .keeping("backoff|Dynamic")
                .eventually("log.cleaner.backoff.ms=15002 sensitive");
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type brokers --entity-name 1 --add-config log.segment.bytes=soon")
                .fails();
        new ToolRun(probe, Tool.CONFIGS, "--alter --entity-type brokers --entity-name 1 --add-config broker.id=7")
                .fails();
        for (String entity : List.of("--entity-name 1", "--entity-default")) {
            new ToolRun(
                            probe,
                            Tool.CONFIGS,
                            "--alter --entity-type brokers " + entity + " --delete-config log.cleaner.backoff.ms")
                    .succeeds();
        }
        new ToolRun(probe, Tool.CONFIGS, "--describe --entity-type broker-loggers --entity-name 1")
                .keeping("for broker-logger")
                .succeeds();
    }

    private static void quotas(Probe probe) throws Exception {
        String rates = "producer_byte_rate=100000000,consumer_byte_rate=200000000,request_percentage=500";
        for (String entity : List.of(
                "--entity-type users --entity-name $user",
                "--entity-type clients --entity-name $client",
                "--entity-type users --entity-name $user --entity-type clients --entity-name $client")) {
            new ToolRun(probe, Tool.CONFIGS, "--alter " + entity + " --add-config " + rates).succeeds();
            new ToolRun(probe, Tool.CONFIGS, "--describe " + entity).sorted().eventually("consumer_byte_rate=2.0E8");
            new ToolRun(probe, Tool.CONFIGS, "--alter " + entity + " --delete-config " + rates.replaceAll("=\\d+", ""))
                    .succeeds();
        }
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type ips --entity-name 192.0.2.7 --add-config connection_creation_rate=50")
                .succeeds();
        new ToolRun(probe, Tool.CONFIGS, "--describe --entity-type ips --entity-name 192.0.2.7")
                .eventually("connection_creation_rate=50.0");
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type ips --entity-name 192.0.2.7 --delete-config connection_creation_rate")
                .succeeds();
        new ToolRun(probe, Tool.CONFIGS, "--alter --entity-type users --entity-name $user --add-config no_rate=1")
                .fails();
    }

    private static void credentials(Probe probe) throws Exception {
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type users --entity-name $user --add-config"
                                + " SCRAM-SHA-256=[iterations=8192,password=secret]")
                .succeeds();
        // Kafka's controller takes one change of a user in a request.
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type users --entity-name $user --add-config"
                                + " SCRAM-SHA-256=[password=secret],SCRAM-SHA-512=[password=secret]")
                .fails();
        new ToolRun(probe, Tool.CONFIGS, "--describe --entity-type users --entity-name $user")
                .eventually("SCRAM-SHA-256=iterations=8192");
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type users --entity-name $user --delete-config SCRAM-SHA-256")
                .succeeds();
        new ToolRun(
                        probe,
                        Tool.CONFIGS,
                        "--alter --entity-type users --entity-name $user --delete-config SCRAM-SHA-256")
                .fails();
    }

    private static void clientMetrics(Probe probe) throws Exception {
        new ToolRun(
                        probe,
                        Tool.CLIENT_METRICS,
                        "--alter --name $metrics --metrics org.apache.kafka.producer.,org.apache.kafka.consumer."
                                + " --interval 30000 --match client_id=$client")
                .succeeds()
                .prints("Altered client metrics config for " + probe.name("metrics"));
        new ToolRun(probe, Tool.CLIENT_METRICS, "--describe --name $metrics").eventually("interval.ms=30000");
        new ToolRun(probe, Tool.CLIENT_METRICS, "--list")
                .keeping(probe.name("metrics"))
                .succeeds()
                .prints(probe.name("metrics"));
        new ToolRun(probe, Tool.CLIENT_METRICS, "--alter --name $metrics --interval 3 --metrics a").fails();
        new ToolRun(probe, Tool.CLIENT_METRICS, "--delete --name $metrics")
                .succeeds()
                .prints("Deleted client metrics config for " + probe.name("metrics"));
        new ToolRun(probe, Tool.CONFIGS, "--describe --entity-type client-metrics --entity-name $metrics").succeeds();
    }

    private static void acls(Probe probe) throws Exception {
        new ToolRun(probe, Tool.ACLS, "--list").runs().complains("No Authorizer is configured");
        new ToolRun(probe, Tool.ACLS, "--add --allow-principal User:a --operation read --topic $topic")
                .runs()
                .complains("No Authorizer is configured");
        new ToolRun(probe, Tool.ACLS, "--remove --force --allow-principal User:a --operation read --topic $topic")
                .runs()
                .complains("No Authorizer is configured");
    }

    private static void delegationTokens(Probe probe) throws Exception {
        String config = "--command-config /dev/null";
        new ToolRun(probe, Tool.DELEGATION_TOKENS, "--describe " + config).fails();
        new ToolRun(probe, Tool.DELEGATION_TOKENS, "--create --max-life-time-period -1 " + config).fails();
    }
}
