package io.tickwire.net.ip;

import io.tickwire.net.device.DeviceInfo;
import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.MacAddress;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.IcmpHeader;
import io.tickwire.net.wire.Ipv4Address;
import io.tickwire.net.wire.Ipv4Header;
import org.agrona.concurrent.UnsafeBuffer;

/** Received frames: Ethernet, 802.1Q, ARP, IPv4; hands payloads on by protocol. RFC 1122 §3.2.1. */
public final class Ipv4Input {
    private final IpSettings settings;
    private final IpCounters counters;
    private final Arp arp;
    private final Icmp icmp;
    private final Ipv4Reassembly reassembly;
    private final Protocols protocols;
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final long mac;
    private final int queue;
    private final boolean alone;
    private final boolean ipChecksumChecked;
    private final boolean l4ChecksumChecked;
    private long nowNs;

    /** Users of IPv4. Payloads lie at {@code offset} in the buffer and are valid during the call. */
    public interface Protocols {
        /** A TCP segment for our address. */
        void onTcp(UnsafeBuffer buffer, int offset, int length, int source, boolean checksumVerified);

        /**
         * A UDP datagram for our address, a broadcast address or a group.
         *
         * @return false if nobody listens
         */
        boolean onUdp(UnsafeBuffer buffer, int offset, int length, int source, int destination, long frame);

        /** An IGMP message. */
        void onIgmp(UnsafeBuffer buffer, int offset, int length, int source, int destination);

        /** True if a segment (header at {@code offset}) belongs to a connection of this stack. */
        boolean hasConnection(UnsafeBuffer buffer, int offset, int length, int source);

        /** True if datagrams for a group are wanted. */
        boolean isMember(int group);
    }

    /** Creates the input of an interface. */
    public Ipv4Input(
            IpSettings settings, FrameDevice device, Arp arp, Icmp icmp, Protocols protocols, IpCounters counters) {
        this.settings = settings;
        this.arp = arp;
        this.icmp = icmp;
        this.protocols = protocols;
        this.counters = counters;
        final DeviceInfo info = device.info();
        reassembly = new Ipv4Reassembly(settings, icmp, info.queue() == 0, counters);
        mac = info.macAddress();
        queue = info.queue();
        alone = info.queueCount() == 1;
        ipChecksumChecked = info.has(DeviceInfo.OFFLOAD_RX_IP_CHECKSUM);
        l4ChecksumChecked = info.has(DeviceInfo.OFFLOAD_RX_L4_CHECKSUM);
    }

    /** Gives up fragments whose rest has not come. */
    public void poll(long timeNs) {
        reassembly.poll(timeNs);
    }

    /** A frame arrived; it stays the caller's. */
    public void onFrame(long frame, long timeNs) {
        nowNs = timeNs;
        counters.framesIn++;
        final int length = Frame.length(frame);
        if (length < EthernetHeader.LENGTH || Frame.segmentLength(frame) != length) {
            counters.framesMalformed++;
            return;
        }
        buffer.wrap(Frame.dataAddress(frame), length);
        final long destination = EthernetHeader.destination(buffer, 0);
        if (destination != mac && !MacAddress.isGroup(destination)) {
            counters.framesIgnored++;
            return;
        }
        int type = EthernetHeader.type(buffer, 0);
        int offset = EthernetHeader.LENGTH;
        int vlan = -1;
        if (type == EthernetHeader.TYPE_VLAN) {
            if (length < EthernetHeader.TAGGED_LENGTH) {
                counters.framesMalformed++;
                return;
            }
            vlan = EthernetHeader.vlanId(buffer, 0);
            type = EthernetHeader.innerType(buffer, 0);
            offset = EthernetHeader.TAGGED_LENGTH;
        } else if ((Frame.flags(frame) & Frame.RX_VLAN_STRIPPED) != 0) {
            vlan = Frame.vlanTci(frame) & 0xfff;
        }
        // VLAN 0 is a priority tag on an untagged frame. IEEE 802.1Q §9.6.
        if ((vlan <= 0 ? -1 : vlan) != settings.vlanId) {
            counters.framesIgnored++;
            return;
        }
        switch (type) {
            case EthernetHeader.TYPE_IPV4 -> onPacket(frame, offset, length - offset, MacAddress.isGroup(destination));
            case EthernetHeader.TYPE_ARP -> arp.onPacket(buffer, offset, length - offset);
            default -> counters.framesIgnored++;
        }
    }

