package io.tickwire.net.stack;

import java.util.Arrays;

/**
 * Which members of a {@link QueueGroup} want what bears a key: an Ethernet group address, a UDP port. Changed under a lock, seldom; read
 * from a snapshot by every member for each frame that may have such a key.
 */
final class MemberSets {
    /** Sorted keys and the mask of each. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Snapshot(long[] keys, long[] masks) {}

    private volatile Snapshot current = new Snapshot(new long[0], new long[0]);

    /** Members that want a key, as a mask. */
    long members(long key) {
        final Snapshot snapshot = current;
        final int index = Arrays.binarySearch(snapshot.keys, key);
        return index < 0 ? 0 : snapshot.masks[index];
    }

    /** Notes that a member wants a key, or has no more use for it. */
    synchronized void set(int member, long key, boolean wanted) {
        final Snapshot old = current;
        final int found = Arrays.binarySearch(old.keys, key);
        final long others = (found < 0 ? 0 : old.masks[found]) & ~(1L << member);
        final long mask = wanted ? others | (1L << member) : others;
        final int at = found < 0 ? ~found : found;
        final int behind = found < 0 ? at : at + 1;
        final int kept = mask == 0 ? 0 : 1;
        final int length = at + kept + old.keys.length - behind;
        final long[] keys = Arrays.copyOf(old.keys, length);
        final long[] masks = Arrays.copyOf(old.masks, length);
        System.arraycopy(old.keys, behind, keys, at + kept, old.keys.length - behind);
        System.arraycopy(old.masks, behind, masks, at + kept, old.masks.length - behind);
        if (kept == 1) {
            keys[at] = key;
            masks[at] = mask;
        }
        current = new Snapshot(keys, masks);
    }
}
