package io.tickwire.net.dpdk;

import io.tickwire.net.dpdk.ffi.EthCalls;
import org.agrona.collections.Long2LongHashMap;

/**
 * The group addresses that a port lets in, counted, for all its queues. Where the device cannot filter so many (or at all), it lets all
 * multicast in instead. Thread-safe: joins come from the threads of several queues.
 */
final class MulticastFilters {
    private static final int NOT_SUPPORTED = -95;

    private final EthCalls calls;
    private final int port;
    private final Long2LongHashMap joined = new Long2LongHashMap(0);
    private boolean letsAllIn;

    MulticastFilters(final EthCalls calls, final int port) {
        this.calls = calls;
        this.port = port;
    }

    synchronized boolean join(final long macAddress) {
        final long count = joined.get(macAddress);
        joined.put(macAddress, count + 1);
        if (count > 0 || letsAllIn || apply()) {
            return true;
        }
        if (count == 0) {
            joined.remove(macAddress);
        }
        return false;
    }

    synchronized void leave(final long macAddress) {
        final long count = joined.get(macAddress);
        if (count > 1) {
            joined.put(macAddress, count - 1);
        } else if (count == 1) {
            joined.remove(macAddress);
            if (!letsAllIn) {
                apply();
            }
        }
    }

    private boolean apply() {
        final long[] addresses = new long[joined.size()];
        int index = 0;
        final Long2LongHashMap.KeyIterator keys = joined.keySet().iterator();
        while (keys.hasNext()) {
            addresses[index++] = keys.nextValue();
        }
        final int list = calls.multicastList(port, addresses, addresses.length);
        if (list == 0) {
            return true;
        }
        final int all = calls.allMulticast(port);
        if (all == 0) {
            letsAllIn = true;
            return true;
        }
        final int everything = calls.promiscuous(port);
        // A device that has none of the three has no filter: every frame arrives.
        letsAllIn = everything == 0 || (list == NOT_SUPPORTED && all == NOT_SUPPORTED && everything == NOT_SUPPORTED);
        return letsAllIn;
    }
}
