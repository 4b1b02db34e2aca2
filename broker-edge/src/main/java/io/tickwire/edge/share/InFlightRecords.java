package io.tickwire.edge.share;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.server.share.persister.PersisterStateBatch;

/**
 * The records of a share partition that were delivered and are not all settled: from the share-partition start offset, before
 * which everything is settled, to the end offset, behind which nothing was delivered yet.
 */
final class InFlightRecords {
    private final NavigableMap<Long, InFlightBatch> batches = new TreeMap<>();
    private long start;
    /** Last offset in flight, or, when there is none, the next to deliver. */
    private long end;
    /** Some record in flight may be deliverable again. */
    private boolean mayHaveAvailable;

    /**
     * Takes over remembered state.
     *
     * @throws IllegalStateException when it contradicts itself
     */
    void load(long startOffset, List<PersisterStateBatch> remembered) {
        batches.clear();
        start = startOffset;
        end = startOffset;
        long next = startOffset;
        for (PersisterStateBatch batch : remembered) {
            if (batch.firstOffset() < next || batch.lastOffset() < batch.firstOffset()) {
                throw new IllegalStateException("share-partition state of " + batch + " where " + next + " is next");
            }
            if (batch.firstOffset() > next) {
                put(InFlightBatch.gap(next, batch.firstOffset() - 1));
            }
            put(new InFlightBatch(
                    batch.firstOffset(),
                    batch.lastOffset(),
                    Delivery.of(batch.deliveryState(), batch.deliveryCount())));
            next = batch.lastOffset() + 1;
        }
        if (!batches.isEmpty()) {
            end = batches.lastEntry().getValue().last();
            mayHaveAvailable = true;
            boolean _ = advanceStart();
        }
    }

    long start() {
        return start;
    }

    long end() {
        return end;
    }

    /** The first delivery on this partition begins here. */
    void start(long offset) {
        start = offset;
    }

    void growTo(long lastOffset) {
        end = Math.max(end, lastOffset);
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }

    /** Records between start and end. */
    int count() {
        return batches.isEmpty() ? 0 : (int) Math.min(Integer.MAX_VALUE, end - start + 1);
    }

    void put(InFlightBatch batch) {
        batches.put(batch.first(), batch);
    }

    void remove(InFlightBatch batch) {
        batches.remove(batch.first());
    }

    boolean startsWith(long firstOffset) {
        return !batches.isEmpty() && batches.firstKey() == firstOffset;
    }

    /** The batch with the largest first offset up to {@code offset}, which may end before it; or null. */
    InFlightBatch floor(long offset) {
        Map.Entry<Long, InFlightBatch> entry = batches.floorEntry(offset);
        return entry == null ? null : entry.getValue();
    }

    /** Batches that begin within the range; a copy, so that batches may be replaced meanwhile. */
    List<InFlightBatch> between(long firstOffset, long lastOffset) {
        return firstOffset > lastOffset
                ? List.of()
                : new ArrayList<>(
                        batches.subMap(firstOffset, true, lastOffset, true).values());
    }

    Collection<InFlightBatch> all() {
        return batches.values();
    }

    /** Every state there is. */
    void forEach(Consumer<Delivery> action) {
        for (InFlightBatch batch : batches.values()) {
            if (!batch.isSplit()) {
                action.accept(batch.whole());
                continue;
            }
            for (long offset = batch.first(); offset <= batch.last(); offset++) {
                action.accept(batch.at(offset));
            }
        }
    }

    /** A record in flight has become deliverable. */
    void madeAvailable() {
        mayHaveAvailable = true;
    }

    /** Where to read for the next delivery: a record in flight that is available again, or else behind all of them. */
    long nextFetchOffset() {
        if (batches.isEmpty() || start > batches.lastEntry().getValue().last()) {
            mayHaveAvailable = false;
            return end;
        }
        if (mayHaveAvailable) {
            for (InFlightBatch batch : batches.values()) {
                long offset = firstAvailable(batch);
                if (offset >= 0) {
                    return offset;
                }
            }
            mayHaveAvailable = false;
        }
        return end + 1;
    }

