package io.tickwire.edge.share;

import static io.tickwire.edge.share.ShareFixture.ACCEPT;
import static io.tickwire.edge.share.ShareFixture.REJECT;
import static io.tickwire.edge.share.ShareFixture.RELEASE;
import static io.tickwire.edge.share.ShareFixture.RENEW;
import static io.tickwire.edge.share.ShareFixture.ack;
import static io.tickwire.edge.share.ShareFixture.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.server.share.persister.PersisterStateBatch;
import org.junit.jupiter.api.Test;

class SharePartitionTest {
    private final ShareFixture share = new ShareFixture();
    private final SharePartition partition = share.partition;

    @Test
    void newRecordsAreAcquiredAsOneRange() {
        share.log(3, 4);
        assertEquals("0-6:1", share.fetch("a", 100));
        assertEquals(7, partition.nextFetchOffset());
        assertEquals(7, partition.inFlightCount());
    }

    @Test
    void newRecordsAreCutAtBatchesWhereTheyAreMoreThanTheBatchSize() {
        share.batchSize = 3;
        share.log(2, 2, 2, 2);
        assertEquals("0-3:1 4-7:1", share.fetch("a", 100));
    }

    @Test
    void limitIsExceededForTheSakeOfAWholeBatch() {
        share.log(10, 10);
        assertEquals("0-9:1", share.fetch("a", 4));
        assertEquals("10-19:1", share.fetch("b", 4));
    }

    @Test
    void recordLimitIsHard() {
        share.recordLimit = true;
        share.log(10);
        assertEquals("0-3:1", share.fetch("a", 4));
        assertEquals("4-7:1", share.fetch("b", 4));
        assertEquals("8-9:1", share.fetch("c", 4));
    }

    @Test
    void nothingIsWantedNothingIsAcquired() {
        share.log(3);
        assertEquals("", share.fetch("a", 0));
    }

    @Test
    void acceptedRecordsMoveTheStart() {
        share.log(5);
        share.fetch("a", 100);
        assertEquals("0-2:2:1", text(share.acknowledge("a", 0, 2, ACCEPT)));
        assertEquals(3, partition.startOffset());
        assertEquals(2, partition.inFlightCount());
        share.acknowledge("a", 3, 4, REJECT);
        assertEquals(5, partition.startOffset());
        assertEquals(0, partition.inFlightCount());
        assertEquals(5, partition.nextFetchOffset());
    }

    @Test
    void acceptedBehindAnOpenOneDoNotMoveTheStart() {
        share.log(5);
        share.fetch("a", 100);
        share.acknowledge("a", 1, 4, ACCEPT);
        assertEquals(0, partition.startOffset());
        assertEquals(4, partition.settledCount());
    }

    @Test
    void releasedRecordsAreDeliveredAgain() {
        share.log(5);
        share.fetch("a", 100);
        share.acknowledge("a", 0, 4, ACCEPT, RELEASE, ACCEPT, RELEASE, RELEASE);
        assertEquals(1, partition.nextFetchOffset());
        assertEquals("1-1:2 3-4:2", share.fetch("b", 100));
        assertThrows(InvalidRecordStateException.class, () -> share.acknowledge("a", 1, 1, ACCEPT));
        share.acknowledge("b", 1, 1, ACCEPT);
        share.acknowledge("b", 3, 4, ACCEPT);
        assertEquals(5, partition.startOffset());
    }

    @Test
    void pendingReleaseIsNotDeliveredBeforeItIsWrittenDown() {
        share.log(2);
        share.fetch("a", 100);
        StateChange change = partition.acknowledge("a", List.of(ack(0, 1, RELEASE)), 0);
        assertEquals(2, partition.nextFetchOffset());
        partition.commit(change);
        assertEquals(0, partition.nextFetchOffset());
    }

    @Test
    void recordDeliveredOftenEnoughIsArchived() {
        share.deliveryLimit = 2;
        share.log(1);
        share.fetch("a", 100);
        share.acknowledge("a", 0, 0, RELEASE);
        assertEquals("0-0:2", share.fetch("a", 100));
        assertEquals("0-0:4:2", text(share.acknowledge("a", 0, 0, RELEASE)));
        assertEquals(1, partition.startOffset());
        assertEquals("", share.fetch("a", 100));
    }

    @Test
    void suspiciousRecordsTravelInSmallerCompany() {
        share.log(8);
        for (String expected : List.of("0-7:1", "0-7:2", "0-7:3")) {
            assertEquals(expected, share.fetch("a", 100));
            share.acknowledge("a", 0, 7, RELEASE);
        }
        assertEquals("0-3:4", share.fetch("a", 100));
        assertEquals("4-7:4", share.fetch("b", 100));
        share.acknowledge("a", 0, 3, RELEASE);
        assertEquals("0-0:5", share.fetch("a", 100), "the last chance is one record's alone");
    }

