package io.tickwire.edge.share;

import java.util.Arrays;

/** Consecutive offsets that were first delivered together: with one state as long as they are handled alike, then each its own. */
final class InFlightBatch {
    private final long first;
    private final long last;
    private final boolean gap;
    private Delivery whole;
    private Delivery[] each;

    private InFlightBatch(long first, long last, Delivery whole, boolean gap) {
        assert first <= last;
        this.first = first;
        this.last = last;
        this.whole = whole;
        this.gap = gap;
    }

    InFlightBatch(long first, long last, Delivery whole) {
        this(first, last, whole, false);
    }

    /** Offsets between remembered ones, of which nothing is remembered: delivered before a restart, perhaps, to no effect. */
    static InFlightBatch gap(long first, long last) {
        return new InFlightBatch(first, last, Delivery.of(Delivery.AVAILABLE, 0), true);
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }

    int size() {
        return Math.toIntExact(last - first + 1);
    }

    boolean isGap() {
        return gap && each == null;
    }

    boolean isSplit() {
        return each != null;
    }

    boolean isWithin(long from, long to) {
        return first >= from && last <= to;
    }

    /** The one state; null once split. */
    Delivery whole() {
        return whole;
    }

    /** The state of an offset. */
    Delivery at(long offset) {
        return each == null ? whole : each[(int) (offset - first)];
    }

    /** Gives each offset its own state. */
    void split() {
        if (each == null) {
            each = new Delivery[size()];
            Arrays.setAll(each, i -> whole.copy());
            whole = null;
        }
    }

    /** Split, with what is behind {@code lastDelivered} not delivered yet. */
    void splitBehind(long lastDelivered) {
        split();
        for (long offset = lastDelivered + 1; offset <= last; offset++) {
            each[(int) (offset - first)] = Delivery.of(Delivery.AVAILABLE, 0);
        }
    }
}
