package io.tickwire.edge.connection;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** How many connections there may be, on all shards together. Asked when connections come and go; any thread. */
public final class ConnectionQuota {
    private final int maxConnections;
    private final int maxPerAddress;
    private final Map<InetAddress, Integer> perAddress = new HashMap<>();
    private int total;

    /** Makes the quota of a listener: max.connections and max.connections.per.ip. */
    public ConnectionQuota(int maxConnections, int maxPerAddress) {
        this.maxConnections = maxConnections;
        this.maxPerAddress = maxPerAddress;
    }

    /** A connection has come; false when it must not stay. */
    synchronized boolean enter(InetAddress address) {
        int fromAddress = perAddress.getOrDefault(address, 0);
        if (total >= maxConnections || fromAddress >= maxPerAddress) {
            return false;
        }
        perAddress.put(address, fromAddress + 1);
        total++;
        return true;
    }

    /** A connection that was let in has gone. */
    synchronized void leave(InetAddress address) {
        perAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
        total--;
    }
}
