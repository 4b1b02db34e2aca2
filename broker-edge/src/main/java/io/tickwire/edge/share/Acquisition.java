package io.tickwire.edge.share;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;

/** Locks the records of one read for one member. Used once. */
final class Acquisition {
    /** Up to this delivery limit no record is suspected of making its consumers fail. */
    private static final int UNSUSPICIOUS_LIMIT = 2;

    private final InFlightRecords inFlight;
    private final ShareSettings settings;
    private final AcquireRequest request;
    private final FetchedBatches fetched;
    private final long lockEndNs;
    private final List<AcquiredRecords> acquired = new ArrayList<>();
    private final int deliveryLimit;
    private int wanted;
    private int count;
    private long lastWanted;

    Acquisition(
            InFlightRecords inFlight,
            ShareSettings settings,
            AcquireRequest request,
            FetchedBatches fetched,
            long nowNs) {
        this.inFlight = inFlight;
        this.settings = settings;
        this.request = request;
        this.fetched = fetched;
        lockEndNs = nowNs + settings.lockDurationNs();
        deliveryLimit = settings.deliveryCountLimit();
    }

    long lockEndNs() {
        return lockEndNs;
    }

    /** Runs; returns the acquired ranges in rising order. */
    List<AcquiredRecords> run() {
        if (request.maxRecords() <= 0
                || fetched.count() == 0
                || fetched.last(fetched.count() - 1) < inFlight.start()
                || !limit()) {
            return List.of();
        }
        long base = fetched.first(0);
        if (request.fetchOffset() < base) {
            // The log has no records there any more.
            inFlight.archive(request.fetchOffset(), base - 1, Delivery.AVAILABLE);
        }
        InFlightBatch floor = inFlight.floor(base);
        if (floor == null) {
            base = Math.max(base, inFlight.start());
        } else if (floor.last() >= base) {
            base = floor.first();
        }
        List<InFlightBatch> known = inFlight.between(Math.min(fetched.first(0), base), lastWanted);
        if (known.isEmpty()) {
            acquireNew(inFlight.isEmpty() ? Math.max(base, inFlight.end()) : base, lastWanted, wanted, false);
        } else {
            acquireKnown(known);
        }
        return acquired;
    }

    /** How much may be acquired: within the limit of records in flight, or else only what is in flight already. */
    private boolean limit() {
        lastWanted = fetched.last(fetched.count() - 1);
        wanted = Math.min(request.maxRecords(), settings.maxRecordLocks() - inFlight.count());
        if (wanted <= 0 && request.fetchOffset() <= inFlight.end()) {
            wanted = (int) Math.min(request.maxRecords(), inFlight.end() - request.fetchOffset() + 1);
            lastWanted = Math.min(lastWanted, inFlight.end());
        }
        return wanted > 0;
    }

    private void acquireKnown(List<InFlightBatch> known) {
        for (InFlightBatch batch : known) {
            if (count >= wanted) {
                return;
            }
            if (batch.isGap()) {
                acquireGap(batch);
            } else if (!acquireAgain(batch)) {
                return;
            }
        }
        long behind = known.getLast().last() + 1;
        if (count < wanted && behind <= lastWanted) {
            acquireNew(behind, lastWanted, wanted - count, false);
        }
    }

    /** Acquires of a gap what the log still has; the rest stays a gap. */
    private void acquireGap(InFlightBatch gap) {
        long from = Math.max(gap.first(), fetched.first(0));
        long to = Math.min(gap.last(), lastWanted);
        if (from > to) {
            return;
        }
        inFlight.remove(gap);
        if (gap.first() < from) {
            inFlight.put(InFlightBatch.gap(gap.first(), from - 1));
        }
        long last = acquireNew(from, to, wanted - count, true);
        if (last < gap.last()) {
            inFlight.put(InFlightBatch.gap(last + 1, gap.last()));
        }
    }

    /** False when nothing more is to be acquired: a suspicious record travels alone, so that it spoils no others. */
    private boolean acquireAgain(InFlightBatch batch) {
        boolean suspicious = isSuspicious(batch);
        if (suspicious && count > 0) {
            return false;
        }
        boolean tooMany = request.recordLimit() && batch.size() > wanted - count;
        if (batch.isSplit() || suspicious || tooMany || !batch.isWithin(fetched.first(0), lastWanted)) {
            if (!batch.isSplit() && !batch.whole().canBeAcquired()) {
                return true;
            }
            batch.split();
            int before = count;
            acquireEach(batch);
            return !suspicious || count == before;
        }
        if (batch.whole().canBeAcquired()) {
            batch.whole().acquire(request.memberId(), lockEndNs);
            add(batch.first(), batch.last(), batch.whole().count());
            count += batch.size();
        }
        return true;
    }