    @Test
    void undoneChangeIsAsBefore() {
        share.log(4);
        share.fetch("a", 100);
        StateChange change = partition.acknowledge("a", List.of(ack(0, 1, ACCEPT), ack(2, 3, RELEASE)), 0);
        partition.rollback(change, 0);
        assertEquals(0, partition.settledCount());
        assertEquals(4, partition.nextFetchOffset());
        share.acknowledge("a", 0, 3, ACCEPT);
        assertEquals(4, partition.startOffset());
    }

    @Test
    void undoneAfterTheLockHasRunOutIsAvailable() {
        share.log(2);
        share.fetch("a", 100);
        StateChange change = partition.acknowledge("a", List.of(ack(0, 1, ACCEPT)), 0);
        assertTrue(partition.expire(1000).isEmpty(), "a pending change holds its records");
        partition.rollback(change, 1000);
        assertEquals("0-1:2", share.fetch("b", 100));
    }

    @Test
    void refusedAcknowledgementChangesNothing() {
        share.log(4);
        share.fetch("a", 100);
        assertThrows(
                InvalidRequestException.class,
                () -> partition.acknowledge("a", List.of(ack(0, 1, ACCEPT), ack(2, 9, ACCEPT)), 0));
        assertEquals(0, partition.settledCount());
        share.acknowledge("a", 0, 3, ACCEPT);
        assertEquals(4, partition.startOffset());
    }

    @Test
    void recordsOfAnotherMemberCannotBeAcknowledged() {
        share.log(2);
        share.fetch("a", 100);
        assertThrows(InvalidRecordStateException.class, () -> share.acknowledge("b", 0, 1, ACCEPT));
    }

    @Test
    void settledRecordsBelowTheStartAreAcknowledgedToNoEffect() {
        share.log(2);
        share.fetch("a", 100);
        share.acknowledge("a", 0, 1, ACCEPT);
        assertTrue(share.acknowledge("a", 0, 1, ACCEPT).isEmpty());
    }

    @Test
    void nothingInFlightNothingToAcknowledge() {
        assertThrows(InvalidRecordStateException.class, () -> share.acknowledge("a", 0, 1, ACCEPT));
    }

    @Test
    void lockThatRunsOutReleases() {
        share.log(4);
        share.fetch("a", 100);
        assertEquals(1000, partition.earliestLockEndNs());
        assertTrue(partition.expire(999).isEmpty());
        share.nowNs = 1000;
        assertEquals("0-3:0:1", text(partition.expire(1000)));
        assertEquals(SharePartition.NO_LOCK, partition.earliestLockEndNs());
        assertThrows(InvalidRecordStateException.class, () -> share.acknowledge("a", 0, 3, ACCEPT));
        assertEquals("0-3:2", share.fetch("b", 100));
    }

    @Test
    void renewedLockHolds() {
        share.log(2);
        share.fetch("a", 100);
        share.nowNs = 900;
        assertTrue(share.acknowledge("a", 0, 0, RENEW).isEmpty());
        assertEquals("1-1:0:1", text(partition.expire(1000)));
        assertEquals(1900, partition.earliestLockEndNs());
        share.acknowledge("a", 0, 0, ACCEPT);
        assertEquals(1, partition.startOffset());
    }

    @Test
    void renewalCanBeForbidden() {
        share.renew = false;
        share.log(2);
        share.fetch("a", 100);
        assertThrows(InvalidRecordStateException.class, () -> share.acknowledge("a", 0, 1, RENEW));
    }

    @Test
    void leavingMemberReleasesItsOwn() {
        share.log(2, 2);
        share.fetch("a", 2);
        share.fetch("b", 2);
        StateChange change = partition.release("a", 0);
        assertEquals("0-1:0:1", text(change));
        partition.commit(change);
        assertEquals("0-1:2", share.fetch("c", 2));
        share.acknowledge("b", 2, 3, ACCEPT);
    }

    @Test
    void fullPartitionDeliversWhatIsReleasedOnly() {
        share.maxLocks = 4;
        share.log(4, 4);
        assertEquals("0-3:1", share.fetch("a", 4));
        assertFalse(partition.canAcquire());
        share.acknowledge("a", 1, 1, RELEASE);
        assertEquals("1-1:2", share.fetch("b", 4));
        assertEquals("full", share.fetch("b", 4));
        share.acknowledge("a", 0, 0, ACCEPT);
        share.acknowledge("b", 1, 1, ACCEPT);
        assertEquals("4-7:1", share.fetch("b", 1));
    }

    @Test
    void logStartBehindAcquiredRecordsSettlesThemWhenTheirLocksRunOut() {
        share.log(6);
        share.fetch("a", 100);
        share.acknowledge("a", 0, 1, RELEASE);
        partition.logStartMoved(4);
        assertEquals(4, partition.startOffset());
        assertEquals(6, partition.nextFetchOffset());
        assertEquals("2-3:4:1 4-5:0:1", text(partition.expire(1000)));
        assertEquals("4-5:2", share.fetch("b", 100));
    }

