package io.tickwire.compat.faults;

import io.tickwire.compat.faults.Anomaly.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Finds what no correct broker can have done, in a history whose final reads are complete. Used once, by one thread. */
final class HistoryChecker {

    /** What is known of a value that somebody sent. */
    private record Sent(String writer, long number, TopicPartition partition, History.Transaction transaction) {

        boolean isNeverCommitted() {
            return transaction != null && transaction.outcome() == Outcome.NOT_DONE;
        }
    }

    private final History history;
    private final List<Anomaly> anomalies = new ArrayList<>();
    private final Map<String, Sent> sent = new HashMap<>();
    private final Map<IsolationLevel, Map<TopicPartition, NavigableMap<Long, String>>> finals = new HashMap<>();

    private HistoryChecker(History history) {
        this.history = history;
    }

    static List<Anomaly> check(History history) {
        HistoryChecker checker = new HistoryChecker(history);
        checker.anomalies.addAll(history.seenAtOnce());
        checker.index();
        checker.finalReads();
        checker.appends();
        checker.transactions();
        checker.reads();
        new CommittedOffsets(history, checker.anomalies).check();
        return checker.anomalies;
    }

    private void index() {
        for (History.Append append : history.appends()) {
            sent.put(append.value(), new Sent(append.writer(), append.number(), append.partition(), null));
        }
        for (History.Transaction transaction : history.transactions()) {
            transaction
                    .values()
                    .forEach((value, partition) ->
                            sent.put(value, new Sent(transaction.id(), transaction.number(), partition, transaction)));
        }
        for (History.FinalRead read : history.finalReads()) {
            finals.computeIfAbsent(read.isolation(), key -> new HashMap<>()).put(read.partition(), read.values());
        }
    }

    private NavigableMap<Long, String> finals(IsolationLevel isolation, TopicPartition partition) {
        return finals.getOrDefault(isolation, Map.of()).getOrDefault(partition, new TreeMap<>());
    }

    /** Each value once, of somebody who sent it there, those of a writer in order, none that was not committed. */
    private void finalReads() {
        for (History.FinalRead read : history.finalReads()) {
            Map<String, Long> offsets = new HashMap<>();
            Map<String, Long> lastNumbers = new HashMap<>();
            boolean committed = read.isolation() == IsolationLevel.READ_COMMITTED;
            read.values().forEach((offset, value) -> {
                String where = value + " in " + read.partition() + " at " + offset + ", " + read.isolation();
                Long before = offsets.putIfAbsent(value, offset);
                if (before != null) {
                    found(Kind.DUPLICATED, where + " and at " + before);
                    return;
                }
                Sent origin = sent.get(value);
                if (origin == null || !origin.partition().equals(read.partition())) {
                    found(Kind.PHANTOM, where + (origin == null ? "" : ", sent to " + origin.partition()));
                    return;
                }
                if (committed && origin.isNeverCommitted()) {
                    found(Kind.DIRTY_READ, where);
                }
                Long last = lastNumbers.put(origin.writer(), origin.number());
                if (last != null && last > origin.number()) {
                    found(Kind.REORDERED, where + ": number " + origin.number() + " after " + last);
                }
            });
        }
    }

    private void appends() {
        for (History.Append append : history.appends()) {
            if (append.outcome() != Outcome.DONE) {
                continue;
            }
            for (IsolationLevel isolation : IsolationLevel.values()) {
                String there = finals(isolation, append.partition()).get(append.offset());
                if (!append.value().equals(there)) {
                    found(
                            Kind.LOST,
                            append.value() + ", acknowledged in " + append.partition() + " at " + append.offset() + ", "
                                    + isolation + " shows " + there);
                }
            }
        }
    }

    /** All of a transaction or nothing of it; all when it was committed. */
    private void transactions() {
        Map<TopicPartition, Set<String>> visible = values(IsolationLevel.READ_COMMITTED);
        Map<TopicPartition, Set<String>> written = values(IsolationLevel.READ_UNCOMMITTED);
        for (History.Transaction transaction : history.transactions()) {
            List<String> missing = new ArrayList<>();
            transaction.values().forEach((value, partition) -> {
                if (!visible.getOrDefault(partition, Set.of()).contains(value)) {
                    missing.add(value);
                }
            });
            String name = transaction.id() + " transaction " + transaction.number();
            if (transaction.outcome() == Outcome.DONE && !missing.isEmpty()) {
                List<String> hidden = missing.stream()
                        .filter(value -> written.getOrDefault(
                                        transaction.values().get(value), Set.of())
                                .contains(value))
                        .toList();
                found(Kind.LOST, name + " is committed, not there: " + missing + ", of which are written " + hidden);
            } else if (!missing.isEmpty()
                    && missing.size() < transaction.values().size()) {
                found(Kind.TORN, name + " lacks " + missing + " of " + transaction.values());
            }
        }
    }

    private Map<TopicPartition, Set<String>> values(IsolationLevel isolation) {
        Map<TopicPartition, Set<String>> values = new HashMap<>();
        finals.getOrDefault(isolation, Map.of())
                .forEach((partition, read) -> values.put(partition, new HashSet<>(read.values())));
        return values;
    }

    /** Every reader read all that is there from its first record to its last, in order, and nothing else. */
    private void reads() {
        Map<ReaderPartition, Progress> progress = new HashMap<>();
        for (History.Read read : history.reads()) {
            String where = read.reader() + " read " + read.value() + " in " + read.partition() + " at " + read.offset();
            ReaderPartition who = new ReaderPartition(read.reader(), read.isolation(), read.partition());
            Progress before = progress.get(who);
            if (before != null && before.last() >= read.offset()) {
                found(Kind.REORDERED, where + " after " + before.last());
            }
            progress.put(who, Progress.after(before, read.offset()));
            Sent origin = sent.get(read.value());
            String there = finals(read.isolation(), read.partition()).get(read.offset());
            if (origin == null) {
                found(Kind.PHANTOM, where);
            } else if (read.isolation() == IsolationLevel.READ_COMMITTED && origin.isNeverCommitted()) {
                found(Kind.DIRTY_READ, where);
            } else if (there == null) {
                found(Kind.LOST, where + ", not there later");
            } else if (!there.equals(read.value())) {
                found(Kind.CHANGED, where + ", later " + there);
            }
        }
        progress.forEach((who, came) -> {
            int there = finals(who.isolation(), who.partition())
                    .subMap(Math.min(came.first(), came.last()), true, came.last(), true)
                    .size();
            if (came.count() < there) {
                found(
                        Kind.LOST,
                        who.reader() + " read " + came.count() + " of the " + there + " records in " + who.partition()
                                + " from " + came.first() + " to " + came.last());
            }
        });
    }

    private record ReaderPartition(String reader, IsolationLevel isolation, TopicPartition partition) {}

    /** How far a reader came in a partition. */
    private record Progress(long first, long last, long count) {

        static Progress after(Progress before, long offset) {
            return before == null
                    ? new Progress(offset, offset, 1)
                    : new Progress(before.first(), offset, before.count() + 1);
        }
    }

    private void found(Kind kind, String text) {
        anomalies.add(new Anomaly(kind, text));
    }
}
