package io.tickwire.edge.agent;

import java.util.Arrays;

/** Deadlines of one thread: a binary heap whose items know their place, so that removing one is cheap. */
public final class Deadlines {
    private static final int NOT_QUEUED = -1;

    private Item[] heap = new Item[64];
    private int size;

    /** Something that is due at a time. Queued once at most. */
    public abstract static class Item {
        private int place = NOT_QUEUED;
        private long deadlineNs;

        /** The time has come; the item is no longer queued. */
        protected abstract void onDeadline(long nowNs);
    }

    /** Queues an item. */
    public void add(Item item, long deadlineNs) {
        assert item.place == NOT_QUEUED : "queued already";
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        item.deadlineNs = deadlineNs;
        rise(item, size++);
    }

    /** Takes an item out, if it is queued. */
    public void remove(Item item) {
        int place = item.place;
        if (place == NOT_QUEUED) {
            return;
        }
        item.place = NOT_QUEUED;
        Item last = heap[--size];
        heap[size] = null;
        if (place < size) {
            sink(last, place);
            rise(last, last.place);
        }
    }

    /** Calls what is due, at most {@code limit} items; returns how many. */
    public int poll(long nowNs, int limit) {
        int called = 0;
        while (called < limit && size > 0 && heap[0].deadlineNs - nowNs <= 0) {
            Item due = heap[0];
            remove(due);
            due.onDeadline(nowNs);
            called++;
        }
        return called;
    }

    /** Time until the next deadline, or {@code none} when there is none. */
    public long nextDelayNs(long nowNs, long none) {
        return size == 0 ? none : heap[0].deadlineNs - nowNs;
    }

    /** Items queued. */
    public int size() {
        return size;
    }

    private void rise(Item item, int from) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            if (heap[parent].deadlineNs - item.deadlineNs <= 0) {
                break;
            }
            put(heap[parent], place);
            place = parent;
        }
        put(item, place);
    }

    private void sink(Item item, int from) {
        int place = from;
        while (true) {
            int child = 2 * place + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && heap[child + 1].deadlineNs - heap[child].deadlineNs < 0) {
                child++;
            }
            if (item.deadlineNs - heap[child].deadlineNs <= 0) {
                break;
            }
            put(heap[child], place);
            place = child;
        }
        put(item, place);
    }

    private void put(Item item, int place) {
        heap[place] = item;
        item.place = place;
    }
}
