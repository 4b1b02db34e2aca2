package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import io.tickwire.compat.wire.WireCoverage.Form;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.DynamicTest;

/** Topics, partitions and replicas: made, changed, moved and deleted. */
final class TopicScripts {

    private static final short DELETE_BY_ID = 6;
    private static final int TIMEOUT_MS = 30_000;

    private TopicScripts() {}

    static Stream<DynamicTest> tests() {
        return Stream.of(
                        WireScripts.scripts(ApiKeys.CREATE_TOPICS, TopicScripts::create),
                        WireScripts.scripts(ApiKeys.DELETE_TOPICS, TopicScripts::delete),
                        WireScripts.scripts(ApiKeys.CREATE_PARTITIONS, TopicScripts::partitions),
                        WireScripts.scripts(ApiKeys.DELETE_RECORDS, TopicScripts::records),
                        WireScripts.scripts(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, TopicScripts::describe),
                        WireScripts.scripts(ApiKeys.ELECT_LEADERS, TopicScripts::elect),
                        WireScripts.scripts(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, TopicScripts::reassign),
                        WireScripts.scripts(ApiKeys.LIST_PARTITION_REASSIGNMENTS, TopicScripts::reassignments),
                        WireScripts.scripts(ApiKeys.DESCRIBE_LOG_DIRS, TopicScripts::logDirs),
                        WireScripts.scripts(ApiKeys.ALTER_REPLICA_LOG_DIRS, TopicScripts::moveReplica))
                .flatMap(one -> one);
    }

    private static CreateTopicsRequestData create(String name, int partitions, int replicas) {
        CreateTopicsRequestData data = new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
        data.topics()
                .add(new CreateTopicsRequestData.CreatableTopic()
                        .setName(name)
                        .setNumPartitions(partitions)
                        .setReplicationFactor((short) replicas));
        return data;
    }

    private static CreateTopicsRequestData withConfig(CreateTopicsRequestData data, String name, String value) {
        data.topics()
                .forEach(topic -> topic.configs()
                        .add(new CreateTopicsRequestData.CreatableTopicConfig()
                                .setName(name)
                                .setValue(value)));
        return data;
    }

    private static CreateTopicsRequestData assigned(String name, Integer... brokers) {
        CreateTopicsRequestData data = create(name, -1, -1);
        data.topics()
                .forEach(topic -> topic.assignments()
                        .add(new CreateTopicsRequestData.CreatableReplicaAssignment()
                                .setPartitionIndex(0)
                                .setBrokerIds(List.of(brokers))));
        return data;
    }

    private static Script create(Script script) {
        String name = script.topic();
        script.valid("its own", target -> withConfig(create(name, 2, 1), "retention.ms", "60000"));
        script.ask(Form.ORDER, "again", target -> create(name, 2, 1));
        script.valid("only validated", target -> create(name + "-not", 1, 1).setValidateOnly(true));
        script.valid("assigned", target -> assigned(name + "-assigned", 1));
        script.ask("assigned to broker 9", target -> assigned(name + "-none", 9));
        script.ask("assigned twice", target -> assigned(name + "-none", 1, 1));
        for (int partitions : new int[] {0, -5}) {
            script.ask(Form.SIZE, partitions + " partitions", target -> create(name + "-none", partitions, 1));
        }
        for (int replicas : new int[] {0, 3, -3}) {
            script.ask(Form.SIZE, replicas + " replicas", target -> create(name + "-none", 1, replicas));
        }
        for (String bad : List.of("", ".", "a b", "x".repeat(250))) {
            script.ask(Form.OVERSIZED, "'" + bad + "'", target -> create(bad, 1, 1));
        }
        script.ask(Form.UNKNOWN, "unknown setting", target -> withConfig(create(name + "-none", 1, 1), "none", "1"));
        return script.ask("bad setting", target -> withConfig(create(name + "-none", 1, 1), "retention.ms", "long"));
    }

    private static DeleteTopicsRequestData delete(Script script, String name, Uuid id) {
        DeleteTopicsRequestData data = new DeleteTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
        if (script.version() < DELETE_BY_ID) {
            return data.setTopicNames(List.of(name));
        }
        return data.setTopics(List.of(new DeleteTopicsRequestData.DeleteTopicState()
                .setName(id.equals(Uuid.ZERO_UUID) ? name : null)
                .setTopicId(id)));
    }

