package io.tickwire.net.udp;

import org.agrona.DirectBuffer;

/** A local port, for unicast or for one group. Owned by the stack's thread. */
public final class UdpSocket {
    final Udp udp;
    final int port;
    final int group;
    final int source;
    final UdpHandler handler;
    UdpSocket next;
    boolean open = true;
    long received;
    long sent;

    UdpSocket(Udp udp, int port, int group, int source, UdpHandler handler) {
        this.udp = udp;
        this.port = port;
        this.group = group;
        this.source = source;
        this.handler = handler;
    }

    /** Whether a datagram is for this socket. RFC 9776 §3.2: an interface lets in what any of its sockets wants, each socket what it wants. */
    boolean receives(int toPort, int toGroup, int from) {
        return open && port == toPort && group == toGroup && (source == 0 || source == from);
    }

    /** Local port. */
    public int port() {
        return port;
    }

    /** Group it receives for, 0 for our own and broadcast addresses. */
    public int group() {
        return group;
    }

    /** Datagrams delivered. */
    public long received() {
        return received;
    }

    /** Sends one datagram. False if it is larger than the path MTU allows, or no frame or route was found. */
    public boolean send(DirectBuffer buffer, int offset, int length, int destination, int destinationPort) {
        return open && udp.send(this, buffer, offset, length, destination, destinationPort);
    }

    /** Stops receiving. */
    public void close() {
        udp.close(this);
    }
}
