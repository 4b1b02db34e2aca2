package io.tickwire.compat.differential;

import static io.tickwire.compat.differential.StreamsWire.reading;
import static io.tickwire.compat.differential.StreamsWire.readingTopic;
import static io.tickwire.compat.differential.StreamsWire.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Endpoint;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.KeyValue;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TaskIds;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Streams groups (KIP-1071) as their members see them, heartbeat by heartbeat. */
@Execution(ExecutionMode.CONCURRENT)
class StreamsGroupCasesIT {

    private final List<Case> cases = new ArrayList<>();

    @TestFactory
    Stream<DynamicTest> firstHeartbeats() {
        join("right in everything", request -> {});
        join("empty group id", request -> request.setGroupId(""));
        join("empty member id", request -> request.setMemberId(""));
        join("empty instance id", request -> request.setInstanceId(""));
        join("empty rack", request -> request.setRackId(""));
        join("static member", request -> request.setInstanceId("instance"));
        for (int timeoutMs : new int[] {0, -1, -2}) {
            join("rebalance timeout " + timeoutMs, request -> request.setRebalanceTimeoutMs(timeoutMs));
        }
        join("no topology", request -> request.setTopology(null));
        join("no active tasks", request -> request.setActiveTasks(null));
        join("no standby tasks", request -> request.setStandbyTasks(null));
        join("no warm-up tasks", request -> request.setWarmupTasks(null));
        join("owns tasks already", request -> request.setActiveTasks(List.of(task("0", 0))));
        join("no process id", request -> request.setProcessId(null));
        join("empty process id", request -> request.setProcessId(""));
        join(
                "endpoint",
                request -> request.setUserEndpoint(
                        new Endpoint().setHost("localhost").setPort(8080)));
        join(
                "endpoint without host",
                request -> request.setUserEndpoint(new Endpoint().setHost("").setPort(8080)));
        join(
                "endpoint without port",
                request -> request.setUserEndpoint(
                        new Endpoint().setHost("localhost").setPort(0)));
        join(
                "client tag twice",
                request -> request.setClientTags(List.of(
                        new KeyValue().setKey("zone").setValue("a"),
                        new KeyValue().setKey("zone").setValue("b"))));
        join("epoch -3", request -> request.setMemberEpoch(-3));
        join("epoch 5 of nobody", request -> request.setMemberEpoch(5).setTopology(null));
        join("leaves before joining", request -> request.setMemberEpoch(StreamsWire.LEAVE));
        join("leaves for a while, not static", request -> request.setMemberEpoch(StreamsWire.LEAVE_FOR_A_WHILE));
        join("shutdown asked for", request -> request.setShutdownApplication(true));
        return take("streams group first heartbeats");
    }

    private void join(String name, Consumer<StreamsGroupHeartbeatRequestData> change) {
        cases.add(Case.of(name, probe -> {
            StreamsWire.createTopic(probe, 2);
            StreamsWire member = StreamsWire.member(probe, "m1");
            member.beat("first", member.joining(readingTopic(probe)), change);
            member.beat("next", member.going(), request -> {});
        }));
    }

    private static TaskIds task(String subtopology, Integer... partitions) {
        return new TaskIds().setSubtopologyId(subtopology).setPartitions(List.of(partitions));
    }

