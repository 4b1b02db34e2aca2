package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import io.tickwire.compat.wire.WireCoverage.Form;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Message;
import org.junit.jupiter.api.DynamicTest;

/** What brokers ask the coordinator of share groups' state (KIP-932). Each script's group has the name of its topic. */
final class ShareStateScripts {

    private static final int STATE_EPOCH = 3;

    /** A request about partition 0 of a topic, with an epoch. */
    @FunctionalInterface
    private interface StateRequest {
        Message of(String group, Uuid topicId, int partition, int epoch);
    }

    private ShareStateScripts() {}

    static Stream<DynamicTest> tests() {
        return Stream.of(
                        WireScripts.scripts(
                                ApiKeys.INITIALIZE_SHARE_GROUP_STATE,
                                script -> all(prepared(script), ShareStateScripts::initialize)),
                        WireScripts.scripts(
                                ApiKeys.READ_SHARE_GROUP_STATE,
                                script -> all(initialized(script), ShareStateScripts::read)),
                        WireScripts.scripts(
                                ApiKeys.WRITE_SHARE_GROUP_STATE,
                                script -> all(initialized(script), ShareStateScripts::write)),
                        WireScripts.scripts(
                                ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY,
                                script -> all(initialized(script), ShareStateScripts::summary)),
                        WireScripts.scripts(
                                ApiKeys.DELETE_SHARE_GROUP_STATE,
                                script -> all(initialized(script), ShareStateScripts::delete)))
                .flatMap(one -> one);
    }

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

    private static Script initialized(Script script) {
        prepared(script);
        return script.askUntilDone(
                "initialize",
                ApiKeys.INITIALIZE_SHARE_GROUP_STATE,
                0,
                target -> initialize(script.topic(), script.topicId(target), 0, STATE_EPOCH));
    }

    private static Script all(Script script, StateRequest request) {
        script.valid("its own", target -> request.of(script.topic(), id(script, target), 0, STATE_EPOCH));
        script.ask(Form.ORDER, "again", target -> request.of(script.topic(), id(script, target), 0, STATE_EPOCH));
        for (int epoch : new int[] {STATE_EPOCH - 1, -1}) {
            script.ask(
                    Form.EPOCH, "epoch " + epoch, target -> request.of(script.topic(), id(script, target), 0, epoch));
        }
        script.ask(Form.SIZE, "partition -1", target -> request.of(script.topic(), id(script, target), -1, 1));
        script.ask(Form.UNKNOWN, "unknown topic", target -> request.of(script.topic(), new Uuid(7, 7), 0, 1));
        script.ask(Form.UNKNOWN, "no topic", target -> request.of(script.topic(), Uuid.ZERO_UUID, 0, 1));
        return script.ask("no group", target -> request.of("", id(script, target), 0, 1));
    }

    private static Uuid id(Script script, Target target) {
        return script.topicId(target);
    }

    private static InitializeShareGroupStateRequestData initialize(String group, Uuid id, int partition, int epoch) {
        return new InitializeShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new InitializeShareGroupStateRequestData.InitializeStateData()
                        .setTopicId(id)
                        .setPartitions(List.of(new InitializeShareGroupStateRequestData.PartitionData()
                                .setPartition(partition)
                                .setStateEpoch(epoch)
                                .setStartOffset(2)))));
    }

    private static Message read(String group, Uuid id, int partition, int epoch) {
        return new ReadShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new ReadShareGroupStateRequestData.ReadStateData()
                        .setTopicId(id)
                        .setPartitions(List.of(new ReadShareGroupStateRequestData.PartitionData()
                                .setPartition(partition)
                                .setLeaderEpoch(epoch)))));
    }

    private static Message write(String group, Uuid id, int partition, int epoch) {
        return new WriteShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new WriteShareGroupStateRequestData.WriteStateData()
                        .setTopicId(id)
                        .setPartitions(List.of(new WriteShareGroupStateRequestData.PartitionData()
                                .setPartition(partition)
                                .setStateEpoch(epoch)
                                .setLeaderEpoch(0)
                                .setStartOffset(4)
                                .setStateBatches(List.of(new WriteShareGroupStateRequestData.StateBatch()
                                        .setFirstOffset(4)
                                        .setLastOffset(6)
                                        .setDeliveryState((byte) 2)
                                        .setDeliveryCount((short) 1)))))));
    }

    private static Message summary(String group, Uuid id, int partition, int epoch) {
        return new ReadShareGroupStateSummaryRequestData()
                .setGroupId(group)
                .setTopics(List.of(new ReadShareGroupStateSummaryRequestData.ReadStateSummaryData()
                        .setTopicId(id)
                        .setPartitions(List.of(new ReadShareGroupStateSummaryRequestData.PartitionData()
                                .setPartition(partition)
                                .setLeaderEpoch(epoch)))));
    }

    private static Message delete(String group, Uuid id, int partition, int epoch) {
        return new DeleteShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new DeleteShareGroupStateRequestData.DeleteStateData()
                        .setTopicId(id)
                        .setPartitions(List.of(
                                new DeleteShareGroupStateRequestData.PartitionData().setPartition(partition)))));
    }
}
