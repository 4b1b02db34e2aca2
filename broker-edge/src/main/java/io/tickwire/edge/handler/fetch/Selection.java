package io.tickwire.edge.handler.fetch;

import java.util.Arrays;

/** The partitions that one response mentions, in the order in which they were read. Reused. */
final class Selection {
    private FetchSlot[] slots = new FetchSlot[16];
    private int size;
    private int lastWithRecords;
    private int total;

    /** Chooses from what was read: all, or for an incremental response those with news. */
    void choose(PendingFetch fetch) {
        total = fetch.slotCount();
        lastWithRecords = -1;
        int first = fetch.session() == null ? 0 : fetch.session().firstIndex();
        for (int i = 0; i < total; i++) {
            int index = first + i < total ? first + i : first + i - total;
            FetchSlot slot = fetch.slots().get(index);
            if (slot.recordBytes() > 0) {
                lastWithRecords = index;
            }
            if (!fetch.isIncremental() || slot.isNews()) {
                add(slot);
            }
        }
    }

    private void add(FetchSlot slot) {
        if (size == slots.length) {
            slots = Arrays.copyOf(slots, size * 2);
        }
        slots[size++] = slot;
    }

    int size() {
        return size;
    }

    FetchSlot slot(int index) {
        return slots[index];
    }

    /** Index after the run of partitions that are of one topic with this one. */
    int endOfTopic(int index) {
        int end = index + 1;
        while (end < size && slots[end].isTopicOf(slots[index])) {
            end++;
        }
        return end;
    }

    /** Runs of partitions of one topic. */
    int topicCount() {
        int count = 0;
        for (int i = 0; i < size; i = endOfTopic(i)) {
            count++;
        }
        return count;
    }

    /** Remembers what the client knows now. */
    void markSent() {
        for (int i = 0; i < size; i++) {
            slots[i].sent();
        }
    }

    /** The next response starts after the last partition that had records in this one. */
    void rotate(FetchSession session) {
        if (lastWithRecords >= 0) {
            session.firstIndex(lastWithRecords + 1 < total ? lastWithRecords + 1 : 0);
        }
    }

    void clear() {
        for (int i = 0; i < size; i++) {
            slots[i].forgetRecords();
        }
        Arrays.fill(slots, 0, size, null);
        size = 0;
    }
}
