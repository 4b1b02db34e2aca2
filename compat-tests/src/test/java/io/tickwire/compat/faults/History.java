package io.tickwire.compat.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * What clients did and saw. Written by any thread while the clients run; judged by {@link HistoryChecker} afterwards.
 *
 * <p>A value is sent once in the whole history. A writer's name stands for one producer object: after an answer that did not
 * come, a client goes on as a new writer, because what it sent before may still arrive.
 */
final class History {

    /** One record of an idempotent producer; the offset counts when the outcome is DONE. */
    record Append(String writer, long number, String value, TopicPartition partition, Outcome outcome, long offset) {}

    /**
     * One transaction, numbered by its transactional id, which outlives producers. It writes values to partitions and commits
     * its own number as the offset of its group.
     */
    record Transaction(String id, long number, Map<String, TopicPartition> values, Outcome outcome) {}

    /**
     * One offset committed by a group's only client. A request without an answer may still be carried out as long as
     * the broker lives that it was sent to: {@code killsBefore} and {@code killsAfter} count the kills up to its begin and end.
     */
    record Commit(String group, long offset, Outcome outcome, int killsBefore, int killsAfter) {}

    /** One record read, in the order of reading. */
    record Read(String reader, IsolationLevel isolation, TopicPartition partition, long offset, String value) {}

    /** The whole of a partition, read when all faults were over. */
    record FinalRead(IsolationLevel isolation, TopicPartition partition, NavigableMap<Long, String> values) {}

    private final long startNs = System.nanoTime();
    private final Consumer<String> events;
    private final List<Append> appends = new ArrayList<>();
    private final List<Transaction> transactions = new ArrayList<>();
    private final List<Commit> commits = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();
    private final List<FinalRead> finalReads = new ArrayList<>();
    private final Map<String, Long> finalOffsets = new TreeMap<>();
    private final List<Anomaly> seenAtOnce = new ArrayList<>();
    private final Map<String, AtomicInteger> errors = new ConcurrentHashMap<>();

    /** Takes everything, and tells {@code events} of each as it comes: milliseconds since the history began, and what it is. */
    History(Consumer<String> events) {
        this.events = events;
    }

    synchronized void append(Append append) {
        event(append);
        appends.add(append);
    }

    synchronized void transaction(Transaction transaction) {
        event(transaction);
        transactions.add(transaction);
    }

    synchronized void commit(Commit commit) {
        event(commit);
        commits.add(commit);
    }

    synchronized void read(Read read) {
        event(read);
        reads.add(read);
    }

    synchronized void finalRead(FinalRead read) {
        event(read);
        finalReads.add(read);
    }

    /** Returns how much of each kind has been done, for all clients together. */
    synchronized Map<String, Long> done() {
        return Map.of(
                "appends",
                appends.stream().filter(one -> one.outcome() == Outcome.DONE).count(),
                "transactions",
                transactions.stream()
                        .filter(one -> one.outcome() == Outcome.DONE)
                        .count(),
                "group commits",
                commits.stream().filter(one -> one.outcome() == Outcome.DONE).count(),
                "reads",
                (long) reads.size());
    }

    /** Tells of something that is not judged. */
    synchronized void event(Object what) {
        events.accept(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs) + " " + what);
    }

    /** Notes a group's committed offset when all faults were over; null when it has none. */
    synchronized void finalOffset(String group, Long offset) {
        event("committed in the end: " + group + " " + offset);
        finalOffsets.put(group, offset);
    }

    /** Notes an anomaly that a client saw by itself. */
    synchronized void anomaly(Anomaly anomaly) {
        event(anomaly);
        seenAtOnce.add(anomaly);
    }

    /** Counts an error that a fault may cause. */
    void error(String client, Throwable error) {
        event(client + " " + error);
        errors.computeIfAbsent(client + " " + error.getClass().getSimpleName(), key -> new AtomicInteger())
                .incrementAndGet();
    }

    synchronized List<Append> appends() {
        return List.copyOf(appends);
    }

    synchronized List<Transaction> transactions() {
        return List.copyOf(transactions);
    }

    synchronized List<Commit> commits() {
        return List.copyOf(commits);
    }

    synchronized List<Read> reads() {
        return List.copyOf(reads);
    }

    synchronized List<FinalRead> finalReads() {
        return List.copyOf(finalReads);
    }

    synchronized Map<String, Long> finalOffsets() {
        return new TreeMap<>(finalOffsets);
    }

    synchronized List<Anomaly> seenAtOnce() {
        return List.copyOf(seenAtOnce);
    }

    Map<String, AtomicInteger> errors() {
        return new TreeMap<>(errors);
    }
}
