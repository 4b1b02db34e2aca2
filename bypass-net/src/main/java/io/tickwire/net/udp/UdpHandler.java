package io.tickwire.net.udp;

import org.agrona.DirectBuffer;

/** Receives the datagrams of one socket, on the stack's thread. */
@FunctionalInterface
public interface UdpHandler {

    /**
     * A datagram arrived; the payload usually lies in the received frame and is valid during the call.
     *
     * @param receiveTimeNs the device's receive time stamp, or 0 if it has none
     */
    void onDatagram(DirectBuffer buffer, int offset, int length, long receiveTimeNs, int sourceAddress, int sourcePort);
}
