package io.tickwire.net.stack;

import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.MacAddress;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.IcmpHeader;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import io.tickwire.net.wire.UdpHeader;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * The queues of one port, as devices of one stack each on a core each, all with the port's address. RSS keeps a connection's segments on one
 * queue, and with them the connection on one core; but what concerns the host as a whole, or another stack, arrives on some queue too. A
 * member passes copies of it on through bounded rings:
 *
 * <ul>
 *   <li>ARP: every stack learns neighbours. A request is passed on as the answer it implies, so that only one stack replies.
 *   <li>IGMP queries: every stack reports its own memberships.
 *   <li>ICMP errors: the stack with the connection takes them, the others find that they have none.
 *   <li>Multicast: to every member that {@linkplain FrameDevice#joinMulticast joined}, wherever the hash puts the flow.
 *   <li>Datagrams to a UDP port: to the members that {@linkplain FrameDevice#bindPort bound} it.
 *   <li>Fragments: every stack reassembles them, as ports are known only then; those that a datagram does not concern keep silent.
 *   <li>Segments of connections that a member opened itself, if the device does not tell where the answers arrive: ephemeral ports then belong
 *       to the members in turn. Where it does, a stack chooses a port whose answers arrive at its own queue.
 * </ul>
 *
 * <p>Each member belongs to its queue's thread. Nothing is allocated once running.
 */
public final class QueueGroup {
    /** What one stack may fall behind by before copies for it are dropped, and counted. */
    public static final int DEFAULT_INBOX_BYTES = 1 << 18;

    /** Ports from here on are dealt out to the members where the device does not tell its hash: the dynamic ports of RFC 6335 §6. */
    static final int FIRST_STEERED_PORT = 49_152;

    /** A member per bit of a mask. */
    private static final int MAX_MEMBERS = 64;

    private final QueueMember[] members;
    private final MemberSets joins = new MemberSets();
    private final MemberSets ports = new MemberSets();
    private final boolean steers;

    /**
     * Groups the queues of a port.
     *
     * @param queues all of them, by index
     * @param inboxBytes capacity of each member's ring, a power of two
     */
    public QueueGroup(List<FrameDevice> queues, int inboxBytes) {
        if (queues.isEmpty() || queues.size() > MAX_MEMBERS) {
            throw new IllegalArgumentException(queues.size() + " queues: must be 1 to " + MAX_MEMBERS);
        }
        final List<QueueMember> made = new ArrayList<>();
        for (int i = 0; i < queues.size(); i++) {
            made.add(new QueueMember(this, i, queues.get(i), inbox(inboxBytes)));
        }
        members = made.toArray(new QueueMember[0]);
        steers = members.length > 1 && queues.get(0).arrivalQueue(1, 1, 1, 1) == FrameDevice.UNKNOWN_QUEUE;
    }

    private static ManyToOneRingBuffer inbox(int bytes) {
        return new ManyToOneRingBuffer(new UnsafeBuffer(
                BufferUtil.allocateDirectAligned(bytes + RingBufferDescriptor.TRAILER_LENGTH, Long.BYTES * 8)));
    }

    /** The device for the stack of a queue. */
    public FrameDevice member(int queue) {
        return members[queue];
    }

    /** Copies that did not fit a member's ring; the lost frame may be asked for again, as on a real wire. */
    public long dropped(int queue) {
        return members[queue].inboxDrops();
    }

    /** Who joined which Ethernet group address. */
    MemberSets joins() {
        return joins;
    }

    /** Who bound which UDP port. */
    MemberSets ports() {
        return ports;
    }

    /** The member that an ephemeral port belongs to. */
    int owner(int port) {
        return port % members.length;
    }

    /**
     * Gives the other members that an arrived frame concerns a copy.
     *
     * @return whether it concerns the one that received it, too
     */
    boolean share(int from, DirectBuffer frame, int length, int tag) {
        final long own = 1L << from;
        final long concerned = concerned(own, frame, length);
        final long others = concerned & ~own;
        for (int i = 0; others != 0 && i < members.length; i++) {
            if ((others & (1L << i)) != 0) {
                members[i].offer(frame, length, tag);
            }
        }
        return (concerned & own) != 0;
    }

    /** The members that a frame concerns, as a mask; {@code own} is the one that received it. */
    private long concerned(long own, DirectBuffer frame, int length) {
        if (length < EthernetHeader.LENGTH) {
            return own;
        }
        int type = EthernetHeader.type(frame, 0);
        int offset = EthernetHeader.LENGTH;
        if (type == EthernetHeader.TYPE_VLAN && length >= EthernetHeader.TAGGED_LENGTH) {
            type = EthernetHeader.innerType(frame, 0);
            offset = EthernetHeader.TAGGED_LENGTH;
        }
        if (type == EthernetHeader.TYPE_ARP) {
            return all();
        }
        if (type != EthernetHeader.TYPE_IPV4 || !Ipv4Header.isWellFormed(frame, offset, length - offset)) {
            return own;
        }
        final long destination = EthernetHeader.destination(frame, 0);
        final int protocol = Ipv4Header.protocol(frame, offset);
        if (protocol == Ipv4Header.PROTOCOL_IGMP) {
            return all();
        }
        if (MacAddress.isGroup(destination)) {
            return own | (destination == MacAddress.BROADCAST ? all() : joins.members(destination));
        }
        return Ipv4Header.isFragment(frame, offset) ? all() : concernedByPayload(own, frame, offset, protocol);
    }

    private long concernedByPayload(long own, DirectBuffer frame, int offset, int protocol) {
        final int payload = offset + Ipv4Header.headerLength(frame, offset);
        final int bytes = Ipv4Header.totalLength(frame, offset) - Ipv4Header.headerLength(frame, offset);
        if (bytes < UdpHeader.LENGTH) {
            return own;
        }
        return switch (protocol) {
            case Ipv4Header.PROTOCOL_ICMP -> IcmpHeader.type(frame, payload) == IcmpHeader.UNREACHABLE ? all() : own;
            case Ipv4Header.PROTOCOL_UDP -> {
                final long bound = ports.members(UdpHeader.destinationPort(frame, payload));
                yield bound == 0 ? own : bound;
            }
            case Ipv4Header.PROTOCOL_TCP -> {
                final int port = TcpHeader.destinationPort(frame, payload);
                yield steers && port >= FIRST_STEERED_PORT ? 1L << owner(port) : own;
            }
            default -> own;
        };
    }

    private long all() {
        return members.length == MAX_MEMBERS ? -1L : (1L << members.length) - 1;
    }
}
