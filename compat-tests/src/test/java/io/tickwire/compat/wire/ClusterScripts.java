package io.tickwire.compat.wire;

import io.tickwire.compat.wire.WireCoverage.Form;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.DynamicTest;

/** The cluster, its features, its users, and what a cluster without security refuses. */
final class ClusterScripts {

    private static final int SHA_256 = 1;

    private ClusterScripts() {}

    static Stream<DynamicTest> tests() {
        return Stream.of(
                        WireScripts.scripts(ApiKeys.API_VERSIONS, ClusterScripts::apiVersions),
                        WireScripts.scripts(ApiKeys.DESCRIBE_CLUSTER, ClusterScripts::cluster),
                        WireScripts.scripts(ApiKeys.DESCRIBE_QUORUM, ClusterScripts::quorum),
                        WireScripts.scripts(ApiKeys.UPDATE_FEATURES, ClusterScripts::features),
                        WireScripts.scripts(ApiKeys.UNREGISTER_BROKER, ClusterScripts::unregister),
                        WireScripts.scripts(ApiKeys.ADD_RAFT_VOTER, ClusterScripts::addVoter),
                        WireScripts.scripts(ApiKeys.REMOVE_RAFT_VOTER, ClusterScripts::removeVoter),
                        WireScripts.scripts(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, ClusterScripts::alterScram),
                        WireScripts.scripts(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, ClusterScripts::describeScram),
                        WireScripts.scripts(ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, ClusterScripts::telemetry),
                        WireScripts.scripts(ApiKeys.PUSH_TELEMETRY, ClusterScripts::push),
                        security())
                .flatMap(one -> one);
    }

    private static Stream<DynamicTest> security() {
        return Stream.of(
                        WireScripts.scripts(
                                ApiKeys.DESCRIBE_ACLS,
                                script -> script.refused(
                                        "all",
                                        target -> new DescribeAclsRequestData()
                                                .setResourceTypeFilter((byte) 1)
                                                .setPatternTypeFilter((byte) 3)
                                                .setOperation((byte) 1)
                                                .setPermissionType((byte) 1))),
                        WireScripts.scripts(
                                ApiKeys.CREATE_ACLS,
                                script -> script.refused(
                                        "one",
                                        target -> new CreateAclsRequestData()
                                                .setCreations(List.of(new CreateAclsRequestData.AclCreation()
                                                        .setResourceType((byte) 2)
                                                        .setResourceName("t")
                                                        .setResourcePatternType((byte) 3)
                                                        .setPrincipal("User:u")
                                                        .setHost("*")
                                                        .setOperation((byte) 3)
                                                        .setPermissionType((byte) 3))))),
                        WireScripts.scripts(
                                ApiKeys.DELETE_ACLS,
                                script -> script.refused(
                                        "one",
                                        target -> new DeleteAclsRequestData()
                                                .setFilters(List.of(new DeleteAclsRequestData.DeleteAclsFilter()
                                                        .setResourceTypeFilter((byte) 2)
                                                        .setPatternTypeFilter((byte) 3)
                                                        .setOperation((byte) 1)
                                                        .setPermissionType((byte) 1))))),
                        WireScripts.scripts(
                                ApiKeys.SASL_HANDSHAKE,
                                script -> script.refused(
                                                "PLAIN", target -> new SaslHandshakeRequestData().setMechanism("PLAIN"))
                                        .ask(
                                                Form.UNKNOWN,
                                                "none",
                                                target -> new SaslHandshakeRequestData().setMechanism("none"))),
                        WireScripts.scripts(
                                ApiKeys.SASL_AUTHENTICATE,
                                script -> script.refused(
                                        "without a handshake",
                                        target -> new SaslAuthenticateRequestData().setAuthBytes(new byte[5]))),
                        WireScripts.scripts(
                                ApiKeys.CREATE_DELEGATION_TOKEN,
                                script -> script.refused(
                                        "for itself",
                                        target -> new CreateDelegationTokenRequestData().setMaxLifetimeMs(-1))),
                        WireScripts.scripts(
                                ApiKeys.RENEW_DELEGATION_TOKEN,
                                script -> script.refused(
                                        "one",
                                        target -> new RenewDelegationTokenRequestData()
                                                .setHmac(new byte[8])
                                                .setRenewPeriodMs(1_000))),
                        WireScripts.scripts(
                                ApiKeys.EXPIRE_DELEGATION_TOKEN,
                                script -> script.refused(
                                        "one",
                                        target -> new ExpireDelegationTokenRequestData()
                                                .setHmac(new byte[8])
                                                .setExpiryTimePeriodMs(-1))),
                        WireScripts.scripts(
                                ApiKeys.DESCRIBE_DELEGATION_TOKEN,
                                script -> script.refused(
                                        "all", target -> new DescribeDelegationTokenRequestData().setOwners(null))))
                .flatMap(one -> one);
    }

