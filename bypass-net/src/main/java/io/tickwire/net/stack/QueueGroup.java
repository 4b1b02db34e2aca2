package io.tickwire.net.stack;

import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.IcmpHeader;
import io.tickwire.net.wire.Ipv4Header;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * The queues of one port, as devices of one stack each on a core each, all with the port's address. RSS keeps a connection's segments on one
 * queue, and with them the connection on one core; but what concerns the host as a whole arrives on some queue too. A member passes
 * copies of it to the others through bounded rings:
 *
 * <ul>
 *   <li>ARP: every stack learns neighbours. A request is passed on as the answer it implies, so that only one stack replies.
 *   <li>IGMP queries: every stack reports its own memberships.
 *   <li>ICMP errors: the stack with the connection takes them, the others find that they have none.
 *   <li>Multicast: to every member that {@linkplain FrameDevice#joinMulticast joined}, wherever the hash puts the flow.
 * </ul>
 *
 * <p>Active opens work only where the answer's hash falls on the queue that asked: accept connections, or use one queue. Fragments of a
 * unicast datagram are reassembled only if the device puts them all on one queue.
 *
 * <p>Each member belongs to its queue's thread. Nothing is allocated once running.
 */
public final class QueueGroup {
    /** What one stack may fall behind by before copies for it are dropped, and counted. */
    public static final int DEFAULT_INBOX_BYTES = 1 << 18;

    /** A member per bit of a mask. */
    private static final int MAX_MEMBERS = 64;

    private final QueueMember[] members;
    private final GroupJoins joins = new GroupJoins();

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

    GroupJoins joins() {
        return joins;
    }

    /** Gives the other members that need it a copy of an arrived frame. */
    void share(int from, DirectBuffer frame, int length, int tag) {
        final long others = recipients(frame, length) & ~(1L << from);
        if (others == 0) {
            return;
        }
        for (int i = 0; i < members.length; i++) {
            if ((others & (1L << i)) != 0) {
                members[i].offer(frame, length, tag);
            }
        }
    }

    /** The members that a frame concerns beside the one that received it, as a mask. */
    private long recipients(DirectBuffer frame, int length) {
        if (length < EthernetHeader.LENGTH) {
            return 0;
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
            return 0;
        }
        return switch (Ipv4Header.protocol(frame, offset)) {
            case Ipv4Header.PROTOCOL_IGMP -> all();
            case Ipv4Header.PROTOCOL_ICMP -> {
                final int icmp = offset + Ipv4Header.headerLength(frame, offset);
                yield icmp < length && IcmpHeader.type(frame, icmp) == IcmpHeader.UNREACHABLE ? all() : 0;
            }
            default -> joins.members(EthernetHeader.destination(frame, 0));
        };
    }

    private long all() {
        return members.length == MAX_MEMBERS ? -1L : (1L << members.length) - 1;
    }
}
