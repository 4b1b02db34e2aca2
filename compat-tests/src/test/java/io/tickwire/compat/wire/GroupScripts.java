package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import io.tickwire.compat.wire.WireCoverage.Form;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Message;
import org.junit.jupiter.api.DynamicTest;

/** Group requests in the wrong order, by unknown members, with bad epochs. */
final class GroupScripts {

    private static final short FIND_SEVERAL = 4;
    private static final short STATIC_MEMBERS = 5;
    private static final short LEAVE_BY_LIST = 3;

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
        script.valid(
                "a group's",
                target -> script.version() < FIND_SEVERAL
                        ? new FindCoordinatorRequestData().setKey("k")
                        : new FindCoordinatorRequestData().setCoordinatorKeys(List.of("k")));
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

    /** A member that has joined and knows its id and generation; before static members it is told its id first. */
    private static Script joined(Script script, boolean other) {
        short version = other ? STATIC_MEMBERS : script.version();
        Function<Target, Message> first =
                target -> version < STATIC_MEMBERS ? join(script) : join(script).setGroupInstanceId("one");
        script.askAlso("a member", ApiKeys.JOIN_GROUP, version, first, JoinGroupResponseData.class, GroupScripts::note);
        Function<Target, Message> again = target -> join(script)
                .setMemberId(script.text(target, "member"))
                .setGroupInstanceId(version < STATIC_MEMBERS ? null : "one");
        return other
                ? script.askAlso(
                        "joins", ApiKeys.JOIN_GROUP, version, again, JoinGroupResponseData.class, GroupScripts::note)
                : script.valid("joins", again, JoinGroupResponseData.class, GroupScripts::note);
    }

    private static void note(Map<String, Object> memory, JoinGroupResponseData answer) {
        memory.put("member", answer.memberId());
        memory.put("generation", answer.generationId());
    }

    private static SyncGroupRequestData sync(Script script, Target target, int more) {
        return new SyncGroupRequestData()
                .setGroupId(script.topic())
                .setMemberId(script.text(target, "member"))
                .setGenerationId((int) script.number(target, "generation") + more)
                .setProtocolType(script.version() < STATIC_MEMBERS ? null : "consumer")
                .setProtocolName(script.version() < STATIC_MEMBERS ? null : "range")
                .setAssignments(List.of(new SyncGroupRequestData.SyncGroupRequestAssignment()
                        .setMemberId(script.text(target, "member"))
                        .setAssignment(new byte[] {1, 2, 3})));
    }

    private static HeartbeatRequestData beat(Script script, Target target, int more) {
        return new HeartbeatRequestData()
                .setGroupId(script.topic())
                .setMemberId(script.text(target, "member"))
                .setGenerationId((int) script.number(target, "generation") + more);
    }

    private static LeaveGroupRequestData leave(Script script, Target target) {
        LeaveGroupRequestData data = new LeaveGroupRequestData().setGroupId(script.topic());
        return script.version() < LEAVE_BY_LIST
                ? data.setMemberId(script.text(target, "member"))
                : data.setMembers(
                        List.of(new LeaveGroupRequestData.MemberIdentity().setMemberId(script.text(target, "member"))));
    }

    private static Script joinGroup(Script script) {
        script.awaitCoordinators();
        script.ask("no group", target -> join(script).setGroupId(""));
        script.ask(Form.UNKNOWN, "unknown member", target -> join(script).setMemberId("nobody"));
        for (int timeout : new int[] {0, -1, 1, Integer.MAX_VALUE}) {
            script.ask(
                    Form.SIZE,
                    "session timeout " + timeout,
                    target -> join(script).setSessionTimeoutMs(timeout));
        }
        script.ask(
                "no protocol",
                target -> join(script).setProtocols(new JoinGroupRequestData.JoinGroupRequestProtocolCollection()));
        script.ask("no protocol type", target -> join(script).setProtocolType(""));
        return joined(script, false);
    }

    private static Script syncGroup(Script script) {
        script.awaitCoordinators();
        SyncGroupRequestData sync =
                new SyncGroupRequestData().setGroupId("wire-never").setMemberId("nobody");
        script.ask(Form.UNKNOWN, "before any join", target -> sync);
        script.ask("no group", target -> sync.duplicate().setGroupId(""));
        script.ask(Form.EPOCH, "of a generation", target -> sync.duplicate().setGenerationId(7));
        joined(script, true);
        script.ask(Form.EPOCH, "of the next generation", target -> sync(script, target, 1));
        script.valid("of its own", target -> sync(script, target, 0));
        return script.ask(Form.ORDER, "again", target -> sync(script, target, 0));
    }

    private static Script heartbeat(Script script) {
        script.awaitCoordinators();
        HeartbeatRequestData beat =
                new HeartbeatRequestData().setGroupId("wire-never").setMemberId("nobody");
        script.ask(Form.UNKNOWN, "before any join", target -> beat);
        script.ask("no group", target -> beat.duplicate().setGroupId(""));
        script.ask(Form.EPOCH, "of a generation", target -> beat.duplicate().setGenerationId(-7));
        joined(script, true);
        script.ask(Form.ORDER, "before its assignment", target -> beat(script, target, 0));
        script.askAlso("assignment", ApiKeys.SYNC_GROUP, 3, target -> sync(script, target, 0));
        script.valid("of its generation", target -> beat(script, target, 0));
        script.ask(Form.EPOCH, "of the one before", target -> beat(script, target, -1));
        return script.ask(Form.EPOCH, "of the next", target -> beat(script, target, 1));
    }

    private static Script leaveGroup(Script script) {
        script.awaitCoordinators();
        script.ask(
                Form.UNKNOWN,
                "unknown member",
                target -> new LeaveGroupRequestData().setGroupId("wire-never").setMemberId("nobody"));
        script.ask(
                Form.UNKNOWN,
                "unknown members",
                target -> new LeaveGroupRequestData()
                        .setGroupId("wire-never")
                        .setMembers(List.of(
                                new LeaveGroupRequestData.MemberIdentity().setMemberId("nobody"),
                                new LeaveGroupRequestData.MemberIdentity()
                                        .setMemberId("")
                                        .setGroupInstanceId("i"))));
        script.ask("no group", target -> new LeaveGroupRequestData().setGroupId(""));
        joined(script, true);
        script.valid("its member", target -> leave(script, target));
        return script.ask(Form.ORDER, "again", target -> leave(script, target));
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
            script.ask(Form.ORDER, "before any join, epoch " + epoch, target -> beat(script, epoch));
        }
        script.ask("no group", target -> joining(script).setGroupId(""));
        script.ask(Form.SIZE, "no rebalance timeout", target -> joining(script).setRebalanceTimeoutMs(-1));
        script.ask(Form.UNKNOWN, "unknown assignor", target -> joining(script).setServerAssignor("none"));
        script.ask("bad expression", target -> joining(script).setSubscribedTopicRegex("(["));
        script.valid("join", target -> joining(script));
        for (int epoch : new int[] {9, 1, 0}) {
            script.ask(Form.EPOCH, "joined, epoch " + epoch, target -> beat(script, epoch));
        }
        script.ask(Form.UNKNOWN, "another member", target -> beat(script, 1).setMemberId("member-two"));
        return script.valid("leave", target -> beat(script, -1));
    }
}