    private void onPacket(long frame, int offset, int available, boolean groupFrame) {
        counters.datagramsIn++;
        final long flags = Frame.flags(frame);
        if (!Ipv4Header.isWellFormed(buffer, offset, available) || !isChecksumValid(flags, offset)) {
            counters.headerErrors++;
            return;
        }
        final int source = Ipv4Header.source(buffer, offset);
        final int destination = Ipv4Header.destination(buffer, offset);
        final boolean unicast = destination == settings.address;
        if (!isSourceValid(source, offset)) {
            counters.headerErrors++;
            return;
        }
        if ((!unicast && !isGroupForUs(destination)) || (unicast && groupFrame)) {
            // RFC 1122 §3.3.6: a unicast datagram in a link-layer broadcast is discarded.
            counters.notForUs++;
            return;
        }
        if (Ipv4Header.isFragment(buffer, offset)) {
            final int protocol = Ipv4Header.protocol(buffer, offset);
            if (reassembly.onFragment(buffer, offset, nowNs) && (alone || concernsThis(protocol, source))) {
                dispatch(reassembly.buffer(), 0, reassembly.length(), protocol, source, destination, false, frame);
            }
            return;
        }
        final int headerLength = Ipv4Header.headerLength(buffer, offset);
        final int length = Ipv4Header.totalLength(buffer, offset) - headerLength;
        final int protocol = Ipv4Header.protocol(buffer, offset);
        final boolean verified = l4ChecksumChecked && (flags & Frame.RX_L4_CHECKSUM_MASK) == Frame.RX_L4_CHECKSUM_GOOD;
        final boolean used =
                dispatch(buffer, offset + headerLength, length, protocol, source, destination, verified, frame);
        if (!used && unicast) {
            final boolean udp = protocol == Ipv4Header.PROTOCOL_UDP;
            icmp.sendUnreachable(buffer, offset, udp ? IcmpHeader.CODE_PORT : IcmpHeader.CODE_PROTOCOL, nowNs);
        }
    }

    /** Whether this one of the stacks that share the address, each of which has reassembled the datagram, has to do with it. */
    private boolean concernsThis(int protocol, int source) {
        return switch (protocol) {
            case Ipv4Header.PROTOCOL_TCP ->
                protocols.hasConnection(reassembly.buffer(), 0, reassembly.length(), source);
            case Ipv4Header.PROTOCOL_ICMP -> queue == 0;
            default -> true;
        };
    }

    private boolean isChecksumValid(long flags, int offset) {
        if (ipChecksumChecked && (flags & Frame.RX_IP_CHECKSUM_MASK) == Frame.RX_IP_CHECKSUM_GOOD) {
            return true;
        }
        return Ipv4Header.isChecksumValid(buffer, offset);
    }

    private boolean isSourceValid(int source, int offset) {
        if (source == settings.address || settings.isBroadcast(source)) {
            return false;
        }
        // An IGMP querier behind a snooping switch may use 0.0.0.0 (RFC 4541 §2.1.1).
        return Ipv4Address.isValidSource(source)
                || (source == 0 && Ipv4Header.protocol(buffer, offset) == Ipv4Header.PROTOCOL_IGMP);
    }

    private boolean isGroupForUs(int destination) {
        return settings.isBroadcast(destination)
                || (Ipv4Address.isMulticast(destination)
                        && (destination == Ipv4Address.ALL_HOSTS || protocols.isMember(destination)));
    }

    private boolean dispatch(
            UnsafeBuffer data,
            int offset,
            int length,
            int protocol,
            int source,
            int destination,
            boolean verified,
            long frame) {
        return switch (protocol) {
            case Ipv4Header.PROTOCOL_TCP -> {
                // RFC 9293 §3.9.2.3, MUST-57: never for a broadcast or multicast address.
                if (destination == settings.address) {
                    protocols.onTcp(data, offset, length, source, verified);
                }
                yield true;
            }
            case Ipv4Header.PROTOCOL_UDP -> protocols.onUdp(data, offset, length, source, destination, frame);
            case Ipv4Header.PROTOCOL_ICMP -> {
                icmp.onMessage(data, offset, length, source, destination == settings.address, nowNs);
                yield true;
            }
            case Ipv4Header.PROTOCOL_IGMP -> {
                protocols.onIgmp(data, offset, length, source, destination);
                yield true;
            }
            default -> {
                counters.unknownProtocol++;
                yield false;
            }
        };
    }
}
