package io.tickwire.compat.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.compat.faults.Anomaly.Kind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Histories with one thing wrong in each, and one with everything right. */
class HistoryCheckerTest {

    private static final TopicPartition LOG = new TopicPartition("log", 0);
    private static final TopicPartition OTHER = new TopicPartition("log", 1);
    private static final IsolationLevel ALL = IsolationLevel.READ_UNCOMMITTED;
    private static final IsolationLevel COMMITTED = IsolationLevel.READ_COMMITTED;

    private final History history = new History(event -> {});
    private final TreeMap<Long, String> all = new TreeMap<>();
    private final TreeMap<Long, String> committed = new TreeMap<>();
    private final TreeMap<Long, String> other = new TreeMap<>();

    /** Two appends, a committed transaction over two partitions, an aborted one, an open question, and a commit. */
    @BeforeEach
    void rightHistory() {
        append("a", 1, Outcome.DONE, 0);
        append("a", 2, Outcome.DONE, 1);
        append("a", 3, Outcome.UNKNOWN, -1);
        transaction(1, Outcome.DONE, Map.of("t1x", LOG, "t1y", OTHER));
        transaction(2, Outcome.NOT_DONE, Map.of("t2x", LOG));
        transaction(3, Outcome.UNKNOWN, Map.of("t3x", LOG, "t3y", OTHER));
        all.putAll(Map.of(0L, "a1", 1L, "a2", 2L, "t1x", 3L, "t2x"));
        committed.putAll(Map.of(0L, "a1", 1L, "a2", 2L, "t1x"));
        other.put(0L, "t1y");
        history.finalRead(new History.FinalRead(ALL, LOG, all));
        history.finalRead(new History.FinalRead(COMMITTED, LOG, committed));
        history.finalRead(new History.FinalRead(ALL, OTHER, other));
        history.finalRead(new History.FinalRead(COMMITTED, OTHER, other));
        history.finalOffset("t", 1L);
        history.commit(new History.Commit("g", 5, Outcome.DONE, 0, 0));
        history.finalOffset("g", 5L);
        read("r", COMMITTED, 0, "a1");
        read("r", COMMITTED, 1, "a2");
        read("r", COMMITTED, 2, "t1x");
    }

    private void append(String writer, long number, Outcome outcome, long offset) {
        history.append(new History.Append(writer, number, writer + number, LOG, outcome, offset));
    }

    private void transaction(long number, Outcome outcome, Map<String, TopicPartition> values) {
        history.transaction(new History.Transaction("t", number, values, outcome));
    }

    private void read(String reader, IsolationLevel isolation, long offset, String value) {
        history.read(new History.Read(reader, isolation, LOG, offset, value));
    }

    private void assertFinds(Kind... kinds) {
        List<Anomaly> anomalies = HistoryChecker.check(history);
        Set<Kind> found = new TreeSet<>();
        anomalies.forEach(anomaly -> found.add(anomaly.kind()));
        assertEquals(new TreeSet<>(Set.of(kinds)), found, anomalies::toString);
    }

    @Test
    void rightHistoryHasNoAnomaly() {
        assertFinds();
    }

    @Test
    void appendWithoutAnswerMayBeThere() {
        all.put(4L, "a3");
        committed.put(4L, "a3");
        assertFinds();
    }

    @Test
    void transactionWithoutAnswerMayBeThereWithItsOffset() {
        all.put(4L, "t3x");
        committed.put(4L, "t3x");
        other.put(1L, "t3y");
        history.finalOffset("t", 3L);
        assertFinds();
    }

    @Test
    void acknowledgedAppendGoneIsLost() {
        append("b", 1, Outcome.DONE, 9);
        assertFinds(Kind.LOST);
    }

    @Test
    void acknowledgedAppendAtAnotherOffsetIsLost() {
        append("b", 1, Outcome.DONE, 9);
        all.put(8L, "b1");
        committed.put(8L, "b1");
        assertFinds(Kind.LOST);
    }

    @Test
    void acknowledgedAppendHiddenFromReadersOfCommittedRecordsIsLost() {
        append("b", 1, Outcome.DONE, 9);
        all.put(9L, "b1");
        assertFinds(Kind.LOST);
    }

    @Test
    void recordTwiceIsDuplicated() {
        all.put(9L, "a2");
        committed.put(9L, "a2");
        assertFinds(Kind.DUPLICATED);
    }

    @Test
    void recordsOfOneWriterInAnotherOrderAreReordered() {
        append("b", 1, Outcome.UNKNOWN, -1);
        append("b", 2, Outcome.UNKNOWN, -1);
        all.putAll(Map.of(8L, "b2", 9L, "b1"));
        committed.putAll(Map.of(8L, "b2", 9L, "b1"));
        assertFinds(Kind.REORDERED);
    }

    @Test
    void readerThatGoesBackIsReordered() {
        read("back", COMMITTED, 1, "a2");
        read("back", COMMITTED, 0, "a1");
        assertFinds(Kind.REORDERED);
    }

