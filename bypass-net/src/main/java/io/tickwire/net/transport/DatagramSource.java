package io.tickwire.net.transport;

import org.agrona.DirectBuffer;

/** An open datagram endpoint. Belongs to its transport's thread, except the counters. */
public interface DatagramSource extends AutoCloseable {
    /**
     * Sends one datagram.
     *
     * @param destinationIpv4 address, network order in the integer's bytes from the top
     * @return false when there was no room for it: it is dropped
     */
    boolean send(DirectBuffer buffer, int offset, int length, int destinationIpv4, int destinationPort);

    /** Datagrams delivered so far. */
    long received();

    /** Datagrams dropped because they were longer than the settings allow. */
    long truncated();

    /** The bound port. */
    int localPort();

    @Override
    void close();
}
