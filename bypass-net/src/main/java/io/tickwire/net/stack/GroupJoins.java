package io.tickwire.net.stack;

import io.tickwire.net.device.MacAddress;
import java.util.Arrays;

/**
 * Which members of a {@link QueueGroup} joined which Ethernet group addresses. Changed under a lock, seldom; read from a snapshot by every
 * member for each frame to a group address.
 */
final class GroupJoins {
    /** Sorted addresses and the mask of each. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Snapshot(long[] addresses, long[] masks) {}

    private volatile Snapshot current = new Snapshot(new long[0], new long[0]);

    /** Members that joined an address, as a mask; 0 for those of single stations. */
    long members(long macAddress) {
        if (!MacAddress.isGroup(macAddress)) {
            return 0;
        }
        final Snapshot snapshot = current;
        final int index = Arrays.binarySearch(snapshot.addresses, macAddress);
        return index < 0 ? 0 : snapshot.masks[index];
    }

    /** Notes that a member joined an address, or left it for good. */
    synchronized void set(int member, long macAddress, boolean joined) {
        final Snapshot old = current;
        final int found = Arrays.binarySearch(old.addresses, macAddress);
        final long others = (found < 0 ? 0 : old.masks[found]) & ~(1L << member);
        final long mask = joined ? others | (1L << member) : others;
        final int at = found < 0 ? ~found : found;
        final int behind = found < 0 ? at : at + 1;
        final int kept = mask == 0 ? 0 : 1;
        final int length = at + kept + old.addresses.length - behind;
        final long[] addresses = Arrays.copyOf(old.addresses, length);
        final long[] masks = Arrays.copyOf(old.masks, length);
        System.arraycopy(old.addresses, behind, addresses, at + kept, old.addresses.length - behind);
        System.arraycopy(old.masks, behind, masks, at + kept, old.masks.length - behind);
        if (kept == 1) {
            addresses[at] = macAddress;
            masks[at] = mask;
        }
        current = new Snapshot(addresses, masks);
    }
}
