package io.tickwire.net.device;

/** A bounded heap of frames by due time; frames due at the same time come out in the order they went in. No allocation after construction. */
final class DelayQueue {
    private final long[] dueNs;
    private final long[] order;
    private final long[] frames;
    private int size;
    private long nextOrder;

    DelayQueue(final int capacity) {
        dueNs = new long[capacity];
        order = new long[capacity];
        frames = new long[capacity];
    }

    boolean isFull() {
        return size == frames.length;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(final long frame, final long frameDueNs) {
        int hole = size++;
        final long frameOrder = nextOrder++;
        while (hole > 0) {
            final int parent = (hole - 1) >>> 1;
            if (!isBefore(frameDueNs, frameOrder, dueNs[parent], order[parent])) {
                break;
            }
            move(parent, hole);
            hole = parent;
        }
        put(hole, frame, frameDueNs, frameOrder);
    }

    long firstDueNs() {
        return dueNs[0];
    }

    long first() {
        return frames[0];
    }

    long removeFirst() {
        final long frame = frames[0];
        size--;
        final long lastDueNs = dueNs[size];
        final long lastOrder = order[size];
        final long lastFrame = frames[size];
        int hole = 0;
        while (true) {
            int child = 2 * hole + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && isBefore(dueNs[child + 1], order[child + 1], dueNs[child], order[child])) {
                child++;
            }
            if (!isBefore(dueNs[child], order[child], lastDueNs, lastOrder)) {
                break;
            }
            move(child, hole);
            hole = child;
        }
        put(hole, lastFrame, lastDueNs, lastOrder);
        return frame;
    }

    private static boolean isBefore(
            final long leftNs, final long leftOrder, final long rightNs, final long rightOrder) {
        final long difference = leftNs - rightNs;
        return difference < 0 || (difference == 0 && leftOrder < rightOrder);
    }

    private void move(final int from, final int to) {
        put(to, frames[from], dueNs[from], order[from]);
    }

    private void put(final int at, final long frame, final long frameDueNs, final long frameOrder) {
        frames[at] = frame;
        dueNs[at] = frameDueNs;
        order[at] = frameOrder;
    }
}
