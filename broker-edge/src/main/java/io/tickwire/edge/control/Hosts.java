package io.tickwire.edge.control;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The host's own name, for a listener bound to every address. */
final class Hosts {
    private Hosts() {}

    /** The canonical name as Kafka's broker advertises it, or the loopback address on a host without a name. */
    static String own() {
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException e) {
            return InetAddress.getLoopbackAddress().getHostAddress();
        }
    }
}
