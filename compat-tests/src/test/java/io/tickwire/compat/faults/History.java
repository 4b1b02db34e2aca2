package io.tickwire.compat.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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
    record FinalRead(IsolationLevel isolation, TopicPartition partition, TreeMap<Long, String> values) {}

    private final List<Append> appends = new ArrayList<>();
    private final List<Transaction> transactions = new ArrayList<>();
    private final List<Commit> commits = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();
    private final List<FinalRead> finalReads = new ArrayList<>();
    private final Map<String, Long> finalOffsets = new TreeMap<>();
    private final List<Anomaly> seenAtOnce = new ArrayList<>();
    private final Map<String, AtomicInteger> errors = new ConcurrentHashMap<>();

    synchronized void append(Append append) {
        appends.add(append);
    }

    synchronized void transaction(Transaction transaction) {
        transactions.add(transaction);
    }

    synchronized void commit(Commit commit) {
        commits.add(commit);
    }

    synchronized void read(Read read) {
        reads.add(read);
    }

    synchronized void finalRead(FinalRead read) {
        finalReads.add(read);
    }

    /** Notes a group's committed offset when all faults were over; null when it has none. */
    synchronized void finalOffset(String group, Long offset) {
        finalOffsets.put(group, offset);
    }

    /** Notes an anomaly that a client saw by itself. */
    synchronized void anomaly(Anomaly anomaly) {
        seenAtOnce.add(anomaly);
    }

    /** Counts an error that a fault may cause. */
    void error(String client, Throwable error) {
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
