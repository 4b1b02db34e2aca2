package io.tickwire.edge.share;

import java.util.List;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.server.share.acknowledge.ShareAcknowledgementBatch;
import org.apache.kafka.server.share.persister.PersisterStateBatch;

/**
 * One topic partition as one share group consumes it (KIP-932). Knows no log, no clock and no thread: it is told what was
 * read and what time it is, and says what is to be delivered and what is to be written down. Not thread-safe.
 */
public final class SharePartition {
    /** No record is locked. */
    public static final long NO_LOCK = Long.MAX_VALUE;

    private final ShareSettings settings;
    private final InFlightRecords inFlight = new InFlightRecords();
    private long earliestLockEndNs = NO_LOCK;
    private int stateEpoch;

    /** Nothing delivered yet; {@link #load} comes first. */
    public SharePartition(ShareSettings settings) {
        this.settings = settings;
    }

    /**
     * Takes over what was written down.
     *
     * @param startOffset first offset that is not settled
     * @param epoch goes back with every write
     * @param batches states of records from there on, in rising order
     * @throws IllegalStateException when that contradicts itself
     */
    public void load(long startOffset, int epoch, List<PersisterStateBatch> batches) {
        stateEpoch = epoch;
        inFlight.load(startOffset, batches);
    }

    /** The state epoch in force. */
    public int stateEpoch() {
        return stateEpoch;
    }

    /** First offset that is not settled. */
    public long startOffset() {
        return inFlight.start();
    }

    /** Last offset in flight, or the next to be delivered when there is none. */
    public long endOffset() {
        return inFlight.end();
    }

    /** Records from start to end that are settled, but cannot be forgotten yet. */
    public int settledCount() {
        return inFlight.settledCount();
    }

    /** Records from start to end. */
    public int inFlightCount() {
        return inFlight.count();
    }

    /** Where to read the log next. */
    public long nextFetchOffset() {
        return inFlight.nextFetchOffset();
    }

    /** Whether there is a record to deliver again, or room for new ones. */
    public boolean canAcquire() {
        return nextFetchOffset() != inFlight.end() + 1 || inFlight.count() < settings.maxRecordLocks();
    }

    /**
     * Locks what a read found.
     *
     * @param readCommitted whether records of aborted transactions are settled instead of delivered
     * @return ranges of offsets that are the member's now, in rising order
     */
    public List<AcquiredRecords> acquire(
            AcquireRequest request, FetchedBatches fetched, boolean readCommitted, long nowNs) {
        Acquisition acquisition = new Acquisition(inFlight, settings, request, fetched, nowNs);
        List<AcquiredRecords> acquired = acquisition.run();
        if (acquired.isEmpty()) {
            return acquired;
        }
        lockedUntil(acquisition.lockEndNs());
        if (!readCommitted) {
            return acquired;
        }
        List<AcquiredRecords> left = AbortedRecords.remove(acquired, fetched, inFlight);
        if (left.isEmpty()) {
            // No acknowledgement will come that makes room: enough of them would lock the group out for good.
            boolean _ = inFlight.advanceStart();
        }
        return left;
    }

    /**
     * Settles, releases or renews what a member has; all of it or, when it fails, nothing but renewals.
     *
     * @param acknowledged each range with one type or one type an offset; in rising order
     * @return what is to be written down, then {@linkplain #commit committed} or {@linkplain #rollback undone}
     * @throws ApiException INVALID_RECORD_STATE or INVALID_REQUEST
     */
    public StateChange acknowledge(String memberId, List<ShareAcknowledgementBatch> acknowledged, long nowNs) {
        Settlement settlement = new Settlement(inFlight, settings, memberId, nowNs);
        try {
            settlement.acknowledge(acknowledged);
        } catch (ApiException e) {
            rollback(settlement.change(), nowNs);
            throw e;
        } finally {
            // Locks may have been renewed; it is only a lower bound.
            lockedUntil(nowNs + settings.lockDurationNs());
        }
        return settlement.change();
    }

    /** Releases all that a member has; the change is to be treated as one of {@link #acknowledge}. */
    public StateChange release(String memberId, long nowNs) {
        Settlement settlement = new Settlement(inFlight, settings, memberId, nowNs);
        settlement.release();
        return settlement.change();
    }

    /** When {@link #expire} is due at the latest; {@link #NO_LOCK} when no record is locked. */
    public long earliestLockEndNs() {
        return earliestLockEndNs;
    }

    /** Ends the locks that have run out; the change is to be written down, and is in effect whatever comes of that. */
    public StateChange expire(long nowNs) {
        Settlement settlement = new Settlement(inFlight, settings, Delivery.NOBODY, nowNs);
        settlement.expire();
        earliestLockEndNs = NO_LOCK;
        inFlight.forEach(this::noteLock);
        return settlement.change();
    }

    private void noteLock(Delivery delivery) {
        if (delivery.state() == Delivery.ACQUIRED) {
            lockedUntil(delivery.lockEndNs());
        }
    }

    private void lockedUntil(long lockEndNs) {
        if (earliestLockEndNs == NO_LOCK || lockEndNs - earliestLockEndNs < 0) {
            earliestLockEndNs = lockEndNs;
        }
    }

    /** A change is written down: the start moves as far as it can. */
    public void commit(StateChange change) {
        change.forEachPending(delivery -> {
            delivery.commit();
            noteAvailable(delivery);
        });
        boolean _ = inFlight.advanceStart();
    }

    /** A change could not be written down: what can be undone is. */
    public void rollback(StateChange change, long nowNs) {
        int limit = settings.deliveryCountLimit();
        change.forEachPending(delivery -> {
            delivery.rollback(limit, nowNs);
            noteAvailable(delivery);
            noteLock(delivery);
        });
    }

    private void noteAvailable(Delivery delivery) {
        if (delivery.state() == Delivery.AVAILABLE) {
            inFlight.madeAvailable();
        }
    }

    /** The log begins at {@code logStartOffset} now. */
    public void logStartMoved(long logStartOffset) {
        inFlight.logStartMoved(logStartOffset);
    }
}
