package io.tickwire.net.transport;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Kernel transports, one a thread, that share their listeners: the first that listens on an address accepts for all that
 * listen on it, and deals the connections out.
 *
 * <p>SO_REUSEPORT would leave the dealing to the kernel, which hashes addresses: of a handful of long-lived connections, as a
 * trading host has them, it often gives one thread all.
 */
public final class KernelTransportGroup {
    private final Map<InetSocketAddress, AcceptTargets> listeners = new HashMap<>();

    private KernelTransportGroup() {}

    /** Opens so many transports, each to be used by one thread. */
    public static List<KernelTransport> open(KernelTransportSettings settings, int count) {
        KernelTransportGroup group = new KernelTransportGroup();
        List<KernelTransport> transports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            transports.add(KernelTransport.open(settings, group));
        }
        return transports;
    }

    /** Who accepts on an address, or null when nobody listens there yet. */
    synchronized AcceptTargets targets(InetSocketAddress bound) {
        return listeners.get(bound);
    }

    synchronized void listening(InetSocketAddress bound, AcceptTargets targets) {
        listeners.put(bound, targets);
    }

    synchronized void ended(InetSocketAddress bound) {
        listeners.remove(bound);
    }
}
