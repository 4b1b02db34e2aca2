package io.tickwire.net.udp;

import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.igmp.SourceFilters;
import io.tickwire.net.ip.IpCounters;
import io.tickwire.net.ip.Ipv4Output;
import io.tickwire.net.wire.Ipv4Address;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.UdpHeader;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** UDP of one stack: RFC 768, RFC 1122 §4.1. A bounded table of sockets; a datagram to a group goes to every socket of that group. */
public final class Udp {
    private static final int BUCKETS = 256;
    private static final int MAX_SOCKETS = 1_024;
    private static final int EPHEMERAL_FIRST = 49_152;
    private static final int EPHEMERAL_COUNT = 16_384;

    private final Ipv4Output output;
    private final FrameDevice device;
    private final SourceFilters filters;
    private final IpCounters counters;
    private final UdpSocket[] buckets = new UdpSocket[BUCKETS];
    private int count;
    private int nextEphemeral;

    /** Creates the UDP of an interface. */
    public Udp(Ipv4Output output, FrameDevice device, SourceFilters filters, IpCounters counters) {
        this.output = output;
        this.device = device;
        this.filters = filters;
        this.counters = counters;
    }

    /**
     * Opens a socket.
     *
     * @param port local port, or 0 to have one chosen
     * @param group group to receive for (to be joined by IGMP apart), or 0
     * @param source sender whose datagrams to the group are wanted, or 0 for any
     * @throws IllegalStateException if a unicast port is taken, or there are too many sockets
     */
    public UdpSocket open(int port, int group, int source, UdpHandler handler) {
        if (count == MAX_SOCKETS) {
            throw new IllegalStateException("more than " + MAX_SOCKETS + " UDP sockets");
        }
        final int chosen = port == 0 ? choosePort() : port;
        if (group == 0 && find(chosen, 0) != null) {
            throw new IllegalStateException("UDP port " + chosen + " is in use");
        }
        final UdpSocket socket = new UdpSocket(this, chosen, group, source, handler);
        socket.next = buckets[chosen % BUCKETS];
        buckets[chosen % BUCKETS] = socket;
        count++;
        if (group == 0) {
            device.bindPort(chosen, true);
        }
        return socket;
    }

    /** Opens a socket for any sender. */
    public UdpSocket open(int port, int group, UdpHandler handler) {
        return open(port, group, 0, handler);
    }

    /** A free port; stacks that share the address choose from ports of their own. */
    private int choosePort() {
        final int stacks = device.info().queueCount();
        final int choices = EPHEMERAL_COUNT / stacks;
        for (int i = 0; i < choices; i++) {
            final int port = EPHEMERAL_FIRST
                    + nextEphemeral++ % choices * stacks
                    + device.info().queue();
            if (find(port, 0) == null) {
                return port;
            }
        }
        throw new IllegalStateException("no free UDP port");
    }

    private UdpSocket find(int port, int group) {
        UdpSocket socket = buckets[port % BUCKETS];
        while (socket != null && (socket.port != port || socket.group != group)) {
            socket = socket.next;
        }
        return socket;
    }

    void close(UdpSocket closing) {
        if (!closing.open) {
            return;
        }
        closing.open = false;
        count--;
        if (closing.group == 0) {
            device.bindPort(closing.port, false);
        }
        final int bucket = closing.port % BUCKETS;
        if (buckets[bucket] == closing) {
            buckets[bucket] = closing.next;
            return;
        }
        for (UdpSocket socket = buckets[bucket]; socket != null; socket = socket.next) {
            if (socket.next == closing) {
                socket.next = closing.next;
                return;
            }
        }
    }

    /** A datagram arrived. False if nobody listens, so that ICMP may say so. */
    public boolean onDatagram(UnsafeBuffer buffer, int offset, int length, int source, int destination, long frame) {
        if (!UdpHeader.isWellFormed(buffer, offset, length)
                || !UdpHeader.isChecksumValid(buffer, offset, source, destination)) {
            counters.udpErrors++;
            return true;
        }
        final int port = UdpHeader.destinationPort(buffer, offset);
        final boolean multicast = Ipv4Address.isMulticast(destination);
        final int group = multicast ? destination : 0;
        if (multicast && !filters.accepts(group, source)) {
            counters.udpNoPort++;
            return true;
        }
        boolean delivered = false;
        final int payload = UdpHeader.length(buffer, offset) - UdpHeader.LENGTH;
        UdpSocket socket = buckets[port % BUCKETS];
        while (socket != null) {
            final UdpSocket next = socket.next;
            if (socket.receives(port, group, source)) {
                delivered = true;
                socket.received++;
                socket.handler.onDatagram(
                        buffer,
                        offset + UdpHeader.LENGTH,
                        payload,
                        device.receiveTimeNs(frame),
                        source,
                        UdpHeader.sourcePort(buffer, offset));
            }
            socket = next;
        }
        if (delivered) {
            counters.udpIn++;
        } else {
            counters.udpNoPort++;
        }
        return delivered || group != 0;
    }

    boolean send(UdpSocket socket, DirectBuffer data, int offset, int length, int destination, int port) {
        final int limit = output.pathMtuBytes(destination) - Ipv4Header.LENGTH - UdpHeader.LENGTH;
        if (length > limit || !output.begin()) {
            return false;
        }
        final UnsafeBuffer buffer = output.buffer();
        final int start = output.payloadOffset();
        data.getBytes(offset, buffer, start + UdpHeader.LENGTH, length);
        UdpHeader.encode(buffer, start, socket.port, port, length, output.address(), destination);
        if (!output.send(destination, Ipv4Header.PROTOCOL_UDP, UdpHeader.LENGTH + length, false)) {
            return false;
        }
        socket.sent++;
        counters.udpOut++;
        return true;
    }

    /** Open sockets. */
    public int socketCount() {
        return count;
    }
}
