package io.tickwire.edge.handler.fetch;

import io.tickwire.kafka.hot.TopicKey;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds the slots of a session by what names them in a request. Each request of a consumer that goes on names the partitions
 * it had something of, so looking up allocates nothing. Open addressing, at most half full; one thread.
 */
final class FetchSlotIndex {
    private static final int LEAST_LENGTH = 16;
    private static final int PRIME = 0x0100_0193;
    /** Not known to clients: they cannot choose names that collide. */
    private static final int SEED = ThreadLocalRandom.current().nextInt();

    private FetchSlot[] table = new FetchSlot[LEAST_LENGTH];
    private int size;

    /** A partition's hash, that of {@link FetchSlot#hash()}. */
    static int hash(TopicKey key, int number) {
        int hash = SEED ^ number * PRIME;
        if (key.hasId()) {
            hash = mix(hash ^ Long.hashCode(key.idHigh())) ^ Long.hashCode(key.idLow());
        } else {
            for (int i = key.nameOffset(); i < key.nameOffset() + key.nameLength(); i++) {
                hash = (hash ^ key.buffer().getByte(i)) * PRIME;
            }
        }
        return mix(hash);
    }

    private static int mix(int hash) {
        int mixed = (hash ^ hash >>> 16) * 0x85eb_ca6b;
        mixed = (mixed ^ mixed >>> 13) * 0xc2b2_ae35;
        return mixed ^ mixed >>> 16;
    }

    /** The slot of a partition, or null. */
    FetchSlot find(TopicKey key, int number) {
        return table[place(key, number)];
    }

    /** Adds a slot whose partition is not there. */
    void add(FetchSlot slot) {
        if (++size > table.length / 2) {
            grow();
        }
        insert(slot);
    }

    /** Takes a partition's slot out; null when there is none. */
    FetchSlot remove(TopicKey key, int number) {
        int hole = place(key, number);
        FetchSlot removed = table[hole];
        if (removed == null) {
            return null;
        }
        size--;
        table[hole] = null;
        for (int i = next(hole); table[i] != null; i = next(i)) {
            // What lies between its own place and here must not be cut off from it by the hole.
            if (distance(home(table[i]), i) >= distance(hole, i)) {
                table[hole] = table[i];
                table[i] = null;
                hole = i;
            }
        }
        return removed;
    }

    /** Where a partition's slot is, or would be added. */
    private int place(TopicKey key, int number) {
        int i = hash(key, number) & table.length - 1;
        while (table[i] != null && !table[i].is(key, number)) {
            i = next(i);
        }
        return i;
    }

    private void grow() {
        FetchSlot[] old = table;
        table = new FetchSlot[old.length * 2];
        Arrays.stream(old).filter(slot -> slot != null).forEach(this::insert);
    }

    private void insert(FetchSlot slot) {
        int i = home(slot);
        while (table[i] != null) {
            i = next(i);
        }
        table[i] = slot;
    }

    private int home(FetchSlot slot) {
        return slot.hash() & table.length - 1;
    }

    private int next(int i) {
        return i + 1 & table.length - 1;
    }

    private int distance(int from, int to) {
        return to - from & table.length - 1;
    }
}
