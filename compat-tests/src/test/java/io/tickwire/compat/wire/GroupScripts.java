package io.tickwire.compat.wire;

import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.DynamicTest;

/** Group requests in the wrong order, by unknown members, with bad epochs. */
final class GroupScripts {

    private GroupScripts() {}

    static Stream<DynamicTest> tests() {
        return Stream.of(
                        WireScripts.scripts(ApiKeys.FIND_COORDINATOR, GroupScripts::findCoordinator),
                        WireScripts.scripts(ApiKeys.JOIN_GROUP, GroupScripts::joinGroup),
                        WireScripts.scripts(ApiKeys.SYNC_GROUP, GroupScripts::syncGroup),
                        WireScripts.scripts(ApiKeys.HEARTBEAT, GroupScripts::heartbeat),
                        WireScripts.scripts(ApiKeys.LEAVE_GROUP, GroupScripts::leaveGroup),
                        WireScripts.scripts(ApiKeys.CONSUMER_GROUP_HEARTBEAT, GroupScripts::consumerHeartbeat))
                .flatMap(one -> one);
    }

    private static Script findCoordinator(Script script) {
        script.awaitCoordinators();
        for (int type : new int[] {0, 1, 3, -1}) {
            script.ask(
                    "type " + type,
                    target -> new FindCoordinatorRequestData().setKey("k").setKeyType((byte) type));
            script.ask(
                    "keys of type " + type,
                    target -> new FindCoordinatorRequestData()
                            .setCoordinatorKeys(List.of("k", ""))
                            .setKeyType((byte) type));
        }
        return script;
    }

    private static JoinGroupRequestData join(Script script) {
        var protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestData.JoinGroupRequestProtocol()
                .setName("range")
                .setMetadata(new byte[4]));
        return new JoinGroupRequestData()
                .setGroupId(script.topic())
                .setSessionTimeoutMs(10_000)
                .setRebalanceTimeoutMs(10_000)
                .setProtocolType("consumer")
                .setProtocols(protocols);
    }

    private static Script joinGroup(Script script) {
        script.awaitCoordinators();
        script.ask("no group", target -> join(script).setGroupId(""));
        script.ask("unknown member", target -> join(script).setMemberId("nobody"));
        for (int timeout : new int[] {0, -1, 1, Integer.MAX_VALUE}) {
            script.ask("session timeout " + timeout, target -> join(script).setSessionTimeoutMs(timeout));
        }
        script.ask(
                "no protocol",
                target -> join(script).setProtocols(new JoinGroupRequestData.JoinGroupRequestProtocolCollection()));
        return script.ask("no protocol type", target -> join(script).setProtocolType(""));
    }

    private static Script syncGroup(Script script) {
        script.awaitCoordinators();
        SyncGroupRequestData sync =
                new SyncGroupRequestData().setGroupId("wire-never").setMemberId("nobody");
        script.ask("before any join", target -> sync);
        script.ask("no group", target -> sync.duplicate().setGroupId(""));
        return script.ask("of a generation", target -> sync.duplicate().setGenerationId(7));
    }

    private static Script heartbeat(Script script) {
        script.awaitCoordinators();
        HeartbeatRequestData beat =
                new HeartbeatRequestData().setGroupId("wire-never").setMemberId("nobody");
        script.ask("before any join", target -> beat);
        script.ask("no group", target -> beat.duplicate().setGroupId(""));
        return script.ask("of a generation", target -> beat.duplicate().setGenerationId(-7));
    }

    private static Script leaveGroup(Script script) {
        script.awaitCoordinators();
        script.ask(
                "unknown member",
                target -> new LeaveGroupRequestData().setGroupId("wire-never").setMemberId("nobody"));
        script.ask(
                "unknown members",
                target -> new LeaveGroupRequestData()
                        .setGroupId("wire-never")
                        .setMembers(List.of(
                                new LeaveGroupRequestData.MemberIdentity().setMemberId("nobody"),
                                new LeaveGroupRequestData.MemberIdentity()
                                        .setMemberId("")
                                        .setGroupInstanceId("i"))));
        return script.ask("no group", target -> new LeaveGroupRequestData().setGroupId(""));
    }

    private static ConsumerGroupHeartbeatRequestData beat(Script script, int epoch) {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId(script.topic())
                .setMemberId("member-one")
                .setMemberEpoch(epoch);
    }

    private static ConsumerGroupHeartbeatRequestData joining(Script script) {
        return beat(script, 0)
                .setRebalanceTimeoutMs(5_000)
                .setSubscribedTopicNames(List.of("wire-none"))
                .setTopicPartitions(List.of());
    }

    private static Script consumerHeartbeat(Script script) {
        script.awaitCoordinators();
        for (int epoch : new int[] {1, 0, -1, -2, -3}) {
            script.ask("before any join, epoch " + epoch, target -> beat(script, epoch));
        }
        script.ask("no group", target -> joining(script).setGroupId(""));
        script.ask("no rebalance timeout", target -> joining(script).setRebalanceTimeoutMs(-1));
        script.ask("unknown assignor", target -> joining(script).setServerAssignor("none"));
        script.ask("bad expression", target -> joining(script).setSubscribedTopicRegex("(["));
        script.ask("join", target -> joining(script));
        for (int epoch : new int[] {9, 1, 0}) {
            script.ask("joined, epoch " + epoch, target -> beat(script, epoch));
        }
        script.ask("another member", target -> beat(script, 1).setMemberId("member-two"));
        return script.ask("leave", target -> beat(script, -1));
    }
}
