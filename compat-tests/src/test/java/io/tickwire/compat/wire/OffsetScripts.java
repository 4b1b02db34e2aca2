package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import io.tickwire.compat.wire.WireCoverage.Form;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.DynamicTest;

/** Offsets of groups, and what is told of groups. Each script's group has the name of its topic. */
final class OffsetScripts {

    private static final short NAMED_COMMIT = 8;
    private static final Uuid NO_TOPIC = new Uuid(7, 7);

    private OffsetScripts() {}

    static Stream<DynamicTest> tests() {
        return Stream.of(
                        WireScripts.scripts(ApiKeys.OFFSET_COMMIT, OffsetScripts::commit),
                        WireScripts.scripts(ApiKeys.OFFSET_FETCH, OffsetScripts::fetch),
                        WireScripts.scripts(ApiKeys.OFFSET_DELETE, OffsetScripts::delete),
                        WireScripts.scripts(ApiKeys.DELETE_GROUPS, OffsetScripts::deleteGroups),
                        WireScripts.scripts(ApiKeys.DESCRIBE_GROUPS, OffsetScripts::describe),
                        WireScripts.scripts(ApiKeys.LIST_GROUPS, OffsetScripts::list),
                        WireScripts.scripts(ApiKeys.CONSUMER_GROUP_DESCRIBE, OffsetScripts::describeConsumers))
                .flatMap(one -> one);
    }

    private static OffsetCommitRequestData commit(Script script, Uuid topicId, int partition, String metadata) {
        return new OffsetCommitRequestData()
                .setGroupId(script.topic())
                .setTopics(List.of(new OffsetCommitRequestData.OffsetCommitRequestTopic()
                        .setName(script.topic())
                        .setTopicId(topicId)
                        .setPartitions(List.of(new OffsetCommitRequestData.OffsetCommitRequestPartition()
                                .setPartitionIndex(partition)
                                .setCommittedOffset(5)
                                .setCommittedMetadata(metadata)))));
    }

    private static OffsetCommitRequestData commit(Script script, Target target) {
        return commit(script, script.topicId(target), 0, "m");
    }

    /** A topic, and a group that has committed offset 5 of it. */
    private static Script committed(Script script) {
        script.makeTopic().awaitCoordinators();
        return script.askUntilDone(
                "commit", ApiKeys.OFFSET_COMMIT, NAMED_COMMIT, target -> commit(script, Uuid.ZERO_UUID, 0, "m"));
    }

    private static Script commit(Script script) {
        committed(script);
        script.valid("commit", target -> commit(script, target));
        script.valid("again", target -> commit(script, target));
        script.ask(Form.SIZE, "no topic", target -> commit(script, target).setTopics(List.of()));
        script.ask(Form.SIZE, "partition 1", target -> commit(script, script.topicId(target), 1, "m"));
        script.ask(Form.SIZE, "partition -1", target -> commit(script, script.topicId(target), -1, "m"));
        script.ask(Form.UNKNOWN, "unknown topic", target -> {
            OffsetCommitRequestData data = commit(script, NO_TOPIC, 0, "m");
            data.topics().getFirst().setName("wire-none");
            return data;
        });
        script.ask(Form.OVERSIZED, "metadata", target -> commit(script, script.topicId(target), 0, "m".repeat(5_000)));
        script.ask(Form.EPOCH, "generation 7", target -> commit(script, target).setGenerationIdOrMemberEpoch(7));
        script.ask(
                Form.UNKNOWN,
                "unknown member",
                target -> commit(script, target).setMemberId("nobody").setGenerationIdOrMemberEpoch(1));
        script.ask(
                Form.ORDER,
                "generation before a group",
                target -> commit(script, target).setGroupId("wire-never").setGenerationIdOrMemberEpoch(1));
        return script.ask("no group", target -> commit(script, target).setGroupId(""));
    }

