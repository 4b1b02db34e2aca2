package io.tickwire.net.dpdk;

import io.tickwire.net.device.ReceiveSideScaling;
import io.tickwire.net.dpdk.ffi.PortCapabilities;
import io.tickwire.net.dpdk.ffi.RssCalls;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a port with several queues spreads what arrives: the hash functions, and a key and table of our own where the driver takes them, so
 * that we know where the answers to a connection will arrive.
 */
final class PortScaling {
    private static final byte[] DRIVERS_OWN = {};

    private final int queues;
    private final int tableEntries;
    private final long functions;
    private final byte[] key;

    PortScaling(final PortCapabilities can, final int queues) {
        this.queues = queues;
        functions = queues > 1 ? can.rssFunctions() & PortCapabilities.RSS_IP_TCP_UDP : 0;
        tableEntries = can.rssTableEntries();
        final boolean known = (functions & PortCapabilities.RSS_IPV4_TCP) != 0
                && Integer.bitCount(tableEntries) == 1
                && can.rssKeyBytes() >= ReceiveSideScaling.SHORTEST_KEY_BYTES;
        key = known ? new byte[can.rssKeyBytes()] : DRIVERS_OWN;
        // Of a key that everyone knows, anyone could choose ports that all fall on one queue.
        new SecureRandom().nextBytes(key);
    }

    /** Hash functions to configure; 0 for none. */
    long functions() {
        return functions;
    }

    /** Key to configure; empty for the driver's own. */
    byte[] key() {
        return key;
    }

    /** Sets the table of the started port. Empty when it is not known how the port hashes. */
    Optional<ReceiveSideScaling> start(final RssCalls calls, final int port) {
        if (key.length == 0) {
            return Optional.empty();
        }
        final int[] table = ReceiveSideScaling.spread(tableEntries, queues);
        final boolean known = calls.setTable(port, table) && Arrays.equals(key, calls.key(port, key.length));
        return known ? Optional.of(new ReceiveSideScaling(key, table)) : Optional.empty();
    }
}
