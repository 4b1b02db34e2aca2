package io.tickwire.compat.differential;

import static io.tickwire.compat.differential.StreamsWire.reading;
import static io.tickwire.compat.differential.StreamsWire.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.CopartitionGroup;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.KeyValue;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Topologies of streams groups (KIP-1071): what a member is told of them, and which topics are made for them. */
@Execution(ExecutionMode.CONCURRENT)
class StreamsTopologyCasesIT {

    private final List<Case> cases = new ArrayList<>();

    @TestFactory
    Stream<DynamicTest> topologies() {
        Subtopology empty = new Subtopology().setSubtopologyId("0");
        of("no subtopology", probe -> new Subtopology[] {});
        of("no source topic", probe -> new Subtopology[] {empty.duplicate()});
        of("two of one name", probe -> new Subtopology[] {reading(probe.topic()), reading(probe.topic())});
        of("source that is not there", probe -> new Subtopology[] {reading(probe.name("absent"))});
        of("internal topic as source", probe -> new Subtopology[] {reading("__consumer_offsets")});
        of("source with a bad name", probe -> new Subtopology[] {reading("a b")});
        of("source by pattern", probe ->
                new Subtopology[] {empty.duplicate().setSourceTopicRegex(List.of(probe.topic() + ".*"))});
        of("changelog", probe -> new Subtopology[] {
            reading(probe.topic())
                    .setStateChangelogTopics(List.of(new TopicInfo()
                            .setName(probe.name("changelog"))
                            .setTopicConfigs(List.of(
                                    new KeyValue().setKey("cleanup.policy").setValue("compact")))))
        });
        of("changelog with a setting that is not there", probe -> new Subtopology[] {
            reading(probe.topic())
                    .setStateChangelogTopics(List.of(new TopicInfo()
                            .setName(probe.name("changelog"))
                            .setTopicConfigs(List.of(
                                    new KeyValue().setKey("no.such.setting").setValue("1")))))
        });
        of("changelog with three replicas", probe -> new Subtopology[] {
            reading(probe.topic())
                    .setStateChangelogTopics(List.of(
                            new TopicInfo().setName(probe.name("changelog")).setReplicationFactor((short) 3)))
        });
        of("repartition topic of three", probe -> new Subtopology[] {
            reading(probe.topic()).setRepartitionSinkTopics(List.of(probe.name("repartition"))),
            new Subtopology()
                    .setSubtopologyId("1")
                    .setRepartitionSourceTopics(List.of(
                            new TopicInfo().setName(probe.name("repartition")).setPartitions(3)))
        });
        of("repartition topic nobody writes", probe -> new Subtopology[] {
            empty.duplicate().setRepartitionSourceTopics(List.of(new TopicInfo().setName(probe.name("repartition"))))
        });
        of("copartitioned with a topic of another size", probe -> {
            probe.createTopic(probe.name("wide"), 3, Map.of());
            StreamsWire.awaitTopic(probe, probe.name("wide"));
            return new Subtopology[] {
                empty.duplicate()
                        .setSourceTopics(List.of(probe.topic(), probe.name("wide")))
                        .setCopartitionGroups(
                                List.of(new CopartitionGroup().setSourceTopics(List.of((short) 0, (short) 1))))
            };
        });
        of("copartition group of a topic that there is not", probe -> new Subtopology[] {
            reading(probe.topic())
                    .setCopartitionGroups(List.of(new CopartitionGroup().setSourceTopics(List.of((short) 7))))
        });
        return Differential.tests("streams group topologies", cases);
    }

    private interface Parts {
        Subtopology[] of(Probe probe) throws Exception;
    }

    /** Joins with a topology and goes on until internal topics are there. */
    private void of(String name, Parts parts) {
        cases.add(Case.of(name, probe -> {
            StreamsWire.createTopic(probe, 2);
            StreamsWire member = StreamsWire.member(probe, "m1");
            Subtopology[] topology = parts.of(probe);
            member.beat("first", member.joining(topology(topology)), request -> {});
            TreeSet<String> failures = new TreeSet<>();
            probe.saw("in the end", Probe.eventually(() -> isSettled(member, topology, failures)));
            probe.saw("failures", failures);
            for (String topic : List.of("changelog", "repartition")) {
                probe.ask(topic, () -> StreamsApplicationCasesIT.shape(probe, probe.name(topic)));
            }
        }));
    }

    /** Says whether the member has tasks, or no topic of its topology can help it to any. */
    private static boolean isSettled(StreamsWire member, Subtopology[] topology, Set<String> failures) {
        try {
            var answer = member.beat(member.going());
            // A second attempt may find the topic of the first.
            StreamsWire.statuses(answer).stream()
                    .filter(status -> status.contains("Creation failed") && !status.contains("already exists"))
                    .forEach(failures::add);
            boolean makesTopics = Stream.of(topology)
                    .anyMatch(part -> !part.stateChangelogTopics().isEmpty()
                            || !part.repartitionSourceTopics().isEmpty());
            return !makesTopics || answer.errorCode() != Errors.NONE.code() || member.ownsAny() || !failures.isEmpty();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
