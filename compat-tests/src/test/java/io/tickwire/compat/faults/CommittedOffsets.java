package io.tickwire.compat.faults;

import io.tickwire.compat.faults.Anomaly.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.IsolationLevel;

/** Judges the offsets that groups ended with: of those committed plainly, and of those committed by transactions. */
final class CommittedOffsets {

    private static final int SUPERSEDED_BY_ANY = -1;

    private final History history;
    private final List<Anomaly> anomalies;

    CommittedOffsets(History history, List<Anomaly> anomalies) {
        this.history = history;
        this.anomalies = anomalies;
    }

    void check() {
        plain();
        transactional();
    }

    /** The last acknowledged one, or one without an answer that the broker may have carried out after it. */
    private void plain() {
        // By group: offsets that may be the last, with the kills up to when their client gave up.
        Map<String, Map<Long, Integer>> possible = new HashMap<>();
        Set<String> everDone = new HashSet<>();
        for (History.Commit commit : history.commits()) {
            Map<Long, Integer> offsets = possible.computeIfAbsent(commit.group(), key -> new HashMap<>());
            if (commit.outcome() == Outcome.UNKNOWN) {
                offsets.put(commit.offset(), commit.killsAfter());
            } else if (commit.outcome() == Outcome.DONE) {
                // A request dies with the broker it was sent to.
                offsets.values().removeIf(kills -> kills < commit.killsBefore());
                // One that was sent twice is here as unanswered too.
                offsets.merge(commit.offset(), SUPERSEDED_BY_ANY, Math::max);
                everDone.add(commit.group());
            }
        }
        possible.forEach((group, offsets) -> {
            Long last = history.finalOffsets().get(group);
            if (!(last == null ? !everDone.contains(group) : offsets.containsKey(last))) {
                anomalies.add(new Anomaly(
                        Kind.WRONG_COMMITTED_OFFSET,
                        group + " ends with " + last + ", possible are " + offsets.keySet()));
            }
        });
    }

    /** The number of the last transaction whose records are there: records and offset are one. */
    private void transactional() {
        Set<String> there = new HashSet<>();
        history.finalReads().stream()
                .filter(read -> read.isolation() == IsolationLevel.READ_COMMITTED)
                .forEach(read -> there.addAll(read.values().values()));
        Map<String, Long> lastVisible = new HashMap<>();
        for (History.Transaction transaction : history.transactions()) {
            lastVisible.putIfAbsent(transaction.id(), null);
            if (there.containsAll(transaction.values().keySet())) {
                lastVisible.merge(transaction.id(), transaction.number(), Math::max);
            }
        }
        lastVisible.forEach((group, number) -> {
            Long last = history.finalOffsets().get(group);
            if (!Objects.equals(last, number)) {
                anomalies.add(new Anomaly(
                        Kind.WRONG_COMMITTED_OFFSET,
                        group + " ends with " + last + ", its last transaction that is there is " + number));
            }
        });
    }
}