    private static Script delete(Script script) {
        script.makeTopic();
        script.ask(Form.UNKNOWN, "unknown one", target -> delete(script, "wire-none", Uuid.ZERO_UUID));
        script.ask(Form.UNKNOWN, "unknown id", target -> delete(script, "wire-none", new Uuid(7, 7)));
        script.ask("''", target -> delete(script, "", Uuid.ZERO_UUID));
        script.ask("twice", target -> {
            DeleteTopicsRequestData data = delete(script, "wire-none", Uuid.ZERO_UUID);
            return script.version() < DELETE_BY_ID
                    ? data.setTopicNames(List.of("wire-none", "wire-none"))
                    : data.setTopics(List.of(
                            data.topics().getFirst(), data.topics().getFirst().duplicate()));
        });
        script.valid("its own", target -> delete(script, script.topic(), Uuid.ZERO_UUID));
        return script.ask(Form.ORDER, "again", target -> delete(script, script.topic(), script.topicId(target)));
    }

    private static CreatePartitionsRequestData partitions(String topic, int count, Integer... brokers) {
        var one = new CreatePartitionsRequestData.CreatePartitionsTopic()
                .setName(topic)
                .setCount(count)
                .setAssignments(
                        brokers.length == 0
                                ? null
                                : List.of(new CreatePartitionsRequestData.CreatePartitionsAssignment()
                                        .setBrokerIds(Arrays.asList(brokers))));
        CreatePartitionsRequestData data = new CreatePartitionsRequestData().setTimeoutMs(TIMEOUT_MS);
        data.topics().add(one);
        return data;
    }

    private static Script partitions(Script script) {
        script.makeTopic();
        script.valid("only validated", target -> partitions(script.topic(), 9).setValidateOnly(true));
        script.valid("3", target -> partitions(script.topic(), 3));
        for (int count : new int[] {3, 1, 0, -1}) {
            script.ask(Form.SIZE, count + " after 3", target -> partitions(script.topic(), count));
        }
        script.valid("one more, assigned", target -> partitions(script.topic(), 4, 1));
        script.ask("assigned to broker 9", target -> partitions(script.topic(), 5, 9));
        script.ask(Form.SIZE, "two more, one assigned", target -> partitions(script.topic(), 6, 1));
        return script.ask(Form.UNKNOWN, "unknown topic", target -> partitions("wire-none", 3));
    }