    private static Script apiVersions(Script script) {
        script.valid("by name", target -> software("client", "1.0"));
        script.ask("no name", target -> software("", "1.0"));
        script.ask("name with a space", target -> software("a client", "1.0"));
        script.ask(Form.OVERSIZED, "long name", target -> software("c".repeat(10_000), "1.0"));
        return script.ask("odd version", target -> software("client", "-1-"));
    }

    private static ApiVersionsRequestData software(String name, String version) {
        return new ApiVersionsRequestData().setClientSoftwareName(name).setClientSoftwareVersion(version);
    }

    private static Script cluster(Script script) {
        script.valid("brokers", target -> new DescribeClusterRequestData());
        script.valid(
                "operations", target -> new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true));
        script.valid("fenced ones too", target -> new DescribeClusterRequestData().setIncludeFencedBrokers(true));
        for (int type : new int[] {2, 9, -1}) {
            script.ask(
                    "endpoints of type " + type,
                    target -> new DescribeClusterRequestData().setEndpointType((byte) type));
        }
        return script;
    }

    private static DescribeQuorumRequestData quorum(String topic, int partition) {
        return new DescribeQuorumRequestData()
                .setTopics(List.of(new DescribeQuorumRequestData.TopicData()
                        .setTopicName(topic)
                        .setPartitions(
                                List.of(new DescribeQuorumRequestData.PartitionData().setPartitionIndex(partition)))));
    }

    private static Script quorum(Script script) {
        script.valid("of the metadata", target -> quorum("__cluster_metadata", 0));
        script.ask(Form.SIZE, "partition 1", target -> quorum("__cluster_metadata", 1));
        return script.ask(Form.UNKNOWN, "unknown topic", target -> quorum("wire-none", 0));
    }

    private static UpdateFeaturesRequestData feature(String name, int level, int upgradeType) {
        UpdateFeaturesRequestData data = new UpdateFeaturesRequestData().setTimeoutMs(30_000);
        data.featureUpdates()
                .add(new UpdateFeaturesRequestData.FeatureUpdateKey()
                        .setFeature(name)
                        .setMaxVersionLevel((short) level)
                        .setUpgradeType((byte) upgradeType));
        return data;
    }

    private static Script features(Script script) {
        script.valid("to the level that it has", target -> feature("group.version", 1, 1));
        script.valid("only validated", target -> feature("group.version", 1, 1).setValidateOnly(true));
        script.ask(Form.ORDER, "an upgrade downwards", target -> feature("transaction.version", 1, 1));
        script.ask(Form.UNKNOWN, "unknown feature", target -> feature("none", 1, 1));
        for (int level : new int[] {99, -1}) {
            script.ask(Form.SIZE, "level " + level, target -> feature("group.version", level, 1));
        }
        return script.ask("unknown type of upgrade", target -> feature("group.version", 1, 9));
    }

    /** The one broker there is stays registered here: RestartIT takes it away. */
    private static Script unregister(Script script) {
        for (int id : new int[] {9, -1}) {
            script.refused("broker " + id, target -> new UnregisterBrokerRequestData().setBrokerId(id));
        }
        return script;
    }

    private static Script addVoter(Script script) {
        script.refused(
                "a voter", target -> new AddRaftVoterRequestData().setVoterId(9).setVoterDirectoryId(new Uuid(7, 7)));
        return script.ask(
                Form.UNKNOWN,
                "of another cluster",
                target -> new AddRaftVoterRequestData().setClusterId("none").setVoterId(9));
    }

    private static Script removeVoter(Script script) {
        script.refused(
                "a voter",
                target -> new RemoveRaftVoterRequestData().setVoterId(9).setVoterDirectoryId(new Uuid(7, 7)));
        return script.ask(
                Form.UNKNOWN,
                "of another cluster",
                target -> new RemoveRaftVoterRequestData().setClusterId("none").setVoterId(9));
    }

    private static AlterUserScramCredentialsRequestData upsert(String user, int mechanism, int iterations) {
        return new AlterUserScramCredentialsRequestData()
                .setUpsertions(List.of(new AlterUserScramCredentialsRequestData.ScramCredentialUpsertion()
                        .setName(user)
                        .setMechanism((byte) mechanism)
                        .setIterations(iterations)
                        .setSalt(new byte[16])
                        .setSaltedPassword(new byte[32])));
    }

    private static AlterUserScramCredentialsRequestData delete(String user) {
        return new AlterUserScramCredentialsRequestData()
                .setDeletions(List.of(new AlterUserScramCredentialsRequestData.ScramCredentialDeletion()
                        .setName(user)
                        .setMechanism((byte) SHA_256)));
    }

    private static Script alterScram(Script script) {
        String user = script.topic();
        script.valid("a password", target -> upsert(user, SHA_256, 4_096));
        for (int iterations : new int[] {0, -1, 4_095, 16_385}) {
            script.ask(Form.SIZE, iterations + " iterations", target -> upsert(user, SHA_256, iterations));
        }
        script.ask("unknown mechanism", target -> upsert(user, 9, 4_096));
        script.ask("no name", target -> upsert("", SHA_256, 4_096));
        script.ask(
                "twice",
                target -> upsert(user, SHA_256, 4_096).setDeletions(delete(user).deletions()));
        script.ask(Form.UNKNOWN, "unknown user deleted", target -> delete("wire-none"));
        script.valid("deleted", target -> delete(user));
        return script.ask(Form.ORDER, "deleted again", target -> delete(user));
    }

    private static DescribeUserScramCredentialsRequestData users(String... names) {
        return new DescribeUserScramCredentialsRequestData()
                .setUsers(Stream.of(names)
                        .map(name -> new DescribeUserScramCredentialsRequestData.UserName().setName(name))
                        .toList());
    }

    private static Script describeScram(Script script) {
        String user = script.topic();
        script.askAlso("a password", ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, 0, target -> upsert(user, SHA_256, 4_096));
        script.askUntilDone("there", ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, 0, target -> users(user));
        script.valid("its own", target -> users(user));
        script.ask(Form.UNKNOWN, "unknown user", target -> users("wire-none"));
        script.ask("twice", target -> users(user, user));
        script.ask("no name", target -> users(""));
        return script.askAlso("deleted", ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, 0, target -> delete(user));
    }

    private static GetTelemetrySubscriptionsRequestData subscriptions(Uuid client) {
        return new GetTelemetrySubscriptionsRequestData().setClientInstanceId(client);
    }

    private static Script telemetry(Script script) {
        script.valid("of a new client", target -> subscriptions(Uuid.ZERO_UUID));
        return script.ask(Form.UNKNOWN, "of an unknown client", target -> subscriptions(new Uuid(9, script.version())));
    }

    private static PushTelemetryRequestData push(Uuid client, int subscription) {
        return new PushTelemetryRequestData().setClientInstanceId(client).setSubscriptionId(subscription);
    }

    private static Script push(Script script) {
        Uuid client = new Uuid(10, 10);
        script.ask(Form.ORDER, "before it asked", target -> push(new Uuid(11, 11), 1));
        script.askAlso(
                "subscriptions",
                ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
                0,
                target -> subscriptions(client),
                GetTelemetrySubscriptionsResponseData.class,
                (memory, answer) -> memory.put("subscription", answer.subscriptionId()));
        script.ask(Form.UNKNOWN, "unknown subscription", target -> push(client, 7));
        script.ask(
                Form.VALUE,
                "unknown compression",
                target -> push(client, (int) script.number(target, "subscription"))
                        .setCompressionType((byte) 9));
        return script.refused(
                "nothing was asked for", target -> push(client, (int) script.number(target, "subscription")));
    }
}