    @TestFactory
    Stream<DynamicTest> lives() {
        cases.add(Case.of("second member takes half", probe -> {
            StreamsWire.createTopic(probe, 4);
            StreamsWire first = StreamsWire.member(probe, "m1");
            first.join(readingTopic(probe));
            StreamsWire.settle(probe, "alone", List.of(first), 4);
            StreamsWire second = StreamsWire.member(probe, "m2");
            second.join(readingTopic(probe));
            StreamsWire.settle(probe, "both", List.of(first, second), 2, 2);
            first.leave();
            StreamsWire.settle(probe, "the other alone", List.of(second), 4);
        }));
        cases.add(Case.of("more members than tasks", probe -> {
            StreamsWire.createTopic(probe, 1);
            StreamsWire first = StreamsWire.member(probe, "m1");
            first.join(readingTopic(probe));
            StreamsWire.settle(probe, "alone", List.of(first), 1);
            StreamsWire second = StreamsWire.member(probe, "m2");
            second.join(readingTopic(probe));
            StreamsWire.settle(probe, "both", List.of(first, second), 1, 0);
        }));
        cases.add(Case.of("epochs of another time", probe -> {
            StreamsWire member = settled(probe, 2);
            int epoch = member.going().memberEpoch();
            member.beat("ahead", member.going(), request -> request.setMemberEpoch(epoch + 1));
            StreamsWire second = StreamsWire.member(probe, "m2");
            second.join(readingTopic(probe));
            StreamsWire.settle(probe, "both", List.of(member, second), 1, 1);
            second.leave();
            StreamsWire.settle(probe, "alone", List.of(member), 2);
            member.beat("far behind", member.going(), request -> request.setMemberEpoch(1));
            member.beat("right", member.going(), request -> {});
        }));
        cases.add(Case.of("owns what it may not", probe -> {
            StreamsWire member = settled(probe, 2);
            member.beat(
                    "unknown subtopology", member.going(), request -> request.setActiveTasks(List.of(task("9", 0))));
            member.beat("unknown partition", member.going(), request -> request.setActiveTasks(List.of(task("0", 9))));
            member.beat("no partition", member.going(), request -> request.setActiveTasks(List.of(task("0"))));
            member.beat("only active", member.going(), request -> request.setStandbyTasks(null));
        }));
        cases.add(Case.of("static member comes back", probe -> {
            StreamsWire.createTopic(probe, 2);
            StreamsWire first = StreamsWire.member(probe, "m1");
            first.beat("joins", first.joining(readingTopic(probe)), request -> request.setInstanceId("i"));
            StreamsWire other = StreamsWire.member(probe, "m2");
            other.beat("while there", other.joining(readingTopic(probe)), request -> request.setInstanceId("i"));
            first.beat(
                    "leaves",
                    first.going(),
                    request -> request.setInstanceId("i").setMemberEpoch(StreamsWire.LEAVE_FOR_A_WHILE));
            other.beat("after", other.joining(readingTopic(probe)), request -> request.setInstanceId("i"));
            first.beat("the old one", first.going(), request -> request.setInstanceId("i"));
        }));
        cases.add(Case.of("another topology", probe -> {
            StreamsWire first = settled(probe, 2);
            StreamsWire second = StreamsWire.member(probe, "m2");
            probe.createTopic(probe.name("more"), 1, Map.of());
            StreamsWire.awaitTopic(probe, probe.name("more"));
            second.beat("same epoch", second.joining(topology(reading(probe.name("more")))), request -> {});
            StreamsWire third = StreamsWire.member(probe, "m3");
            third.beat(
                    "next epoch",
                    third.joining(topology(reading(probe.name("more"))).setEpoch(1)),
                    request -> {});
            first.beat("first", first.going(), request -> {});
        }));
        cases.add(Case.of("one asks all to shut down", probe -> {
            StreamsWire first = settled(probe, 2);
            StreamsWire second = StreamsWire.member(probe, "m2");
            second.join(readingTopic(probe));
            second.beat("asks", second.going(), request -> request.setShutdownApplication(true));
            probe.saw("first", StreamsWire.statuses(first.beat(first.going())));
        }));
        cases.add(Case.of("a consumer wants in", probe -> {
            StreamsWire member = settled(probe, 2);
            for (String protocol : List.of("consumer", "classic")) {
                KafkaConsumer<String, String> consumer =
                        probe.consumer(Map.of("group.id", probe.name("app"), "group.protocol", protocol));
                consumer.subscribe(List.of(probe.topic()));
                probe.attempt(protocol, () -> Probe.poll(consumer, 1));
            }
            member.beat("member", member.going(), request -> {});
        }));
        cases.add(Case.of("a member of a consumer group's", probe -> {
            StreamsWire.createTopic(probe, 2);
            KafkaConsumer<String, String> consumer =
                    probe.consumer(Map.of("group.id", probe.name("app"), "group.protocol", "consumer"));
            consumer.subscribe(List.of(probe.topic()));
            Probe.eventually(() -> {
                consumer.poll(Duration.ofMillis(50));
                return consumer.assignment().size() == 2;
            });
            StreamsWire member = StreamsWire.member(probe, "m1");
            member.beat("joins", member.joining(readingTopic(probe)), request -> {});
        }));
        cases.add(Case.of("commits", StreamsGroupCasesIT::commits));
        cases.add(Case.of("group with standby tasks", probe -> {
            ShareSteps.configure(probe, "app", Map.of("streams.num.standby.replicas", "1"));
            StreamsWire.createTopic(probe, 2);
            Subtopology part = reading(probe.topic())
                    .setStateChangelogTopics(List.of(new TopicInfo().setName(probe.name("changelog"))));
            StreamsWire first = StreamsWire.member(probe, "m1");
            StreamsWire second = StreamsWire.member(probe, "m2");
            first.join(topology(part));
            second.join(topology(part));
            StreamsWire.settle(probe, "both", List.of(first, second), 1, 1);
            second.beat(
                    "second",
                    second.going(),
                    request ->
                            request.setStandbyTasks(null).setActiveTasks(null).setWarmupTasks(null));
        }));
        return take("streams group lives");
    }

    private static StreamsWire settled(Probe probe, int tasks) throws Exception {
        StreamsWire.createTopic(probe, tasks);
        StreamsWire member = StreamsWire.member(probe, "m1");
        member.join(readingTopic(probe));
        StreamsWire.settle(probe, "settled", List.of(member), tasks);
        return member;
    }

    private static void commits(Probe probe) throws Exception {
        StreamsWire member = settled(probe, 1);
        int epoch = member.going().memberEpoch();
        record Commit(String what, String memberId, int epoch) {}
        for (Commit commit : List.of(
                new Commit("right", "m1", epoch),
                new Commit("epoch ahead", "m1", epoch + 1),
                new Commit("another member", "m2", epoch),
                new Commit("nobody", "", -1))) {
            OffsetCommitResponseData answer = member.client()
                    .ask(
                            ApiKeys.OFFSET_COMMIT,
                            new OffsetCommitRequestData()
                                    .setGroupId(probe.name("app"))
                                    .setMemberId(commit.memberId())
                                    .setGenerationIdOrMemberEpoch(commit.epoch())
                                    .setTopics(List.of(new OffsetCommitRequestTopic()
                                            .setName(probe.topic())
                                            .setPartitions(List.of(new OffsetCommitRequestPartition()
                                                    .setPartitionIndex(0)
                                                    .setCommittedOffset(1))))),
                            9,
                            OffsetCommitResponseData.class);
            probe.saw(
                    commit.what(),
                    Errors.forCode(
                            answer.topics().getFirst().partitions().getFirst().errorCode()));
        }
    }

    private Stream<DynamicTest> take(String suite) {
        List<Case> taken = List.copyOf(cases);
        cases.clear();
        return Differential.tests(suite, taken);
    }
}