    @Test
    void logStartBehindEverythingStartsThere() {
        partition.logStartMoved(70);
        assertEquals(70, partition.nextFetchOffset());
        partition.logStartMoved(60);
        assertEquals(70, partition.startOffset());
    }

    @Test
    void offsetsThatTheLogHasLostAreArchived() {
        share.log(2, 2, 2);
        share.fetch("a", 100);
        share.acknowledge("a", 0, 5, RELEASE);
        share.fetched.clear();
        share.fetched.add(4, 5, -1, FetchedBatches.Kind.PLAIN);
        assertEquals("4-5:2", share.acquire("a", 100, 0));
        share.acknowledge("a", 4, 5, ACCEPT);
        assertEquals(6, partition.startOffset());
    }

    @Test
    void abortedRecordsAreSettledForAReadCommittedGroup() {
        share.readCommitted = true;
        share.fetched.add(0, 2, 7, FetchedBatches.Kind.TRANSACTIONAL);
        share.fetched.add(3, 4, 8, FetchedBatches.Kind.TRANSACTIONAL);
        share.fetched.add(5, 5, 7, FetchedBatches.Kind.MARKER);
        share.fetched.add(6, 7, 7, FetchedBatches.Kind.TRANSACTIONAL);
        share.fetched.addAborted(7, 0);
        assertEquals("3-7:1", share.acquire("a", 100, 0));
        assertEquals(3, partition.settledCount());
        share.acknowledge("a", 3, 7, ACCEPT);
        assertEquals(8, partition.startOffset());
    }

    @Test
    void moreAbortedRecordsThanMayBeLockedAreLeftBehind() {
        share.readCommitted = true;
        share.maxLocks = 4;
        for (int first = 0; first < 12; first += 4) {
            share.fetched.clear();
            share.fetched.add(first, first + 3, 7, FetchedBatches.Kind.TRANSACTIONAL);
            share.fetched.addAborted(7, 0);
            assertEquals("", share.acquire("a", 100, partition.nextFetchOffset()), "from " + first);
        }
        assertEquals(12, partition.startOffset(), "nobody will acknowledge any of them");
        share.fetched.clear();
        share.fetched.add(12, 13, 8, FetchedBatches.Kind.TRANSACTIONAL);
        assertEquals("12-13:1", share.acquire("a", 100, partition.nextFetchOffset()));
    }

    @Test
    void abortedRecordsAreDeliveredToAReadUncommittedGroup() {
        share.fetched.add(0, 2, 7, FetchedBatches.Kind.TRANSACTIONAL);
        share.fetched.addAborted(7, 0);
        assertEquals("0-2:1", share.acquire("a", 100, 0));
    }

    @Test
    void rememberedStateIsTakenOver() {
        share.log(10);
        partition.load(
                2,
                3,
                List.of(
                        new PersisterStateBatch(3, 4, Delivery.ACKNOWLEDGED, (short) 1),
                        new PersisterStateBatch(5, 6, Delivery.AVAILABLE, (short) 2)));
        assertEquals(3, partition.stateEpoch());
        assertEquals(2, partition.nextFetchOffset());
        assertEquals("2-2:1 5-6:3 7-9:1", share.fetch("a", 100));
        share.acknowledge("a", 2, 2, ACCEPT);
        assertEquals(5, partition.startOffset());
    }

    @Test
    void gapIsDeliveredByAndBy() {
        share.log(2, 2, 2, 2);
        partition.load(0, 0, List.of(new PersisterStateBatch(7, 7, Delivery.ACKNOWLEDGED, (short) 1)));
        assertEquals("0-1:1", share.fetch("a", 1));
        assertEquals("2-5:1", share.fetch("b", 3));
        assertEquals("6-6:1", share.fetch("c", 5));
        share.acknowledge("a", 0, 1, ACCEPT);
        share.acknowledge("b", 2, 5, ACCEPT);
        share.acknowledge("c", 6, 6, ACCEPT);
        assertEquals(8, partition.startOffset());
    }

    @Test
    void rememberedStateThatContradictsItselfIsRefused() {
        PersisterStateBatch batch = new PersisterStateBatch(3, 4, Delivery.ACKNOWLEDGED, (short) 1);
        PersisterStateBatch backwards = new PersisterStateBatch(9, 8, Delivery.ACKNOWLEDGED, (short) 1);
        assertThrows(IllegalStateException.class, () -> partition.load(4, 0, List.of(batch)));
        assertThrows(IllegalStateException.class, () -> partition.load(0, 0, List.of(batch, batch)));
        assertThrows(IllegalStateException.class, () -> partition.load(0, 0, List.of(backwards)));
    }
}