    @Test
    void abortedRecordInTheEndIsDirty() {
        committed.put(3L, "t2x");
        history.finalOffset("t", 2L);
        assertFinds(Kind.DIRTY_READ);
    }

    @Test
    void abortedRecordReadMeanwhileIsDirty() {
        read("r", COMMITTED, 3, "t2x");
        assertFinds(Kind.DIRTY_READ);
    }

    @Test
    void abortedRecordReadByAReaderOfEverythingIsNot() {
        read("s", ALL, 0, "a1");
        read("s", ALL, 1, "a2");
        read("s", ALL, 2, "t1x");
        read("s", ALL, 3, "t2x");
        assertFinds();
    }

    @Test
    void halfOfAnUnansweredTransactionIsTorn() {
        all.put(4L, "t3x");
        committed.put(4L, "t3x");
        assertFinds(Kind.TORN);
    }

    @Test
    void committedTransactionWithoutOneRecordIsLost() {
        transaction(4, Outcome.DONE, Map.of("t4x", LOG, "t4y", OTHER));
        all.put(4L, "t4x");
        committed.put(4L, "t4x");
        assertFinds(Kind.LOST);
    }

    @Test
    void recordThatNobodySentIsAPhantom() {
        all.put(9L, "nobody");
        assertFinds(Kind.PHANTOM);
    }

    @Test
    void recordInAnotherPartitionIsAPhantom() {
        other.put(7L, "a3");
        assertFinds(Kind.PHANTOM);
    }

    @Test
    void recordReadAndGoneLaterIsLost() {
        read("r", COMMITTED, 4, "a3");
        assertFinds(Kind.LOST);
    }

    @Test
    void recordPassedOverByAReaderIsLost() {
        read("s", COMMITTED, 0, "a1");
        read("s", COMMITTED, 2, "t1x");
        assertFinds(Kind.LOST);
    }

    @Test
    void offsetWithAnotherRecordLaterIsChanged() {
        append("b", 1, Outcome.UNKNOWN, -1);
        append("c", 1, Outcome.UNKNOWN, -1);
        read("r", COMMITTED, 4, "b1");
        all.put(4L, "c1");
        committed.put(4L, "c1");
        assertFinds(Kind.CHANGED);
    }

    @Test
    void acknowledgedCommitGoneIsWrong() {
        history.finalOffset("g", null);
        assertFinds(Kind.WRONG_COMMITTED_OFFSET);
    }

    @Test
    void olderCommitInTheEndIsWrong() {
        history.commit(new History.Commit("g", 6, Outcome.DONE, 0, 0));
        assertFinds(Kind.WRONG_COMMITTED_OFFSET);
    }

    @Test
    void unansweredCommitMayOvertakeTheNextOnTheSameBroker() {
        history.commit(new History.Commit("g", 6, Outcome.UNKNOWN, 0, 0));
        history.commit(new History.Commit("g", 7, Outcome.DONE, 0, 0));
        history.finalOffset("g", 6L);
        assertFinds();
    }

    @Test
    void commitSentTwiceMayOvertakeTheNextOnTheSameBroker() {
        history.commit(new History.Commit("g", 6, Outcome.UNKNOWN, 0, 0));
        history.commit(new History.Commit("g", 6, Outcome.DONE, 0, 0));
        history.commit(new History.Commit("g", 7, Outcome.DONE, 0, 0));
        history.finalOffset("g", 6L);
        assertFinds();
    }

    @Test
    void commitSentTwiceToAKilledBrokerMayNotOvertakeTheNext() {
        history.commit(new History.Commit("g", 6, Outcome.UNKNOWN, 0, 0));
        history.commit(new History.Commit("g", 6, Outcome.DONE, 0, 0));
        history.commit(new History.Commit("g", 7, Outcome.DONE, 1, 1));
        history.finalOffset("g", 6L);
        assertFinds(Kind.WRONG_COMMITTED_OFFSET);
    }

    @Test
    void unansweredCommitOfAKilledBrokerMayNotOvertakeTheNext() {
        history.commit(new History.Commit("g", 6, Outcome.UNKNOWN, 0, 0));
        history.commit(new History.Commit("g", 7, Outcome.DONE, 1, 1));
        history.finalOffset("g", 6L);
        assertFinds(Kind.WRONG_COMMITTED_OFFSET);
    }

    @Test
    void offsetOfATransactionThatIsNotThereIsWrong() {
        history.finalOffset("t", 3L);
        assertFinds(Kind.WRONG_COMMITTED_OFFSET);
    }

    @Test
    void committedTransactionWithoutItsOffsetIsWrong() {
        history.finalOffset("t", null);
        assertFinds(Kind.WRONG_COMMITTED_OFFSET);
    }

    @Test
    void whatAClientSawByItselfIsReported() {
        history.anomaly(new Anomaly(Kind.STUCK, "a reader"));
        assertFinds(Kind.STUCK);
    }
}
