package io.tickwire.edge.share;

import java.util.List;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.server.share.acknowledge.ShareAcknowledgementBatch;

/** What a member says of the records it has, or does to them by leaving. Used once. */
final class Settlement {
    /** KIP-932: there is no record at this offset. */
    private static final byte GAP = 0;

    private final InFlightRecords inFlight;
    private final ShareSettings settings;
    private final String memberId;
    private final long nowNs;
    private final StateChange change = new StateChange();

    Settlement(InFlightRecords inFlight, ShareSettings settings, String memberId, long nowNs) {
        this.inFlight = inFlight;
        this.settings = settings;
        this.memberId = memberId;
        this.nowNs = nowNs;
    }

    StateChange change() {
        return change;
    }

    /**
     * Acknowledges.
     *
     * @throws ApiException INVALID_RECORD_STATE or INVALID_REQUEST; what was changed before must be undone
     */
    void acknowledge(List<ShareAcknowledgementBatch> acknowledged) {
        for (ShareAcknowledgementBatch batch : acknowledged) {
            if (batch.lastOffset() >= inFlight.start()) {
                acknowledge(batch);
            }
        }
    }

    private void acknowledge(ShareAcknowledgementBatch acknowledged) {
        for (InFlightBatch batch : covered(acknowledged)) {
            if (batch.last() < inFlight.start()) {
                continue;
            }
            if (!batch.isSplit()) {
                requireHeld(batch.whole());
            }
            boolean whole = !batch.isSplit()
                    && batch.isWithin(acknowledged.firstOffset(), acknowledged.lastOffset())
                    && acknowledged.acknowledgeTypes().size() == 1
                    && batch.first() >= inFlight.start();
            if (whole) {
                settle(batch, batch.first(), batch.last(), type(acknowledged, batch.first()));
                continue;
            }
            batch.split();
            long from = Math.max(Math.max(batch.first(), acknowledged.firstOffset()), inFlight.start());
            long to = Math.min(batch.last(), acknowledged.lastOffset());
            for (long offset = from; offset <= to; offset++) {
                requireHeld(batch.at(offset));
                settle(batch, offset, offset, type(acknowledged, offset));
            }
        }
    }

    private List<InFlightBatch> covered(ShareAcknowledgementBatch acknowledged) {
        InFlightBatch floor = inFlight.floor(acknowledged.firstOffset());
        if (floor == null && acknowledged.firstOffset() < inFlight.start()) {
            floor = inFlight.floor(inFlight.start());
        }
        if (floor == null) {
            throw new InvalidRecordStateException("No record from " + acknowledged.firstOffset() + " on is acquired.");
        }
        List<InFlightBatch> covered = inFlight.between(floor.first(), acknowledged.lastOffset());
        long last = covered.getLast().last();
        if (last < acknowledged.firstOffset() || last < acknowledged.lastOffset()) {
            throw new InvalidRequestException("Records up to " + acknowledged.lastOffset()
                    + " are acknowledged, of which those behind " + last + " are not acquired.");
        }
        return covered;
    }

    private static byte type(ShareAcknowledgementBatch acknowledged, long offset) {
        List<Byte> types = acknowledged.acknowledgeTypes();
        return types.get(types.size() == 1 ? 0 : (int) (offset - acknowledged.firstOffset()));
    }

    private void requireHeld(Delivery delivery) {
        if (delivery.state() != Delivery.ACQUIRED) {
            throw new InvalidRecordStateException("The record is not acquired.");
        }
        if (!delivery.member().equals(memberId)) {
            throw new InvalidRecordStateException("The record is acquired by another member.");
        }
    }

    private void settle(InFlightBatch batch, long first, long last, byte type) {
        Delivery delivery = batch.at(first);
        if (type == AcknowledgeType.RENEW.id) {
            if (!settings.renewEnabled()) {
                throw new InvalidRecordStateException("The group does not allow to renew locks.");
            }
            delivery.renew(nowNs + settings.lockDurationNs());
            return;
        }
        delivery.begin(stateAfter(type), settings.deliveryCountLimit());
        change.addPending(batch, first, last);
    }

    private static byte stateAfter(byte type) {
        if (type == AcknowledgeType.ACCEPT.id) {
            return Delivery.ACKNOWLEDGED;
        }
        if (type == AcknowledgeType.RELEASE.id) {
            return Delivery.AVAILABLE;
        }
        if (type == AcknowledgeType.REJECT.id || type == GAP) {
            return Delivery.ARCHIVED;
        }
        throw new InvalidRequestException("Unknown acknowledge type " + type);
    }

    /** Gives back all that the member has. */
    void release() {
        for (InFlightBatch batch : inFlight.all()) {
            if (batch.isSplit() || (isHeld(batch.whole()) && straddlesStart(batch))) {
                batch.split();
                for (long offset = batch.first(); offset <= batch.last(); offset++) {
                    releaseIfHeld(batch, offset, offset);
                }
            } else {
                releaseIfHeld(batch, batch.first(), batch.last());
            }
        }
    }

    private boolean isHeld(Delivery delivery) {
        return delivery.state() == Delivery.ACQUIRED && delivery.member().equals(memberId);
    }

    private void releaseIfHeld(InFlightBatch batch, long first, long last) {
        if (isHeld(batch.at(first))) {
            byte after = last < inFlight.start() ? Delivery.ARCHIVED : Delivery.AVAILABLE;
            batch.at(first).begin(after, settings.deliveryCountLimit());
            change.addPending(batch, first, last);
        }
    }

    /** Ends the locks that have run out; to be written down, but in effect whatever happens. */
    void expire() {
        for (InFlightBatch batch : inFlight.all()) {
            if (batch.isSplit() || (isOverdue(batch.whole()) && straddlesStart(batch))) {
                batch.split();
                for (long offset = batch.first(); offset <= batch.last(); offset++) {
                    expireIfOverdue(batch.at(offset), offset, offset);
                }
            } else {
                expireIfOverdue(batch.whole(), batch.first(), batch.last());
            }
        }
    }

    private boolean isOverdue(Delivery delivery) {
        return delivery.state() == Delivery.ACQUIRED && delivery.isLockOver(nowNs);
    }

    private void expireIfOverdue(Delivery delivery, long first, long last) {
        if (!isOverdue(delivery)) {
            return;
        }
        if (last < inFlight.start()) {
            delivery.archive();
        } else {
            delivery.release(settings.deliveryCountLimit());
        }
        if (delivery.state() == Delivery.AVAILABLE) {
            inFlight.madeAvailable();
        }
        change.addDone(delivery, first, last);
    }

    private boolean straddlesStart(InFlightBatch batch) {
        return batch.first() < inFlight.start() && batch.last() >= inFlight.start();
    }
}
