package io.tickwire.net.stack;

import io.tickwire.net.device.DeviceCounters;
import io.tickwire.net.device.DeviceInfo;
import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.FramePool;
import io.tickwire.net.wire.ArpPacket;
import io.tickwire.net.wire.EthernetHeader;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/** One queue of a {@link QueueGroup}: its frames, and copies of those that arrived at other queues and concern it. */
final class QueueMember implements FrameDevice, ControlledMessageHandler {
    /** Copies taken per receive at most, so that the queue itself is not kept waiting. */
    private static final int INBOX_LIMIT = 8;

    private static final int UNTAGGED = 1;
    private static final int TAGGED = 2;

    private final QueueGroup group;
    private final int index;
    private final FrameDevice queue;
    private final ManyToOneRingBuffer inbox;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final Long2LongHashMap joined = new Long2LongHashMap(0);
    private FrameBurst receiving;
    private long noFrame;
    private volatile long inboxDrops;

    QueueMember(QueueGroup group, int index, FrameDevice queue, ManyToOneRingBuffer inbox) {
        this.group = group;
        this.index = index;
        this.queue = queue;
        this.inbox = inbox;
    }

    long inboxDrops() {
        return inboxDrops;
    }

    /** Takes a copy of a frame that another member's thread received. {@code tag}: what it knows of the VLAN. */
    void offer(DirectBuffer frame, int length, int tag) {
        if (!inbox.write(tag, frame, 0, length)) {
            synchronized (this) {
                inboxDrops++;
            }
        }
    }

    @Override
    public int receive(FrameBurst burst, long nowNs) {
        int count = 0;
        if (burst.room() > 0 && inbox.size() > 0) {
            final int before = burst.size();
            receiving = burst;
            inbox.controlledRead(this, Math.min(INBOX_LIMIT, burst.room()));
            receiving = null;
            count = burst.size() - before;
        }
        return count + receiveOwn(burst, nowNs);
    }

    /** Takes what arrived at the queue itself; frames that concern other members only are passed on and freed. */
    private int receiveOwn(FrameBurst burst, long nowNs) {
        final int first = burst.size();
        queue.receive(burst, nowNs);
        int kept = first;
        for (int i = first; i < burst.size(); i++) {
            final long frame = burst.get(i);
            if (concernsThis(frame)) {
                burst.set(kept++, frame);
            } else {
                queue.pool().free(frame);
            }
        }
        burst.truncate(kept);
        return kept - first;
    }

    private boolean concernsThis(long frame) {
        final int length = Frame.length(frame);
        if (Frame.segmentLength(frame) != length) {
            return true;
        }
        view.wrap(Frame.dataAddress(frame), length);
        final boolean stripped = (Frame.flags(frame) & Frame.RX_VLAN_STRIPPED) != 0;
        return group.share(index, view, length, stripped ? TAGGED + Frame.vlanTci(frame) : UNTAGGED);
    }

    @Override
    public Action onMessage(int tag, MutableDirectBuffer buffer, int offset, int length) {
        final long frame = queue.pool().allocate();
        if (frame == Frame.NULL || length > Frame.tailroom(frame)) {
            noFrame++;
            if (frame != Frame.NULL) {
                queue.pool().free(frame);
            }
            return Action.CONTINUE;
        }
        view.wrap(Frame.dataAddress(frame), length);
        view.putBytes(0, buffer, offset, length);
        impliedAnswer(length);
        Frame.length(frame, length);
        if (tag != UNTAGGED) {
            Frame.flags(frame, Frame.flags(frame) | Frame.RX_VLAN_STRIPPED);
            Frame.vlanTci(frame, tag - TAGGED);
        }
        receiving.add(frame);
        return Action.CONTINUE;
    }

    /** An ARP request becomes the reply that it implies: its sender is learnt, and answered by the stack that received it alone. */
    private void impliedAnswer(int length) {
        final boolean vlan = EthernetHeader.type(view, 0) == EthernetHeader.TYPE_VLAN;
        final int type = vlan ? EthernetHeader.innerType(view, 0) : EthernetHeader.type(view, 0);
        final int arp = vlan ? EthernetHeader.TAGGED_LENGTH : EthernetHeader.LENGTH;
        if (type == EthernetHeader.TYPE_ARP
                && ArpPacket.isValid(view, arp, length - arp)
                && ArpPacket.operation(view, arp) == ArpPacket.REQUEST) {
            ArpPacket.operation(view, arp, ArpPacket.REPLY);
        }
    }

    @Override
    public int send(FrameBurst burst, long nowNs) {
        return queue.send(burst, nowNs);
    }

    @Override
    public FramePool pool() {
        return queue.pool();
    }

    @Override
    public DeviceInfo info() {
        return queue.info();
    }

    @Override
    public boolean isLinkUp() {
        return queue.isLinkUp();
    }

    @Override
    public boolean joinMulticast(long macAddress) {
        if (!queue.joinMulticast(macAddress)) {
            return false;
        }
        if (joined.put(macAddress, joined.get(macAddress) + 1) == 0) {
            group.joins().set(index, macAddress, true);
        }
        return true;
    }

    @Override
    public void leaveMulticast(long macAddress) {
        queue.leaveMulticast(macAddress);
        final long references = joined.get(macAddress) - 1;
        if (references > 0) {
            joined.put(macAddress, references);
        } else {
            joined.remove(macAddress);
            group.joins().set(index, macAddress, false);
        }
    }

    @Override
    public int arrivalQueue(int source, int destination, int sourcePort, int destinationPort) {
        final int known = queue.arrivalQueue(source, destination, sourcePort, destinationPort);
        return known == UNKNOWN_QUEUE && destinationPort >= QueueGroup.FIRST_STEERED_PORT
                ? group.owner(destinationPort)
                : known;
    }

    @Override
    public void bindPort(int port, boolean bound) {
        group.ports().set(index, port, bound);
    }

    @Override
    public long receiveTimeNs(long frame) {
        return queue.receiveTimeNs(frame);
    }

    @Override
    public void readCounters(DeviceCounters counters) {
        queue.readCounters(counters);
        counters.noFrame += noFrame;
        counters.missedFrames += inboxDrops;
    }

    @Override
    public void close() {
        queue.close();
    }
}
