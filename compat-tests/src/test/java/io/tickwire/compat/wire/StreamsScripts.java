package io.tickwire.compat.wire;

import io.tickwire.compat.wire.WireCoverage.Form;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.DynamicTest;

/** Streams groups (KIP-1071). Each script's group has the name of its topic. */
final class StreamsScripts {

    private StreamsScripts() {}

    static Stream<DynamicTest> tests() {
        return Stream.of(
                        WireScripts.scripts(ApiKeys.STREAMS_GROUP_HEARTBEAT, StreamsScripts::heartbeat),
                        WireScripts.scripts(ApiKeys.STREAMS_GROUP_DESCRIBE, StreamsScripts::describe))
                .flatMap(one -> one);
    }

    private static StreamsGroupHeartbeatRequestData beat(Script script, int epoch) {
        return new StreamsGroupHeartbeatRequestData()
                .setGroupId(script.topic())
                .setMemberId("member-one")
                .setMemberEpoch(epoch);
    }

    private static StreamsGroupHeartbeatRequestData joining(Script script, String source) {
        return beat(script, 0)
                .setRebalanceTimeoutMs(60_000)
                .setProcessId("process")
                .setActiveTasks(List.of())
                .setStandbyTasks(List.of())
                .setWarmupTasks(List.of())
                .setClientTags(List.of())
                .setTopology(new StreamsGroupHeartbeatRequestData.Topology()
                        .setEpoch(1)
                        .setSubtopologies(List.of(new StreamsGroupHeartbeatRequestData.Subtopology()
                                .setSubtopologyId("0")
                                .setSourceTopics(List.of(source)))));
    }

    private static Script heartbeat(Script script) {
        script.makeTopic().awaitCoordinators();
        for (int epoch : new int[] {1, -1, -2, -3}) {
            script.ask(Form.ORDER, "before any join, epoch " + epoch, target -> beat(script, epoch));
        }
        script.ask("no group", target -> joining(script, script.topic()).setGroupId(""));
        script.ask(
                Form.SIZE,
                "no rebalance timeout",
                target -> joining(script, script.topic()).setRebalanceTimeoutMs(-1));
        script.ask(
                Form.SIZE,
                "no topology",
                target -> joining(script, script.topic()).setTopology(null));
        script.ask("no process", target -> joining(script, script.topic()).setProcessId(""));
        script.valid("join", target -> joining(script, script.topic()));
        for (int epoch : new int[] {9, -3}) {
            script.ask(Form.EPOCH, "joined, epoch " + epoch, target -> beat(script, epoch));
        }
        script.ask(Form.UNKNOWN, "another member", target -> beat(script, 1).setMemberId("member-two"));
        script.valid("leave", target -> beat(script, -1));
        return script.ask(Form.ORDER, "leave again", target -> beat(script, -1));
    }

    private static Script describe(Script script) {
        script.makeTopic().awaitCoordinators();
        script.askUntilDone("join", ApiKeys.STREAMS_GROUP_HEARTBEAT, 0, target -> joining(script, script.topic()));
        StreamsGroupDescribeRequestData own =
                new StreamsGroupDescribeRequestData().setGroupIds(List.of(script.topic()));
        script.valid("its own", target -> own);
        script.ask("with operations", target -> own.duplicate().setIncludeAuthorizedOperations(true));
        script.ask(Form.UNKNOWN, "unknown ones", target -> own.duplicate().setGroupIds(List.of("wire-none", "")));
        return script.askAlso("leave", ApiKeys.STREAMS_GROUP_HEARTBEAT, 0, target -> beat(script, -1));
    }
}
