package io.tickwire.net.transport;

import java.net.Inet4Address;

/**
 * How a datagram endpoint is opened.
 *
 * @param port port to receive on; 0 picks a free one
 * @param group multicast group to join; null for unicast
 * @param source the one sender whose datagrams to the group are wanted (RFC 4607); null for any
 * @param networkInterface name or address of the interface to join or send on; null for the default one
 * @param receiveBufferBytes receive buffer asked of the transport; 0 keeps its default
 * @param maxDatagramBytes longest datagram delivered; longer ones are dropped and counted
 */
public record DatagramSettings(
        int port,
        Inet4Address group,
        Inet4Address source,
        String networkInterface,
        int receiveBufferBytes,
        int maxDatagramBytes) {
    /** Longest payload a UDP datagram can have over IPv4, in bytes. */
    public static final int MAX_UDP_PAYLOAD_BYTES = 65_507;

    /** Checks ranges. */
    public DatagramSettings {
        if (port < 0 || port > 65_535) {
            throw new TransportException("port " + port + " is not within 0 to 65535");
        }
        if (group != null && !group.isMulticastAddress()) {
            throw new TransportException(group.getHostAddress() + " is not a multicast group (224.0.0.0/4)");
        }
        if (source != null && (group == null || source.isMulticastAddress() || source.isAnyLocalAddress())) {
            throw new TransportException(source.getHostAddress() + " is not a source of datagrams to a group");
        }
        if (maxDatagramBytes < 1 || maxDatagramBytes > MAX_UDP_PAYLOAD_BYTES) {
            throw new TransportException(
                    "a datagram of " + maxDatagramBytes + " bytes is not within 1 to " + MAX_UDP_PAYLOAD_BYTES);
        }
    }

    /** A group on an interface, with a 4 MiB receive buffer. */
    public static DatagramSettings multicast(Inet4Address group, int port, String networkInterface) {
        return new DatagramSettings(port, group, null, networkInterface, 4 << 20, MAX_UDP_PAYLOAD_BYTES);
    }

    /** A unicast endpoint, with a 4 MiB receive buffer. */
    public static DatagramSettings unicast(int port, String networkInterface) {
        return new DatagramSettings(port, null, null, networkInterface, 4 << 20, MAX_UDP_PAYLOAD_BYTES);
    }

    /** The same for one source, or for any if it is null. */
    public DatagramSettings withSource(Inet4Address one) {
        return new DatagramSettings(port, group, one, networkInterface, receiveBufferBytes, maxDatagramBytes);
    }
}