    private static long firstAvailable(InFlightBatch batch) {
        if (!batch.isSplit()) {
            return batch.whole().canBeAcquired() ? batch.first() : -1;
        }
        for (long offset = batch.first(); offset <= batch.last(); offset++) {
            if (batch.at(offset).canBeAcquired()) {
                return offset;
            }
        }
        return -1;
    }

    /** Records from start to end that are settled; pending changes count. */
    int settledCount() {
        long settled = 0;
        for (InFlightBatch batch : batches.values()) {
            long from = Math.max(start, batch.first());
            if (!batch.isSplit()) {
                settled += batch.whole().isTerminal() ? Math.max(0, batch.last() - from + 1) : 0;
                continue;
            }
            for (long offset = from; offset <= batch.last(); offset++) {
                settled += batch.at(offset).isTerminal() ? 1 : 0;
            }
        }
        return (int) Math.min(Integer.MAX_VALUE, settled);
    }

    /** Moves the start behind what is settled for good, and forgets that; false when the record at the start is not. */
    boolean advanceStart() {
        InFlightBatch at = floor(start);
        if (at == null || at.last() < start || !isSettled(at.at(start))) {
            return false;
        }
        long lastSettled = lastSettled();
        if (lastSettled < start) {
            return false;
        }
        if (lastSettled == batches.lastEntry().getValue().last()) {
            start = lastSettled + 1;
            end = lastSettled + 1;
            batches.clear();
            return true;
        }
        InFlightBatch boundary = floor(lastSettled);
        if (boundary.last() == lastSettled) {
            start = Math.max(start, batches.higherKey(lastSettled));
            batches.headMap(boundary.first(), true).clear();
        } else {
            start = Math.max(start, lastSettled + 1);
            batches.headMap(boundary.first(), false).clear();
        }
        return true;
    }

    private long lastSettled() {
        long last = -1;
        for (InFlightBatch batch : batches.values()) {
            if (!batch.isSplit()) {
                if (!isSettled(batch.whole())) {
                    return last;
                }
                last = batch.last();
                continue;
            }
            for (long offset = batch.first(); offset <= batch.last(); offset++) {
                if (!isSettled(batch.at(offset))) {
                    return last;
                }
                last = offset;
            }
        }
        return last;
    }

    private static boolean isSettled(Delivery delivery) {
        return delivery.isTerminal() && !delivery.isPending();
    }

    /** The log now begins at {@code logStart}: what is available below is not to be delivered any more. */
    void logStartMoved(long logStart) {
        if (logStart <= start) {
            return;
        }
        if (batches.isEmpty()) {
            start = logStart;
            end = logStart;
            return;
        }
        archive(start, logStart - 1, Delivery.AVAILABLE);
        start = logStart;
        end = Math.max(end, logStart);
    }

    /** Archives the records of a range that are in one state. */
    void archive(long from, long to, byte state) {
        InFlightBatch floor = floor(from);
        for (InFlightBatch batch : between(floor == null ? from : floor.first(), to)) {
            if (batch.last() < from) {
                continue;
            }
            if (!batch.isSplit() && batch.whole().state() != state) {
                continue;
            }
            if (!batch.isSplit() && batch.isWithin(from, to)) {
                batch.whole().archive();
            } else {
                archiveEach(batch, from, to, state);
            }
            mayHaveAvailable = true;
        }
    }

    private static void archiveEach(InFlightBatch batch, long from, long to, byte state) {
        batch.split();
        long last = Math.min(batch.last(), to);
        for (long offset = Math.max(batch.first(), from); offset <= last; offset++) {
            if (batch.at(offset).state() == state) {
                batch.at(offset).archive();
            }
        }
    }
}