    /** From half of the delivery limit on. */
    private int suspiciousCount() {
        return Math.max(UNSUSPICIOUS_LIMIT, (deliveryLimit + 1) / 2);
    }

    private boolean isSuspicious(InFlightBatch batch) {
        if (!batch.isSplit()) {
            return batch.whole().canBeAcquired() && batch.whole().count() >= suspiciousCount();
        }
        long last = Math.min(batch.last(), lastWanted);
        for (long offset = Math.max(batch.first(), fetched.first(0)); offset <= last; offset++) {
            if (batch.at(offset).canBeAcquired() && batch.at(offset).count() >= suspiciousCount()) {
                return true;
            }
        }
        return false;
    }

    private void acquireEach(InFlightBatch batch) {
        int most = request.recordLimit() ? wanted - count : Integer.MAX_VALUE;
        int mostSuspicious = 0;
        int got = 0;
        AcquiredRecords run = null;
        long last = Math.min(batch.last(), lastWanted);
        for (long offset = Math.max(batch.first(), fetched.first(0)); offset <= last; offset++) {
            Delivery delivery = batch.at(offset);
            if (!delivery.canBeAcquired()) {
                continue;
            }
            boolean lastChance = deliveryLimit > UNSUSPICIOUS_LIMIT && delivery.count() == deliveryLimit - 1;
            if (lastChance && got > 0) {
                break;
            }
            if (mostSuspicious == 0 && delivery.count() >= suspiciousCount()) {
                // The more often it was delivered in vain, the smaller its company.
                int halvings = Math.min(31, delivery.count() - suspiciousCount() + 1);
                mostSuspicious = Math.max(1, batch.size() >> halvings);
            }
            delivery.acquire(request.memberId(), lockEndNs);
            run = extend(run, offset, delivery.count());
            got++;
            if (lastChance || got == most || got == mostSuspicious) {
                break;
            }
        }
        count += got;
    }

    private AcquiredRecords extend(AcquiredRecords run, long offset, int deliveryCount) {
        if (run != null && run.lastOffset() + 1 == offset && run.deliveryCount() == deliveryCount) {
            return run.setLastOffset(offset);
        }
        return add(offset, offset, deliveryCount);
    }

    private AcquiredRecords add(long first, long last, int deliveryCount) {
        AcquiredRecords range =
                new AcquiredRecords().setFirstOffset(first).setLastOffset(last).setDeliveryCount((short) deliveryCount);
        acquired.add(range);
        return range;
    }

    /**
     * Acquires records delivered for the first time.
     *
     * @param within whether {@code lastOffset} must not be passed for the sake of whole batches
     * @return last offset that is in flight now because of it
     */
    private long acquireNew(long firstOffset, long lastOffset, int max, boolean within) {
        long last = lastOffset;
        if (max < last - firstOffset + 1) {
            last = fetched.endOfBatch(firstOffset + max - 1);
            last = within ? Math.min(last, lastOffset) : last;
        }
        if (request.recordLimit() && max < last - firstOffset + 1) {
            acquirePart(firstOffset, last, firstOffset + max - 1);
        } else {
            acquireWhole(firstOffset, last);
        }
        if (inFlight.startsWith(firstOffset)) {
            inFlight.start(firstOffset);
        }
        inFlight.growTo(last);
        return last;
    }

    private void acquirePart(long first, long last, long lastDelivered) {
        InFlightBatch batch = new InFlightBatch(first, last, Delivery.acquired(request.memberId(), lockEndNs));
        batch.splitBehind(lastDelivered);
        inFlight.put(batch);
        inFlight.madeAvailable();
        add(first, lastDelivered, 1);
        count += (int) (lastDelivered - first + 1);
    }

    private void acquireWhole(long first, long last) {
        long from = first;
        if (!request.recordLimit() && last - first + 1 > request.batchSize()) {
            for (int i = 0; i < fetched.count() && fetched.first(i) <= last; i++) {
                if (fetched.first(i) - from >= Math.max(1, request.batchSize())) {
                    acquireRange(from, fetched.first(i) - 1);
                    from = fetched.first(i);
                }
            }
        }
        acquireRange(from, last);
        count += (int) (last - first + 1);
    }

    private void acquireRange(long first, long last) {
        inFlight.put(new InFlightBatch(first, last, Delivery.acquired(request.memberId(), lockEndNs)));
        add(first, last, 1);
    }
}
