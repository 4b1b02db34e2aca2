package io.tickwire.net.transport;

import org.agrona.DirectBuffer;

/** Receives the datagrams of one source, on the transport's thread. */
@FunctionalInterface
public interface DatagramHandler {
    /**
     * A datagram has arrived. The buffer is valid during the call only.
     *
     * @param receiveEpochNs when it was received, in nanoseconds since the epoch
     * @param sourceIpv4 sender's address, network order in the integer's bytes from the top
     * @param sourcePort sender's port
     */
    void onDatagram(DirectBuffer buffer, int offset, int length, long receiveEpochNs, int sourceIpv4, int sourcePort);
}
