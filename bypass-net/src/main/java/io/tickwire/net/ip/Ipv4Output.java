package io.tickwire.net.ip;

import io.tickwire.net.device.DeviceInfo;
import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.MacAddress;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.Ipv4Address;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Builds and sends IPv4 datagrams in place: {@link #begin()}, write the payload at {@link #payloadOffset()} of {@link #buffer()},
 * then one of the sends.
 */
public final class Ipv4Output {
    /** RFC 791 §3.1: the total length has 16 bits. */
    private static final int LARGEST_PACKET = 65_535;

    private final IpSettings settings;
    private final FrameDevice device;
    private final FrameOutput output;
    private final Arp arp;
    private final IpCounters counters;
    private final PathMtuCache pathMtu;
    private final long mac;
    private final int mtuBytes;
    private final int linkBytes;
    private final boolean tcpChecksumOffload;
    private final int segmentationBytes;
    private long frame;
    private long last;
    /** Of datagrams sent whole: RFC 6864 §4.1 gives it no meaning with DF. */
    private int identification;
    /** Of those sent in fragments, so that it does not return within their lifetime. RFC 6864 §4.2. */
    private int fragmentedIdentification;

    private long nowNs;

    /** Creates the output of an interface. */
    public Ipv4Output(IpSettings settings, FrameDevice device, FrameOutput output, Arp arp, IpCounters counters) {
        this.settings = settings;
        this.device = device;
        this.output = output;
        this.arp = arp;
        this.counters = counters;
        final DeviceInfo info = device.info();
        mac = info.macAddress();
        linkBytes = settings.vlanId < 0 ? EthernetHeader.LENGTH : EthernetHeader.TAGGED_LENGTH;
        final int room = device.pool().dataRoom() - linkBytes;
        final int wanted = settings.mtuBytes == 0 ? info.mtuBytes() : Math.min(settings.mtuBytes, info.mtuBytes());
        mtuBytes = Math.min(wanted, room);
        tcpChecksumOffload = info.has(DeviceInfo.OFFLOAD_TX_TCP_CHECKSUM);
        segmentationBytes = info.has(DeviceInfo.OFFLOAD_TX_TCP_SEGMENTATION)
                ? Math.min(LARGEST_PACKET - Ipv4Header.LENGTH, info.maxSegments() * room - Ipv4Header.LENGTH)
                : 0;
        pathMtu = new PathMtuCache(settings, mtuBytes);
    }

    /** Longest TCP segment, header included, that the device cuts into those that the path takes; 0 if it cuts none. */
    public int segmentationBytes() {
        return segmentationBytes;
    }

    /** Sets the time of this duty cycle. */
    public void now(long timeNs) {
        nowNs = timeNs;
    }

    /** Largest IP packet on the link. */
    public int mtuBytes() {
        return mtuBytes;
    }

    /** Our address. */
    public int address() {
        return settings.address;
    }

    /** Whether the answers to a connection from a port of ours arrive at this stack's queue, as far as the device tells. */
    public boolean arrivesHere(int remoteAddress, int remotePort, int localPort) {
        final DeviceInfo info = device.info();
        return info.queueCount() == 1
                || device.arrivalQueue(remoteAddress, settings.address, remotePort, localPort) == info.queue();
    }

    /** Learnt path MTUs. */
    public PathMtuCache pathMtu() {
        return pathMtu;
    }

    /** Largest IP packet towards a destination. */
    public int pathMtuBytes(int destination) {
        return pathMtu.get(destination, nowNs);
    }

    /** Where the payload of a datagram without IP options begins in {@link #buffer()}. */
    public int payloadOffset() {
        return linkBytes + Ipv4Header.LENGTH;
    }

    /** The frame under construction. */
    public UnsafeBuffer buffer() {
        return output.buffer();
    }

    /** Begins a frame; false if none is free or the transmit queue is full. */
    public boolean begin() {
        frame = output.begin();
        return frame != Frame.NULL;
    }

    /** Gives the begun frame up. */
    public void cancel() {
        output.cancel(frame);
    }

    /** Sends {@code payloadLength} bytes written at {@link #payloadOffset()}. False if there is no route. */
    public boolean send(int destination, int protocol, int payloadLength, boolean dontFragment) {
        final int ttl = Ipv4Address.isMulticast(destination) ? settings.multicastTtl : settings.ttl;
        Ipv4Header.encode(
                output.buffer(),
                linkBytes,
                payloadLength,
                identification++,
                dontFragment ? Ipv4Header.FLAG_DF : 0,
                ttl,
                protocol,
                settings.address,
                destination);
        return transmit(destination, linkBytes + Ipv4Header.LENGTH + payloadLength);
    }

    /**
     * Sends a payload that lies elsewhere, in as many fragments as the path asks for. RFC 791 §3.2.
     *
     * @return false if not all of it could be sent
     */
    boolean sendInFragments(int destination, int protocol, DirectBuffer payload, int offset, int length) {
        final int room = pathMtuBytes(destination) - Ipv4Header.LENGTH;
        final int id = fragmentedIdentification++;
        int at = 0;
        do {
            final boolean more = length - at > room;
            final int bytes = more ? room & ~7 : length - at;
            if (!begin()) {
                return false;
            }
            output.buffer().putBytes(payloadOffset(), payload, offset + at, bytes);
            Ipv4Header.encode(
                    output.buffer(),
                    linkBytes,
                    bytes,
                    id,
                    (more ? Ipv4Header.FLAG_MF : 0) | at >>> 3,
                    settings.ttl,
                    protocol,
                    settings.address,
                    destination);
            if (!transmit(destination, payloadOffset() + bytes)) {
                return false;
            }
            at += bytes;
        } while (at < length);
        return true;
    }

    /** Sends a TCP segment whose header still lacks its checksum: filled in here or by the device. */
    public boolean sendTcp(int destination, int headerLength, int segmentLength) {
        final int tcp = payloadOffset();
        if (tcpChecksumOffload) {
            TcpHeader.putPseudoChecksum(output.buffer(), tcp, segmentLength, settings.address, destination);
            Frame.flags(frame, Frame.flags(frame) | Frame.TX_IPV4 | Frame.TX_TCP_CHECKSUM);
            Frame.transmitOffload(frame, linkBytes, Ipv4Header.LENGTH, headerLength, 0);
        } else {
            TcpHeader.putChecksum(output.buffer(), tcp, segmentLength, settings.address, destination);
        }
        return send(destination, Ipv4Header.PROTOCOL_TCP, segmentLength, true);
    }

    /**
     * Begins the rest of a TCP segment that the device is to cut: {@code bytes} of header and payload stand at {@link #payloadOffset()}, and
     * more is written to what {@link #extend} returns.
     */
    public void endHead(int bytes) {
        Frame.length(frame, payloadOffset() + bytes);
        last = frame;
    }

    /** Room for up to {@code wantedBytes} more, to be filled wholly; null if there is no frame, and the begun one must be given up. */
    public UnsafeBuffer extend(int wantedBytes) {
        final long segment = output.extend(frame, last, wantedBytes);
        if (segment == Frame.NULL) {
            return null;
        }
        last = segment;
        return output.more();
    }

    /**
     * Sends a TCP segment that the device cuts into several.
     *
     * @param segmentLength header and all payload
     * @param pieceBytes payload of each
     */
    public void sendTcpInPieces(int destination, int headerLength, int segmentLength, int pieceBytes) {
        final UnsafeBuffer buffer = output.buffer();
        // The device adds the length of each piece to the pseudo-header's sum, and makes the IP header's.
        TcpHeader.putPseudoChecksum(buffer, payloadOffset(), 0, settings.address, destination);
        Frame.flags(
                frame,
                Frame.flags(frame)
                        | Frame.TX_IPV4
                        | Frame.TX_IP_CHECKSUM
                        | Frame.TX_TCP_CHECKSUM
                        | Frame.TX_TCP_SEGMENTATION);
        Frame.transmitOffload(frame, linkBytes, Ipv4Header.LENGTH, headerLength, pieceBytes);
        Ipv4Header.encode(
                buffer,
                linkBytes,
                segmentLength,
                identification,
                Ipv4Header.FLAG_DF,
                settings.ttl,
                Ipv4Header.PROTOCOL_TCP,
                settings.address,
                destination);
        Ipv4Header.clearChecksum(buffer, linkBytes);
        identification += (segmentLength - headerLength + pieceBytes - 1) / pieceBytes;
        route(destination);
    }

    /** Where the payload of a datagram with the Router Alert option begins. */
    public int routerAlertPayloadOffset() {
        return linkBytes + Ipv4Header.LENGTH + 4;
    }

    /** Sends an IGMP message written at {@link #routerAlertPayloadOffset()}: TTL 1, Router Alert. RFC 9776 §4. */
    public boolean sendIgmp(int destination, int length) {
        final int header = Ipv4Header.encodeRouterAlert(
                output.buffer(),
                linkBytes,
                length,
                identification++,
                1,
                Ipv4Header.PROTOCOL_IGMP,
                settings.address,
                destination);
        return transmit(destination, linkBytes + header + length);
    }

    private boolean transmit(int destination, int frameLength) {
        Frame.length(frame, frameLength);
        return route(destination);
    }

    private boolean route(int destination) {
        counters.datagramsOut++;
        final long known;
        if (Ipv4Address.isMulticast(destination)) {
            known = MacAddress.ofIpv4Group(destination);
        } else if (settings.isBroadcast(destination)) {
            known = MacAddress.BROADCAST;
        } else {
            known = 0;
        }
        EthernetHeader.encode(output.buffer(), 0, known, mac, settings.vlanId, EthernetHeader.TYPE_IPV4);
        if (known != 0) {
            output.enqueue(frame);
            return true;
        }
        final int nextHop = settings.isOnLink(destination) ? destination : settings.gateway;
        if (nextHop == 0) {
            counters.noRoute++;
            output.cancel(frame);
            return false;
        }
        arp.send(frame, nextHop);
        return true;
    }
}
