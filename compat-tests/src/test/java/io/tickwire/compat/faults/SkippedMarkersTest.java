package io.tickwire.compat.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.compat.faults.Anomaly.Kind;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SkippedMarkersTest {

    private static final Anomaly LOST = new Anomaly(Kind.LOST, "t1 transaction 1 is committed, not there: [t1-1.0]");
    private static final Anomaly DIRTY = new Anomaly(Kind.DIRTY_READ, "read_committed.4 read t1-1.0 in tx-0 at 0");
    private static final Anomaly OFFSET =
            new Anomaly(Kind.WRONG_COMMITTED_OFFSET, "t1 ends with 1, its last transaction that is there is 2");
    private static final Anomaly OTHER = new Anomaly(Kind.LOST, "t11 transaction 1 is committed, not there: [t11-1.0]");

    @Test
    void idsAreThoseWhoseMarkersWereSkipped() {
        SkippedMarkers skipped = SkippedMarkers.in(Stream.of(
                "INFO: [Transaction Marker Channel Manager 1]: Couldn't find leader endpoint for partitions Set(tx-1) while trying to"
                        + " send transaction markers for t1, these partitions are likely deleted already and hence can be skipped",
                "INFO: something else of t2"));
        assertEquals(Set.of("t1"), skipped.transactionalIds());
    }

    @Test
    void anomaliesOfThoseIdsAreExplainedAndNoOthers() {
        SkippedMarkers skipped = new SkippedMarkers(Set.of("t1"));
        assertEquals(List.of(OTHER), skipped.notExplained(List.of(LOST, DIRTY, OFFSET, OTHER)));
    }

    @Test
    void transactionLeftOpenExplainsAllThatIsHidden() {
        Anomaly open = new Anomaly(Kind.STUCK, Anomaly.OPEN + "60 s");
        assertEquals(List.of(), new SkippedMarkers(Set.of("t1")).notExplained(List.of(open, OTHER)));
    }

    @Test
    void withoutSkippedMarkersNothingIsExplained() {
        Anomaly open = new Anomaly(Kind.STUCK, Anomaly.OPEN + "60 s");
        List<Anomaly> all = List.of(open, LOST, DIRTY);
        assertEquals(all, new SkippedMarkers(Set.of()).notExplained(all));
    }
}
