package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import io.tickwire.compat.wire.WireCoverage.Form;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.DynamicTest;

/** Share groups (KIP-932). Each script's group has the name of its topic. */
final class ShareScripts {

    private static final String MEMBER = "AAAAAAAAAAAAAAAAAAAAAQ";

    private ShareScripts() {}

    static Stream<DynamicTest> tests() {
        return Stream.of(
                        WireScripts.scripts(ApiKeys.SHARE_GROUP_HEARTBEAT, ShareScripts::heartbeat),
                        WireScripts.scripts(ApiKeys.SHARE_GROUP_DESCRIBE, ShareScripts::describe),
                        WireScripts.scripts(ApiKeys.SHARE_FETCH, ShareScripts::fetch),
                        WireScripts.scripts(ApiKeys.SHARE_ACKNOWLEDGE, ShareScripts::acknowledge),
                        WireScripts.scripts(ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS, ShareScripts::describeOffsets),
                        WireScripts.scripts(ApiKeys.ALTER_SHARE_GROUP_OFFSETS, ShareScripts::alterOffsets),
                        WireScripts.scripts(ApiKeys.DELETE_SHARE_GROUP_OFFSETS, ShareScripts::deleteOffsets))
                .flatMap(one -> one);
    }

    private static ShareGroupHeartbeatRequestData beat(Script script, int epoch) {
        return new ShareGroupHeartbeatRequestData()
                .setGroupId(script.topic())
                .setMemberId(MEMBER)
                .setMemberEpoch(epoch);
    }

    private static ShareGroupHeartbeatRequestData joining(Script script) {
        return beat(script, 0).setSubscribedTopicNames(List.of(script.topic()));
    }

    /** A topic, and a group whose coordinators answer. */
    private static Script prepared(Script script) {
        script.makeTopic().awaitCoordinators();
        return script.askUntilDone(
                "coordinator of its state",
                ApiKeys.FIND_COORDINATOR,
                6,
                target -> new FindCoordinatorRequestData()
                        .setKeyType((byte) 2)
                        .setCoordinatorKeys(List.of(script.topic() + ":" + new Uuid(7, 7) + ":0")));
    }

    private static Script joined(Script script) {
        prepared(script);
        return script.askUntilDone("join", ApiKeys.SHARE_GROUP_HEARTBEAT, 1, target -> joining(script));
    }

    private static Script leave(Script script) {
        return script.askAlso("leave", ApiKeys.SHARE_GROUP_HEARTBEAT, 1, target -> beat(script, -1));
    }

    private static Script heartbeat(Script script) {
        prepared(script);
        for (int epoch : new int[] {1, -1, -2}) {
            script.ask(Form.ORDER, "before any join, epoch " + epoch, target -> beat(script, epoch));
        }
        script.ask("no group", target -> joining(script).setGroupId(""));
        script.ask("no member", target -> joining(script).setMemberId(""));
        script.ask(Form.OVERSIZED, "long member", target -> joining(script).setMemberId("m".repeat(100)));
        script.ask(Form.SIZE, "no topic", target -> joining(script).setSubscribedTopicNames(List.of()));
        script.valid("join", target -> joining(script));
        for (int epoch : new int[] {9, -2, -3}) {
            script.ask(Form.EPOCH, "joined, epoch " + epoch, target -> beat(script, epoch));
        }
        script.ask(Form.UNKNOWN, "another member", target -> beat(script, 1).setMemberId("BBBBBBBBBBBBBBBBBBBBAQ"));
        script.valid("leave", target -> beat(script, -1));
        return script.ask(Form.ORDER, "leave again", target -> beat(script, -1));
    }

    private static Script describe(Script script) {
        joined(script);
        ShareGroupDescribeRequestData own = new ShareGroupDescribeRequestData().setGroupIds(List.of(script.topic()));
        script.valid("its own", target -> own);
        script.ask("with operations", target -> own.duplicate().setIncludeAuthorizedOperations(true));
        script.ask(Form.UNKNOWN, "unknown ones", target -> own.duplicate().setGroupIds(List.of("wire-none", "")));
        return leave(script);
    }

