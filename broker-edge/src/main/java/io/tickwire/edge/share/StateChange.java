package io.tickwire.edge.share;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.server.share.persister.PersisterStateBatch;

/** Changes of one partition that belong together: to be written down, then committed or, if that fails, undone. */
public final class StateChange {
    private final List<Range> pending = new ArrayList<>();
    private final List<PersisterStateBatch> batches = new ArrayList<>();

    private record Range(InFlightBatch batch, long first, long last) {}

    StateChange() {}

    /** A pending change of one state, which can be undone. */
    void addPending(InFlightBatch batch, long first, long last) {
        pending.add(new Range(batch, first, last));
        addDone(batch.at(first), first, last);
    }

    /** A change that stays whatever happens. */
    void addDone(Delivery delivery, long first, long last) {
        short count = (short) delivery.count();
        long from = first;
        if (!batches.isEmpty()) {
            PersisterStateBatch before = batches.getLast();
            if (before.lastOffset() + 1 == first
                    && before.deliveryState() == delivery.state()
                    && before.deliveryCount() == count) {
                from = batches.removeLast().firstOffset();
            }
        }
        batches.add(new PersisterStateBatch(from, last, delivery.state(), count));
    }

    /** Every state that has a pending change; a batch may have been split since. */
    void forEachPending(Consumer<Delivery> action) {
        for (Range range : pending) {
            if (!range.batch.isSplit()) {
                action.accept(range.batch.whole());
                continue;
            }
            for (long offset = range.first; offset <= range.last; offset++) {
                action.accept(range.batch.at(offset));
            }
        }
    }

    /** What is to be written down. */
    public List<PersisterStateBatch> batches() {
        return batches;
    }

    /** Nothing has changed. */
    public boolean isEmpty() {
        return batches.isEmpty();
    }
}