    private static DeleteRecordsRequestData records(String topic, int partition, long offset) {
        return new DeleteRecordsRequestData()
                .setTimeoutMs(TIMEOUT_MS)
                .setTopics(List.of(new DeleteRecordsRequestData.DeleteRecordsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new DeleteRecordsRequestData.DeleteRecordsPartition()
                                .setPartitionIndex(partition)
                                .setOffset(offset)))));
    }

    private static Script records(Script script) {
        WireScripts.filled(script);
        script.valid("up to 2", target -> records(script.topic(), 0, 2));
        script.ask(Form.ORDER, "up to 1", target -> records(script.topic(), 0, 1));
        for (long offset : new long[] {7, -5, Long.MAX_VALUE}) {
            script.ask(Form.SIZE, "up to " + offset, target -> records(script.topic(), 0, offset));
        }
        script.ask(Form.SIZE, "partition 1", target -> records(script.topic(), 1, 0));
        script.ask(Form.UNKNOWN, "unknown topic", target -> records("wire-none", 0, 0));
        script.askAlso("the rest", ApiKeys.FETCH, 12, target -> WireScripts.fetchByName(script.topic(), 0, 2));
        script.askAlso("what is gone", ApiKeys.FETCH, 12, target -> WireScripts.fetchByName(script.topic(), 0, 1));
        return script.valid("all", target -> records(script.topic(), 0, -1));
    }

    private static DescribeTopicPartitionsRequestData describe(String... topics) {
        return new DescribeTopicPartitionsRequestData()
                .setTopics(Arrays.stream(topics)
                        .map(name -> new DescribeTopicPartitionsRequestData.TopicRequest().setName(name))
                        .toList());
    }

    private static Script describe(Script script) {
        script.makeTopic();
        script.valid("its own", target -> describe(script.topic()));
        script.ask(Form.UNKNOWN, "unknown ones", target -> describe("wire-none", "a b"));
        script.ask("no name", target -> describe(""));
        script.ask("no name, and another", target -> describe("", "wire-none"));
        script.ask(Form.SIZE, "twice", target -> describe(script.topic(), script.topic()));
        for (int limit : new int[] {0, -1, 1}) {
            script.ask(
                    Form.SIZE,
                    "limit " + limit,
                    target -> describe(script.topic(), "wire-none").setResponsePartitionLimit(limit));
        }
        for (int partition : new int[] {0, 1, -1}) {
            script.ask(
                    Form.ORDER,
                    "from partition " + partition,
                    target -> describe(script.topic())
                            .setCursor(new DescribeTopicPartitionsRequestData.Cursor()
                                    .setTopicName(script.topic())
                                    .setPartitionIndex(partition)));
        }
        return script;
    }

    private static ElectLeadersRequestData elect(String topic, int partition, int type) {
        ElectLeadersRequestData data =
                new ElectLeadersRequestData().setTimeoutMs(TIMEOUT_MS).setElectionType((byte) type);
        data.topicPartitions()
                .add(new ElectLeadersRequestData.TopicPartitions()
                        .setTopic(topic)
                        .setPartitions(List.of(partition)));
        return data;
    }

    private static Script elect(Script script) {
        script.makeTopic();
        script.refused("preferred, which leads", target -> elect(script.topic(), 0, 0));
        for (int type : new int[] {1, 9}) {
            script.ask("election of type " + type, target -> elect(script.topic(), 0, type));
        }
        script.ask(Form.SIZE, "partition 1", target -> elect(script.topic(), 1, 0));
        script.ask(
                "all",
                target -> new ElectLeadersRequestData().setTimeoutMs(TIMEOUT_MS).setTopicPartitions(null));
        return script.ask(Form.UNKNOWN, "unknown topic", target -> elect("wire-none", 0, 0));
    }

    private static AlterPartitionReassignmentsRequestData reassign(String topic, int partition, List<Integer> to) {
        return new AlterPartitionReassignmentsRequestData()
                .setTimeoutMs(TIMEOUT_MS)
                .setTopics(List.of(new AlterPartitionReassignmentsRequestData.ReassignableTopic()
                        .setName(topic)
                        .setPartitions(List.of(new AlterPartitionReassignmentsRequestData.ReassignablePartition()
                                .setPartitionIndex(partition)
                                .setReplicas(to)))));
    }

    private static Script reassign(Script script) {
        script.makeTopic();
        script.valid("to where it is", target -> reassign(script.topic(), 0, List.of(1)));
        script.ask(Form.ORDER, "cancelled, none being under way", target -> reassign(script.topic(), 0, null));
        for (List<Integer> to : List.of(List.of(9), List.of(1, 1), List.<Integer>of(), List.of(1, 9))) {
            script.ask(Form.SIZE, "to " + to, target -> reassign(script.topic(), 0, to));
        }
        script.ask(Form.SIZE, "partition 1", target -> reassign(script.topic(), 1, List.of(1)));
        return script.ask(Form.UNKNOWN, "unknown topic", target -> reassign("wire-none", 0, List.of(1)));
    }

    private static Script reassignments(Script script) {
        script.makeTopic();
        for (String topic : List.of(script.topic(), "wire-none")) {
            ListPartitionReassignmentsRequestData data = new ListPartitionReassignmentsRequestData()
                    .setTimeoutMs(TIMEOUT_MS)
                    .setTopics(List.of(new ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics()
                            .setName(topic)
                            .setPartitionIndexes(List.of(0, 1))));
            script.ask(topic.equals("wire-none") ? Form.UNKNOWN : Form.VALID, topic, target -> data);
        }
        return script.valid("all", target -> new ListPartitionReassignmentsRequestData().setTopics(null));
    }

    private static DescribeLogDirsRequestData logDirs(String topic) {
        DescribeLogDirsRequestData data = new DescribeLogDirsRequestData();
        data.topics()
                .add(new DescribeLogDirsRequestData.DescribableLogDirTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(0)));
        return data;
    }

    private static Script logDirs(Script script) {
        script.makeTopic();
        script.valid("its own", target -> logDirs(script.topic()));
        script.valid("all", target -> new DescribeLogDirsRequestData().setTopics(null));
        return script.ask(Form.UNKNOWN, "unknown topic", target -> logDirs("wire-none"));
    }

    private static AlterReplicaLogDirsRequestData move(String path, String topic, int partition) {
        AlterReplicaLogDirsRequestData.AlterReplicaLogDir to =
                new AlterReplicaLogDirsRequestData.AlterReplicaLogDir().setPath(path);
        to.topics()
                .add(new AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic()
                        .setName(topic)
                        .setPartitions(List.of(partition)));
        AlterReplicaLogDirsRequestData data = new AlterReplicaLogDirsRequestData();
        data.dirs().add(to);
        return data;
    }

    private static String directory(Script script, Target target) {
        return script.text(target, "directory");
    }

    private static Script moveReplica(Script script) {
        script.makeTopic();
        script.askAlso(
                "where it is",
                ApiKeys.DESCRIBE_LOG_DIRS,
                1,
                target -> logDirs(script.topic()),
                DescribeLogDirsResponseData.class,
                (memory, answer) ->
                        memory.put("directory", answer.results().getFirst().logDir()));
        script.valid("to where it is", target -> move(directory(script, target), script.topic(), 0));
        script.ask(Form.UNKNOWN, "unknown directory", target -> move("/none", script.topic(), 0));
        script.ask(Form.SIZE, "partition 1", target -> move(directory(script, target), script.topic(), 1));
        return script.ask(Form.UNKNOWN, "unknown topic", target -> move(directory(script, target), "wire-none", 0));
    }
}
