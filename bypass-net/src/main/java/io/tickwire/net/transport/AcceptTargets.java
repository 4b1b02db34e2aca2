package io.tickwire.net.transport;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Deals accepted connections out to the transports that listen on one address. Any thread adds; one thread takes. */
final class AcceptTargets {
    /** A transport with its acceptor there. */
    record Target(KernelTransport transport, StreamAcceptor acceptor) {}

    private final List<Target> targets = new CopyOnWriteArrayList<>();
    private long dealt;

    void add(Target target) {
        targets.add(target);
    }

    boolean has(KernelTransport transport) {
        return targets.stream().anyMatch(target -> target.transport() == transport);
    }

    void remove(Target target) {
        targets.remove(target);
    }

    /**
     * The next in turn, or null when nobody is left. Each round starts one further: clients open their connections in a
     * pattern (a bootstrap connection, then the one they use), and a plain round would give one thread all that are used.
     */
    Target next() {
        Object[] all = targets.toArray();
        if (all.length == 0) {
            return null;
        }
        long turn = dealt++;
        return (Target) all[(int) ((turn + turn / all.length) % all.length)];
    }
}
