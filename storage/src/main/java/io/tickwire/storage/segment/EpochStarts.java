package io.tickwire.storage.segment;

import java.util.Arrays;

/**
 * Where each leader epoch of a log began. One writer; any thread reads.
 *
 * <p>Source: Kafka LeaderEpochFileCache.
 */
public final class EpochStarts {
    /** No leader epoch at all. */
    public static final int NO_EPOCH = -1;

    /** Never changed once published. */
    private static final class Starts {
        private final int[] epochs;
        private final long[] offsets;

        Starts(final int[] epochs, final long[] offsets) {
            this.epochs = epochs;
            this.offsets = offsets;
        }
    }

    private volatile Starts starts = new Starts(new int[0], new long[0]);

    /** Notes that a batch of {@code epoch} begins at {@code offset}; true when that is a new epoch. */
    public boolean note(final int epoch, final long offset) {
        final Starts current = starts;
        final int count = current.epochs.length;
        if (epoch < 0 || (count > 0 && current.epochs[count - 1] >= epoch)) {
            return false;
        }
        final int[] epochs = Arrays.copyOf(current.epochs, count + 1);
        final long[] offsets = Arrays.copyOf(current.offsets, count + 1);
        epochs[count] = epoch;
        offsets[count] = offset;
        starts = new Starts(epochs, offsets);
        return true;
    }

    /** Number of epochs. */
    public int count() {
        return starts.epochs.length;
    }

    /** An epoch. */
    public int epoch(final int i) {
        return starts.epochs[i];
    }

    /** Where it began. */
    public long start(final int i) {
        return starts.offsets[i];
    }

    /** The newest epoch, or -1. */
    public int latest() {
        final Starts current = starts;
        return current.epochs.length == 0 ? NO_EPOCH : current.epochs[current.epochs.length - 1];
    }

    /** The epoch in which {@code offset} was or would be written, or -1. */
    public int epochOf(final long offset) {
        final Starts current = starts;
        int found = -1;
        for (int i = 0; i < current.epochs.length; i++) {
            if (current.offsets[i] <= offset || i == 0) {
                found = current.epochs[i];
            }
        }
        return found;
    }

    /** Index of the largest epoch that is at most {@code epoch}, or -1. */
    public int floor(final int epoch) {
        final Starts current = starts;
        int found = -1;
        for (int i = 0; i < current.epochs.length && current.epochs[i] <= epoch; i++) {
            found = i;
        }
        return found;
    }
}
