package io.tickwire.compat.frameworks;

import io.tickwire.compat.target.ChildJvm;
import io.tickwire.compat.target.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberDescription;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.RetriableException;

/** What an admin and {@code kafka-streams-groups.sh} see of a streams group (KIP-1071) with one subtopology. */
final class StreamsGroupView {

    private static final long TOOL_TIMEOUT_MS = 90_000;

    private final Admin admin;
    private final String group;

    StreamsGroupView(Admin admin, String group) {
        this.admin = admin;
        this.group = group;
    }

    /** Waits until the group is stable, each of its tasks has one owner, and each of so many processes has a task. */
    void awaitStable(int tasks, int processes) throws InterruptedException {
        AtomicReference<String> seen = new AtomicReference<>("no group");
        Records.await(() -> "a stable group with " + tasks + " tasks in " + processes + " processes: " + seen, () -> {
            try {
                StreamsGroupDescription description =
                        admin.describeStreamsGroups(List.of(group)).all().get().get(group);
                seen.set(description.groupState() + " at " + description.groupEpoch() + " " + description.members());
                return isStable(description, tasks, processes);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof GroupIdNotFoundException || e.getCause() instanceof RetriableException) {
                    return false;
                }
                throw new AssertionError(e);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static boolean isStable(StreamsGroupDescription description, int tasks, int processes) {
        List<Integer> owned = new ArrayList<>();
        TreeSet<String> owners = new TreeSet<>();
        for (StreamsGroupMemberDescription member : description.members()) {
            member.assignment().activeTasks().forEach(task -> {
                owned.addAll(task.partitions());
                owners.add(member.processId());
            });
        }
        return description.groupState() == GroupState.STABLE
                && owned.size() == tasks
                && new TreeSet<>(owned).size() == tasks
                && owners.size() == processes;
    }

    /** Returns what the tool prints of the members. */
    String members(Target broker, Path directory) throws Exception {
        try (ChildJvm tool = new ChildJvm(
                List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                System.getProperty("java.class.path"),
                List.of(
                        "org.apache.kafka.tools.streams.StreamsGroupCommand",
                        "--bootstrap-server",
                        broker.bootstrap(),
                        "--describe",
                        "--group",
                        group,
                        "--members"),
                Files.createDirectories(directory))) {
            tool.runToEnd(TOOL_TIMEOUT_MS);
            return tool.tail();
        }
    }
}
