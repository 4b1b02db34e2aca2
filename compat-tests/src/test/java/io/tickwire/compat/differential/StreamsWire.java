package io.tickwire.compat.differential;

import io.tickwire.compat.target.BrokerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TaskIds;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;

/** A member of a streams group (KIP-1071), its heartbeats one by one. */
final class StreamsWire implements AutoCloseable {

    static final int LEAVE = -1;
    static final int LEAVE_FOR_A_WHILE = -2;

    private static final int ASSIGNMENT_DELAYED = 5;

    private final Probe probe;
    private final WireClient client;
    private final String memberId;
    private int epoch;
    private List<TaskIds> owned = List.of();

    private StreamsWire(Probe probe, String memberId) throws IOException {
        this.probe = probe;
        this.memberId = memberId;
        client = new WireClient(probe.target(), memberId);
    }

    static StreamsWire member(Probe probe, String memberId) throws IOException {
        return probe.track(new StreamsWire(probe, memberId));
    }

    /** Creates the case's topic, and waits until the group coordinator knows it. */
    static void createTopic(Probe probe, int partitions) throws Exception {
        probe.createTopic(partitions, Map.of());
        awaitTopic(probe, probe.topic());
    }

    /** Waits until the group coordinator too knows a topic: a group of its own is told so. */
    static void awaitTopic(Probe probe, String topic) throws Exception {
        StreamsWire scout = member(probe, "scout");
        String group = besideGroup(probe, topic);
        StreamsGroupHeartbeatRequestData joining =
                scout.joining(topology(reading(topic))).setGroupId(group);
        boolean known = Probe.eventually(() -> {
            try {
                // Left and joined anew, as a topology is looked at once.
                var answer = scout.beat(joining);
                var _ = scout.beat(scout.going().setGroupId(group).setMemberEpoch(LEAVE));
                return statuses(answer).isEmpty();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        if (!known) {
            throw new IllegalStateException("the coordinator does not know the topic");
        }
    }

    /** Returns a group in the same partition of the offsets topic: each partition's coordinator learns of topics by itself. */
    private static String besideGroup(Probe probe, String topic) {
        int number = 0;
        String group;
        do {
            group = probe.name("scouts of " + topic + number++);
        } while (coordinator(group) != coordinator(probe.name("app")));
        return group;
    }

    private static int coordinator(String group) {
        return Utils.abs(group.hashCode()) % BrokerSettings.OFFSETS_PARTITIONS;
    }

    WireClient client() {
        return client;
    }

    /** One subtopology "0" that reads the case's topic. */
    static Topology readingTopic(Probe probe) {
        return topology(reading(probe.topic()));
    }

    static Subtopology reading(String topic) {
        return new Subtopology().setSubtopologyId("0").setSourceTopics(List.of(topic));
    }

    static Topology topology(Subtopology... parts) {
        return new Topology().setEpoch(0).setSubtopologies(List.of(parts));
    }

    /** Returns a first heartbeat that is right in everything. */
    StreamsGroupHeartbeatRequestData joining(Topology topology) {
        return new StreamsGroupHeartbeatRequestData()
                .setGroupId(probe.name("app"))
                .setMemberId(memberId)
                .setMemberEpoch(0)
                .setRebalanceTimeoutMs(30_000)
                .setTopology(topology)
                .setProcessId("process of " + memberId)
                .setActiveTasks(List.of())
                .setStandbyTasks(List.of())
                .setWarmupTasks(List.of());
    }

    /** Returns a heartbeat in which nothing is new but that the tasks given are owned. */
    StreamsGroupHeartbeatRequestData going() {
        return new StreamsGroupHeartbeatRequestData()
                .setGroupId(probe.name("app"))
                .setMemberId(memberId)
                .setMemberEpoch(epoch)
                .setActiveTasks(owned)
                .setStandbyTasks(List.of())
                .setWarmupTasks(List.of());
    }

    /** Sends a heartbeat; once more while the coordinator is not there yet. */
    StreamsGroupHeartbeatResponseData beat(StreamsGroupHeartbeatRequestData request) throws Exception {
        StreamsGroupHeartbeatResponseData[] answer = new StreamsGroupHeartbeatResponseData[1];
        Probe.eventually(() -> {
            try {
                // Creates the coordinator's topic on a broker that nobody has asked yet.
                var _ = client.ask(
                        ApiKeys.FIND_COORDINATOR,
                        new FindCoordinatorRequestData().setCoordinatorKeys(List.of(probe.name("app"))),
                        6,
                        FindCoordinatorResponseData.class);
                answer[0] = client.ask(
                        ApiKeys.STREAMS_GROUP_HEARTBEAT, request, 0, StreamsGroupHeartbeatResponseData.class);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return switch (Errors.forCode(answer[0].errorCode())) {
                case COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR -> false;
                default -> true;
            };
        });
        if (answer[0].errorCode() == Errors.NONE.code()) {
            epoch = answer[0].memberEpoch();
            if (answer[0].activeTasks() != null) {
                owned = answer[0].activeTasks().stream()
                        .map(tasks -> new TaskIds()
                                .setSubtopologyId(tasks.subtopologyId())
                                .setPartitions(tasks.partitions()))
                        .toList();
            }
        }
        return answer[0];
    }

    /** Sends a heartbeat, changed in one thing, and notes the answer. */
    void beat(String what, StreamsGroupHeartbeatRequestData request, Consumer<StreamsGroupHeartbeatRequestData> change)
            throws Exception {
        change.accept(request);
        probe.saw(what, text(beat(request)));
    }

    void join(Topology topology) throws Exception {
        var _ = beat(joining(topology));
    }

    void leave() throws Exception {
        var _ = beat(going().setMemberEpoch(LEAVE));
    }

    /** Heartbeats of all members until each owns so many tasks; notes what each owns then. */
    static void settle(Probe probe, String what, List<StreamsWire> members, int... counts) throws Exception {
        Probe.eventually(() -> {
            try {
                boolean settled = true;
                for (int i = 0; i < counts.length; i++) {
                    var _ = members.get(i).beat(members.get(i).going());
                    settled &= members.get(i).ownedCount() == counts[i];
                }
                return settled;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        for (int i = 0; i < counts.length; i++) {
            probe.saw(what + ": tasks of member " + i, members.get(i).ownedCount());
        }
    }

    boolean ownsAny() {
        return ownedCount() > 0;
    }

    private int ownedCount() {
        return owned.stream().mapToInt(tasks -> tasks.partitions().size()).sum();
    }

    /** Returns what an answer says, without epochs, which count steps that a broker takes in its own time. */
    private static String text(StreamsGroupHeartbeatResponseData answer) {
        List<String> parts = new ArrayList<>();
        parts.add(Errors.forCode(answer.errorCode()) + " " + answer.errorMessage());
        parts.add("member " + answer.memberId() + (answer.memberEpoch() > 0 ? "" : " epoch " + answer.memberEpoch()));
        parts.add("every " + answer.heartbeatIntervalMs() + " ms, lag " + answer.acceptableRecoveryLag() + ", offsets "
                + answer.taskOffsetIntervalMs() + " ms");
        parts.addAll(statuses(answer));
        parts.add("active " + tasks(answer.activeTasks()));
        parts.add("standby " + tasks(answer.standbyTasks()));
        parts.add("warm-up " + tasks(answer.warmupTasks()));
        // In messages, epochs are in brackets.
        return String.join("; ", parts).replaceAll("\\(\\d+\\)", "(N)");
    }

    /** Returns the statuses but that an assignment is waited for, which depends on the moment. */
    static List<String> statuses(StreamsGroupHeartbeatResponseData answer) {
        return answer.status() == null
                ? List.of()
                : answer.status().stream()
                        .filter(status -> status.statusCode() != ASSIGNMENT_DELAYED)
                        .map(status -> "status " + status.statusCode() + " " + status.statusDetail())
                        .toList();
    }

    private static String tasks(List<StreamsGroupHeartbeatResponseData.TaskIds> tasks) {
        if (tasks == null) {
            return "unchanged";
        }
        TreeSet<String> sorted = new TreeSet<>();
        tasks.forEach(of -> of.partitions().forEach(partition -> sorted.add(of.subtopologyId() + "_" + partition)));
        return sorted.toString();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
