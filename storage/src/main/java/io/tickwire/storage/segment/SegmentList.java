package io.tickwire.storage.segment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The segments of a log in order of their offsets. Changes replace the array under the lock; any thread reads the array it got
 * without one.
 */
public final class SegmentList {
    private volatile Segment[] segments = new Segment[0];

    /** The segments now; never changed in place. */
    public Segment[] snapshot() {
        return segments;
    }

    /** True when nothing has been added or removed since {@link #snapshot()} answered {@code list}. */
    @SuppressWarnings("ReferenceEquality") // Each change makes a new array.
    public boolean isCurrent(final Segment[] list) {
        return segments == list;
    }

    /** Number of segments. */
    public int size() {
        return segments.length;
    }

    /** The last segment, or null. */
    public Segment last() {
        final Segment[] current = segments;
        return current.length == 0 ? null : current[current.length - 1];
    }

    /** Index of the segment that holds {@code offset}: the last one whose base offset is not larger; -1 if none. */
    public static int indexOf(final Segment[] list, final long offset) {
        int low = 0;
        int high = list.length - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            if (list[middle].baseOffset() <= offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** Adds a segment behind the others. */
    public synchronized void add(final Segment segment) {
        final Segment[] next = Arrays.copyOf(segments, segments.length + 1);
        next[next.length - 1] = segment;
        segments = next;
    }

    /** Removes one. */
    public synchronized void remove(final Segment segment) {
        segments = Arrays.stream(segments).filter(s -> s != segment).toArray(Segment[]::new);
    }

    /** Puts {@code replacements} in the place of {@code replaced}; false when those are not neighbours in the list (any more). */
    public synchronized boolean replace(final List<Segment> replaced, final List<Segment> replacements) {
        final List<Segment> next = new ArrayList<>(Arrays.asList(segments));
        final int at = next.indexOf(replaced.getFirst());
        if (at < 0
                || at + replaced.size() > next.size()
                || !next.subList(at, at + replaced.size()).equals(replaced)) {
            return false;
        }
        next.subList(at, at + replaced.size()).clear();
        next.addAll(at, replacements);
        segments = next.toArray(Segment[]::new);
        return true;
    }

    /** Goes back to what {@link #snapshot()} answered before; whoever changes the list must be kept out meanwhile. */
    public synchronized void restore(final Segment[] before) {
        segments = before;
    }

    /** What the manifest keeps of all. */
    public List<SegmentInfo> infos() {
        return Arrays.stream(segments).map(Segment::info).toList();
    }
}