    private static ShareFetchRequestData fetch(Script script, Target target, int epoch, int partition) {
        var topic = new ShareFetchRequestData.FetchTopic().setTopicId(script.topicId(target));
        topic.partitions().add(new ShareFetchRequestData.FetchPartition().setPartitionIndex(partition));
        ShareFetchRequestData data = new ShareFetchRequestData()
                .setGroupId(script.topic())
                .setMemberId(MEMBER)
                .setShareSessionEpoch(epoch)
                .setMaxWaitMs(20)
                .setMinBytes(1)
                .setMaxBytes(1_000_000)
                .setMaxRecords(100)
                .setBatchSize(100);
        data.topics().add(topic);
        return data;
    }

    private static ShareFetchRequestData next(Script script, Target target, int epoch) {
        ShareFetchRequestData data = fetch(script, target, epoch, 0);
        data.topics().clear();
        return data;
    }

    /** A member of a group that reads from the start of a topic with six records. */
    private static Script reader(Script script) {
        script.setOfGroup("share.auto.offset.reset", "earliest");
        WireScripts.fill(joined(script));
        return script;
    }

    /** Begins a session, until it comes with records: the first ones find the group's state not there yet. */
    private static void begin(Script script, int version) {
        script.askUntil(
                "begins",
                ApiKeys.SHARE_FETCH,
                version,
                target -> fetch(script, target, 0, 0).setMaxWaitMs(500),
                seen -> seen.toString().contains("acquiredRecords[].firstOffset = 0"));
    }

    private static Script fetch(Script script) {
        reader(script);
        script.ask(Form.ORDER, "goes on before it began", target -> fetch(script, target, 1, 0));
        script.ask(Form.ORDER, "ends before it began", target -> fetch(script, target, -1, 0));
        begin(script, script.version());
        script.valid("goes on", target -> next(script, target, 1));
        for (int epoch : new int[] {1, 9, -5}) {
            script.ask(Form.SESSION, "epoch " + epoch, target -> next(script, target, epoch));
        }
        script.ask("no group", target -> fetch(script, target, 0, 0).setGroupId(""));
        script.ask("member that is no id", target -> fetch(script, target, 0, 0).setMemberId("one"));
        script.ask(Form.SIZE, "partition 1", target -> fetch(script, target, 0, 1));
        script.ask(Form.SIZE, "no topic", target -> next(script, target, 0));
        return leave(script);
    }

    private static ShareAcknowledgeRequestData acknowledge(
            Script script, Target target, int epoch, long first, long last, int... types) {
        var topic = new ShareAcknowledgeRequestData.AcknowledgeTopic().setTopicId(script.topicId(target));
        List<Byte> bytes = Arrays.stream(types).mapToObj(type -> (byte) type).toList();
        topic.partitions()
                .add(new ShareAcknowledgeRequestData.AcknowledgePartition()
                        .setPartitionIndex(0)
                        .setAcknowledgementBatches(List.of(new ShareAcknowledgeRequestData.AcknowledgementBatch()
                                .setFirstOffset(first)
                                .setLastOffset(last)
                                .setAcknowledgeTypes(bytes))));
        ShareAcknowledgeRequestData data = new ShareAcknowledgeRequestData()
                .setGroupId(script.topic())
                .setMemberId(MEMBER)
                .setShareSessionEpoch(epoch);
        data.topics().add(topic);
        return data;
    }

    private static ShareAcknowledgeRequestData nothing(Script script, int epoch) {
        return new ShareAcknowledgeRequestData()
                .setGroupId(script.topic())
                .setMemberId(MEMBER)
                .setShareSessionEpoch(epoch);
    }

