package io.tickwire.edge.shm;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Records waiting for a slow handler, first come first out. A record with an 8-byte key takes the place of a waiting one of the same key,
 * unless either is marked {@link RingLayout#FLAG_KEEP}: those are never dropped, and nothing of the same key moves ahead of them. Bounded;
 * allocates only to grow a slot for a longer record.
 */
final class Conflator {
    private static final int INITIAL_SLOT_BYTES = 256;
    private static final long ABSENT = -1;

    private final UnsafeBuffer[] slots;
    private final Long2LongHashMap waitingByKey;
    private final SharedRecord view = new SharedRecord();
    private final int mask;
    private long head;
    private long tail;

    Conflator(final int capacity) {
        final int count = BitUtil.findNextPositivePowerOfTwo(Math.max(capacity, 16));
        this.slots = new UnsafeBuffer[count];
        this.mask = count - 1;
        this.waitingByKey = new Long2LongHashMap(count, 0.65f, ABSENT);
        for (int i = 0; i < count; i++) {
            slots[i] = new UnsafeBuffer(ByteBuffer.allocateDirect(INITIAL_SLOT_BYTES));
        }
    }

    int capacity() {
        return slots.length;
    }

    int room() {
        return slots.length - (int) (tail - head);
    }

    boolean isFull() {
        return room() == 0;
    }

    /** Takes a record in; there must be room. */
    void offer(final SharedRecord record, final SubscriberCounters counters) {
        final boolean keep = (record.flags() & RingLayout.FLAG_KEEP) != 0;
        if (!record.hasSymbol()) {
            store(tail++, record);
            return;
        }
        final long key = record.symbol();
        if (keep) {
            waitingByKey.remove(key);
            store(tail++, record);
            return;
        }
        final long waiting = waitingByKey.get(key);
        if (waiting == ABSENT) {
            waitingByKey.put(key, tail);
            store(tail++, record);
        } else {
            store(waiting, record);
            counters.conflated++;
        }
    }

    private void store(final long sequence, final SharedRecord record) {
        final UnsafeBuffer slot = slots[(int) sequence & mask];
        final int length = record.usedLength();
        if (length > slot.capacity()) {
            slot.wrap(ByteBuffer.allocateDirect(BitUtil.findNextPositivePowerOfTwo(length)));
        }
        slot.putBytes(0, record.buffer(), record.frameBase(), length);
    }

    int drain(final SubscriptionHandler handler, final int limit, final SubscriberCounters counters) {
        int count = 0;
        while (count < limit && head != tail) {
            view.wrap(slots[(int) head & mask], 0);
            if (view.hasSymbol() && waitingByKey.get(view.symbol()) == head) {
                waitingByKey.remove(view.symbol());
            }
            head++;
            count++;
            counters.delivered++;
            handler.onRecord(view);
        }
        return count;
    }
}
