package io.tickwire.storage.producer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * The aborted transactions of a log in the order in which they ended, for read_committed fetches. One writer; any thread reads.
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

    private volatile Snapshot snapshot = new Snapshot(new long[0], 0);

    /** Adds a transaction; the writer only. */
    void add(final long producerId, final long firstOffset, final long lastOffset, final long lastStableOffset) {
        final int count = snapshot.count;
        final int at = count * FIELDS;
        final long[] fields = at == snapshot.fields.length
                ? Arrays.copyOf(snapshot.fields, Math.max(FIRST_CAPACITY, at * 2))
                : snapshot.fields;
        fields[at] = producerId;
        fields[at + FIRST_AT] = firstOffset;
        fields[at + LAST_AT] = lastOffset;
        fields[at + STABLE_AT] = lastStableOffset;
        snapshot = new Snapshot(fields, count + 1);
    }

    /** Forgets transactions that ended before the log starts; the writer only. */
    void removeBefore(final long logStartOffset) {
        final Snapshot current = snapshot;
        int gone = 0;
        while (gone < current.count && current.fields[gone * FIELDS + LAST_AT] < logStartOffset) {
            gone++;
        }
        if (gone > 0) {
            final long[] rest = Arrays.copyOfRange(current.fields, gone * FIELDS, current.count * FIELDS);
            snapshot = new Snapshot(rest, current.count - gone);
        }
    }

    /** Forgets some of the transactions; the writer only. True when there were any. */
    boolean removeIf(final Predicate<AbortedTransaction> unwanted) {
        final Snapshot current = snapshot;
        final long[] rest = new long[current.count * FIELDS];
        int left = 0;
        for (int i = 0; i < current.count; i++) {
            if (!unwanted.test(transaction(current, i))) {
                System.arraycopy(current.fields, i * FIELDS, rest, left * FIELDS, FIELDS);
                left++;
            }
        }
        if (left == current.count) {
            return false;
        }
        snapshot = new Snapshot(Arrays.copyOf(rest, left * FIELDS), left);
        return true;
    }

    /** All transactions, in the order in which they ended. Any thread; allocates. */
    public List<AbortedTransaction> list() {
        final Snapshot current = snapshot;
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
        final Snapshot current = snapshot;
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
        return snapshot.count;
    }

    long field(final int entry, final int field) {
        return snapshot.fields[entry * FIELDS + field];
    }

    void clear() {
        snapshot = new Snapshot(new long[0], 0);
    }
}