    private static Script acknowledge(Script script) {
        reader(script);
        script.ask(Form.ORDER, "before a session", target -> acknowledge(script, target, 1, 0, 0, 1));
        script.ask(Form.SESSION, "epoch of a new session", target -> acknowledge(script, target, 0, 0, 0, 1));
        begin(script, 1);
        script.valid("nothing", target -> nothing(script, 1));
        script.valid("the first", target -> acknowledge(script, target, 2, 0, 1, 1));
        script.ask(Form.ORDER, "the first again", target -> acknowledge(script, target, 3, 0, 1, 1));
        script.ask(Form.ORDER, "what was not delivered", target -> acknowledge(script, target, 4, 90, 90, 1));
        script.ask(Form.SIZE, "last before first", target -> acknowledge(script, target, 5, 5, 2, 1));
        script.ask(Form.SIZE, "two types for one record", target -> acknowledge(script, target, 5, 2, 2, 1, 2));
        script.ask("unknown type", target -> acknowledge(script, target, 5, 2, 2, 9));
        script.ask(Form.SESSION, "epoch 99", target -> nothing(script, 99));
        script.ask(Form.UNKNOWN, "unknown group", target -> nothing(script, 5).setGroupId("wire-none"));
        return leave(script);
    }

    private static DescribeShareGroupOffsetsRequestData offsets(String group, String topic) {
        return new DescribeShareGroupOffsetsRequestData()
                .setGroups(List.of(new DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup()
                        .setGroupId(group)
                        .setTopics(
                                List.of(new DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestTopic()
                                        .setTopicName(topic)
                                        .setPartitions(List.of(0))))));
    }

    private static Script describeOffsets(Script script) {
        joined(script);
        script.valid("its own", target -> offsets(script.topic(), script.topic()));
        script.ask(Form.UNKNOWN, "unknown topic", target -> offsets(script.topic(), "wire-none"));
        script.ask(Form.UNKNOWN, "unknown group", target -> offsets("wire-none", script.topic()));
        script.ask("no group", target -> offsets("", script.topic()));
        script.ask(Form.SIZE, "all topics", target -> {
            DescribeShareGroupOffsetsRequestData data = offsets(script.topic(), script.topic());
            data.groups().getFirst().setTopics(null);
            return data;
        });
        return leave(script);
    }

    private static AlterShareGroupOffsetsRequestData alter(String group, String topic, int partition, long offset) {
        var one = new AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic()
                .setTopicName(topic)
                .setPartitions(List.of(new AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestPartition()
                        .setPartitionIndex(partition)
                        .setStartOffset(offset)));
        AlterShareGroupOffsetsRequestData data = new AlterShareGroupOffsetsRequestData().setGroupId(group);
        data.topics().add(one);
        return data;
    }

    private static Script alterOffsets(Script script) {
        joined(script);
        script.ask(Form.ORDER, "while it has a member", target -> alter(script.topic(), script.topic(), 0, 0));
        leave(script);
        script.valid("to 0", target -> alter(script.topic(), script.topic(), 0, 0));
        script.ask(Form.SIZE, "to -1", target -> alter(script.topic(), script.topic(), 0, -1));
        script.ask(Form.SIZE, "partition 1", target -> alter(script.topic(), script.topic(), 1, 0));
        script.ask(Form.UNKNOWN, "unknown topic", target -> alter(script.topic(), "wire-none", 0, 0));
        return script.ask("no group", target -> alter("", script.topic(), 0, 0));
    }

    private static DeleteShareGroupOffsetsRequestData delete(String group, String topic) {
        return new DeleteShareGroupOffsetsRequestData()
                .setGroupId(group)
                .setTopics(List.of(new DeleteShareGroupOffsetsRequestData.DeleteShareGroupOffsetsRequestTopic()
                        .setTopicName(topic)));
    }

    private static Script deleteOffsets(Script script) {
        joined(script);
        script.ask(Form.ORDER, "while it has a member", target -> delete(script.topic(), script.topic()));
        leave(script);
        script.ask(Form.UNKNOWN, "unknown topic", target -> delete(script.topic(), "wire-none"));
        script.ask(Form.UNKNOWN, "unknown group", target -> delete("wire-none", script.topic()));
        script.ask("no group", target -> delete("", script.topic()));
        return script.valid("its own", target -> delete(script.topic(), script.topic()));
    }
}
