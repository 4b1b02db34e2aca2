package io.tickwire.storage.producer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/**
 * The aborted transactions of a log in the order in which they ended, for read_committed fetches. One thread adds; any thread reads
 * and removes, and nobody waits for anybody.
 *
 * <p>Source: Kafka TransactionIndex.
 */
public final class AbortedTransactions {
    /** Learns of a transaction. */
    @FunctionalInterface
    public interface Visitor {
        /** A transaction that overlaps what was asked for. */
        void onAborted(long producerId, long firstOffset);
    }

    private static final int FIELDS = 4;
    private static final int FIRST_AT = 1;
    private static final int LAST_AT = 2;
    private static final int STABLE_AT = 3;
    private static final int FIRST_CAPACITY = 4 * FIELDS;

    /** What readers see: an array of which the first {@code count} entries never change. */
    private static final class Snapshot {
        private final long[] fields;
        private final int count;

        Snapshot(final long[] fields, final int count) {
            this.fields = fields;
            this.count = count;
        }
    }

    private final AtomicReference<Snapshot> snapshot = new AtomicReference<>(new Snapshot(new long[0], 0));

    /** Adds a transaction; one thread only. */
    void add(final long producerId, final long firstOffset, final long lastOffset, final long lastStableOffset) {
        Snapshot current;
        Snapshot next;
        do {
            current = snapshot.get();
            final int at = current.count * FIELDS;
            final long[] fields = at == current.fields.length
                    ? Arrays.copyOf(current.fields, Math.max(FIRST_CAPACITY, at * 2))
                    : current.fields;
            fields[at] = producerId;
            fields[at + FIRST_AT] = firstOffset;
            fields[at + LAST_AT] = lastOffset;
            fields[at + STABLE_AT] = lastStableOffset;
            next = new Snapshot(fields, current.count + 1);
        } while (!snapshot.compareAndSet(current, next));
    }

    /** Forgets transactions that ended before the log starts. */
    public void removeBefore(final long logStartOffset) {
        if (count() > 0 && snapshot.get().fields[LAST_AT] < logStartOffset) {
            removeIf(aborted -> aborted.markerOffset() < logStartOffset);
        }
    }

    /** Forgets all transactions but some. True when there were others. */
    public boolean retainAll(final Collection<AbortedTransaction> wanted) {
        final Set<AbortedTransaction> set = Set.copyOf(wanted);
        return removeIf(aborted -> !set.contains(aborted));
    }

    /** Forgets some of the transactions. True when there were any. */
    public boolean removeIf(final Predicate<AbortedTransaction> unwanted) {
        Snapshot current;
        Snapshot next;
        do {
            current = snapshot.get();
            next = without(current, unwanted);
            if (next.count == current.count) {
                return false;
            }
        } while (!snapshot.compareAndSet(current, next));
        return true;
    }

    private static Snapshot without(final Snapshot current, final Predicate<AbortedTransaction> unwanted) {
        final long[] rest = new long[current.count * FIELDS];
        int left = 0;
        for (int i = 0; i < current.count; i++) {
            if (!unwanted.test(transaction(current, i))) {
                System.arraycopy(current.fields, i * FIELDS, rest, left * FIELDS, FIELDS);
                left++;
            }
        }
        return new Snapshot(Arrays.copyOf(rest, left * FIELDS), left);
    }

    /** All transactions, in the order in which they ended. Any thread; allocates. */
    public List<AbortedTransaction> list() {
        final Snapshot current = snapshot.get();
        final List<AbortedTransaction> all = new ArrayList<>(current.count);
        for (int i = 0; i < current.count; i++) {
            all.add(transaction(current, i));
        }
        return all;
    }

    private static AbortedTransaction transaction(final Snapshot from, final int i) {
        final int at = i * FIELDS;
        return new AbortedTransaction(
                from.fields[at], from.fields[at + FIRST_AT], from.fields[at + LAST_AT], from.fields[at + STABLE_AT]);
    }

    /** Calls back for every transaction with records in [{@code from}, {@code to}). */
    public void visit(final long from, final long to, final Visitor visitor) {
        final Snapshot current = snapshot.get();
        final long[] list = current.fields;
        for (int i = 0; i < current.count; i++) {
            final int at = i * FIELDS;
            if (list[at + LAST_AT] >= from && list[at + FIRST_AT] < to) {
                visitor.onAborted(list[at], list[at + FIRST_AT]);
            }
            if (list[at + STABLE_AT] >= to) {
                return; // Whatever ended later began at or after this one's last stable offset.
            }
        }
    }

    /** Number of transactions. */
    public int count() {
        return snapshot.get().count;
    }

    void clear() {
        snapshot.set(new Snapshot(new long[0], 0));
    }
}