    private static OffsetFetchRequestData fetch(Script script, String group, String topic, Uuid id) {
        List<Integer> partitions = List.of(0, 1);
        if (script.version() < 8) {
            return new OffsetFetchRequestData()
                    .setGroupId(group)
                    .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopic()
                            .setName(topic)
                            .setPartitionIndexes(partitions)));
        }
        return new OffsetFetchRequestData()
                .setGroups(List.of(new OffsetFetchRequestData.OffsetFetchRequestGroup()
                        .setGroupId(group)
                        .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopics()
                                .setName(topic)
                                .setTopicId(id)
                                .setPartitionIndexes(partitions)))));
    }

    private static Script fetch(Script script) {
        committed(script);
        script.valid("its own", target -> fetch(script, script.topic(), script.topic(), script.topicId(target)));
        script.valid("another group's", target -> fetch(script, "wire-none", script.topic(), script.topicId(target)));
        script.ask(Form.UNKNOWN, "unknown topic", target -> fetch(script, script.topic(), "wire-none", NO_TOPIC));
        script.ask("no group", target -> fetch(script, "", script.topic(), script.topicId(target)));
        script.ask(Form.SIZE, "all topics", target -> {
            OffsetFetchRequestData data = fetch(script, script.topic(), script.topic(), script.topicId(target));
            data.groups().forEach(group -> group.setTopics(null));
            return data.groups().isEmpty() && script.version() > 1 ? data.setTopics(null) : data;
        });
        script.ask(
                "only stable",
                target -> fetch(script, script.topic(), script.topic(), script.topicId(target))
                        .setRequireStable(true));
        return script.ask(Form.EPOCH, "member of epoch 3", target -> {
            OffsetFetchRequestData data = fetch(script, script.topic(), script.topic(), script.topicId(target));
            data.groups().forEach(group -> group.setMemberId("nobody").setMemberEpoch(3));
            return data;
        });
    }

    private static OffsetDeleteRequestData delete(Script script, String topic) {
        var topics = new OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection();
        topics.add(new OffsetDeleteRequestData.OffsetDeleteRequestTopic()
                .setName(topic)
                .setPartitions(
                        List.of(new OffsetDeleteRequestData.OffsetDeleteRequestPartition().setPartitionIndex(0))));
        return new OffsetDeleteRequestData().setGroupId(script.topic()).setTopics(topics);
    }

    private static Script delete(Script script) {
        committed(script);
        script.valid("its own", target -> delete(script, script.topic()));
        script.ask(Form.ORDER, "again", target -> delete(script, script.topic()));
        script.ask(Form.UNKNOWN, "unknown topic", target -> delete(script, "wire-none"));
        script.ask(
                Form.UNKNOWN,
                "unknown group",
                target -> delete(script, script.topic()).setGroupId("wire-none"));
        return script.ask("no group", target -> delete(script, script.topic()).setGroupId(""));
    }

    private static Script deleteGroups(Script script) {
        committed(script);
        script.valid("its own", target -> new DeleteGroupsRequestData().setGroupsNames(List.of(script.topic())));
        script.ask(
                Form.ORDER, "again", target -> new DeleteGroupsRequestData().setGroupsNames(List.of(script.topic())));
        return script.ask(
                Form.UNKNOWN,
                "unknown ones",
                target -> new DeleteGroupsRequestData().setGroupsNames(List.of("wire-none", "", "wire-none")));
    }

    private static Script describe(Script script) {
        committed(script);
        DescribeGroupsRequestData own = new DescribeGroupsRequestData().setGroups(List.of(script.topic()));
        script.valid("its own", target -> own);
        script.ask("with operations", target -> own.duplicate().setIncludeAuthorizedOperations(true));
        script.ask(Form.SIZE, "twice", target -> own.duplicate().setGroups(List.of(script.topic(), script.topic())));
        return script.ask(
                Form.UNKNOWN,
                "unknown ones",
                target -> new DescribeGroupsRequestData().setGroups(List.of("wire-none", "")));
    }

    private static Script list(Script script) {
        committed(script);
        script.valid("all", target -> new ListGroupsRequestData());
        for (String state : List.of("Empty", "EMPTY", "Stable", "Dead")) {
            script.ask(state, target -> new ListGroupsRequestData().setStatesFilter(List.of(state)));
        }
        for (String type : List.of("classic", "Classic", "consumer", "share")) {
            script.ask(type, target -> new ListGroupsRequestData().setTypesFilter(List.of(type)));
        }
        script.ask(
                Form.UNKNOWN, "unknown state", target -> new ListGroupsRequestData().setStatesFilter(List.of("none")));
        return script.ask(
                Form.UNKNOWN, "unknown type", target -> new ListGroupsRequestData().setTypesFilter(List.of("none")));
    }

    private static Script describeConsumers(Script script) {
        script.makeTopic().awaitCoordinators();
        script.askUntilDone(
                "join",
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                1,
                target -> new ConsumerGroupHeartbeatRequestData()
                        .setGroupId(script.topic())
                        .setMemberId("member-one")
                        .setRebalanceTimeoutMs(60_000)
                        .setSubscribedTopicNames(List.of("wire-none"))
                        .setTopicPartitions(List.of()));
        ConsumerGroupDescribeRequestData own =
                new ConsumerGroupDescribeRequestData().setGroupIds(List.of(script.topic()));
        script.valid("its own", target -> own);
        script.ask("with operations", target -> own.duplicate().setIncludeAuthorizedOperations(true));
        script.ask(Form.UNKNOWN, "unknown ones", target -> own.duplicate().setGroupIds(List.of("wire-none", "")));
        return script.askAlso(
                "leave",
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                1,
                target -> new ConsumerGroupHeartbeatRequestData()
                        .setGroupId(script.topic())
                        .setMemberId("member-one")
                        .setMemberEpoch(-1));
    }
}
