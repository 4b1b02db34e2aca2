package io.tickwire.net.ip;

import io.tickwire.net.device.Frame;
import io.tickwire.net.device.MacAddress;
import io.tickwire.net.wire.ArpPacket;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.Ipv4Address;
import org.agrona.concurrent.UnsafeBuffer;

/** ARP for one address: answers, resolves, probes stale neighbours, announces itself and defends its address. RFC 826, RFC 5227. */
public final class Arp {
    private static final long SWEEP_NS = 100_000_000L;
    private static final long ANNOUNCE_INTERVAL_NS = 2_000_000_000L;
    private static final long DEFEND_INTERVAL_NS = 10_000_000_000L;
    private static final int ANNOUNCEMENTS = 2;

    private final IpSettings settings;
    private final FrameOutput output;
    private final IpCounters counters;
    private final ArpCache cache;
    private final long mac;
    private final UnsafeBuffer heldFrame = new UnsafeBuffer(0, 0);
    private long nowNs;
    private long nextSweepNs;
    private long nextAnnounceNs;
    private long lastDefenceNs;
    private int announcements;
    private int unresolved;
    private boolean started;

    /** Creates the resolver of an interface with hardware address {@code mac}. */
    public Arp(IpSettings settings, long mac, FrameOutput output, IpCounters counters) {
        this.settings = settings;
        this.output = output;
        this.counters = counters;
        this.mac = mac;
        cache = new ArpCache(settings.arpEntries, settings.arpQueueFrames, output.pool(), counters);
    }

    /**
     * Finishes and sends a frame whose Ethernet destination is still open: at once if the neighbour is known, else after its
     * answer. The frame belongs to this object from now on.
     */
    void send(long frame, int nextHop) {
        int entry = cache.find(nextHop);
        if (entry < 0) {
            entry = cache.create(nextHop, ArpCache.INCOMPLETE, nowNs);
            unresolved++;
            cache.probed(entry, nowNs);
            request(MacAddress.BROADCAST, nextHop);
        }
        switch (cache.state(entry)) {
            case ArpCache.INCOMPLETE -> {
                cache.enqueue(entry, frame);
                return;
            }
            case ArpCache.STALE -> {
                // RFC 1122 §2.3.2.1 (2): a unicast poll keeps the entry in use.
                cache.state(entry, ArpCache.PROBE, nowNs);
                unresolved++;
                cache.probed(entry, nowNs);
                request(cache.mac(entry), nextHop);
            }
            default -> {
                // REACHABLE or PROBE: the address is usable.
            }
        }
        transmit(frame, cache.mac(entry));
    }

    private void transmit(long frame, long destination) {
        heldFrame.wrap(Frame.dataAddress(frame), Frame.length(frame));
        EthernetHeader.putMac(heldFrame, 0, destination);
        output.enqueue(frame);
    }

    /** An ARP packet arrived. */
    void onPacket(UnsafeBuffer buffer, int offset, int length) {
        counters.arpIn++;
        if (!ArpPacket.isValid(buffer, offset, length)) {
            counters.framesMalformed++;
            return;
        }
        final int sender = ArpPacket.senderIp(buffer, offset);
        final long senderMac = ArpPacket.senderMac(buffer, offset);
        final int target = ArpPacket.targetIp(buffer, offset);
        if (MacAddress.isGroup(senderMac) || senderMac == 0 || senderMac == mac) {
            return;
        }
        if (sender == settings.address) {
            onConflict();
            return;
        }
        final boolean forUs = target == settings.address;
        if (settings.isOnLink(sender) && Ipv4Address.isValidSource(sender)) {
            learn(sender, senderMac, forUs);
        }
        if (forUs && ArpPacket.operation(buffer, offset) == ArpPacket.REQUEST) {
            packet(ArpPacket.REPLY, senderMac, settings.address, senderMac, sender);
        }
    }

    private void learn(int sender, long senderMac, boolean forUs) {
        int entry = cache.find(sender);
        if (entry < 0) {
            // RFC 826 "Packet Reception": a new entry only if the packet is for us; strangers' chatter fills no table.
            if (!forUs) {
                return;
            }
            entry = cache.create(sender, ArpCache.STALE, nowNs);
        }
        final int before = cache.state(entry);
        if (before == ArpCache.INCOMPLETE || before == ArpCache.PROBE) {
            unresolved--;
        }
        cache.confirm(entry, senderMac, nowNs);
        for (long frame = cache.dequeue(entry); frame != Frame.NULL; frame = cache.dequeue(entry)) {
            transmit(frame, senderMac);
        }
    }

    private void onConflict() {
        counters.arpConflicts++;
        // RFC 5227 §2.4 (c): defend, at most once in ten seconds.
        if (counters.arpConflicts == 1 || nowNs - lastDefenceNs >= DEFEND_INTERVAL_NS) {
            lastDefenceNs = nowNs;
            announce();
        }
    }

    /** Sets the time of this duty cycle. */
    public void now(long timeNs) {
        nowNs = timeNs;
    }

    /** Timers: retries, ageing, announcements. */
    public int poll(long timeNs) {
        nowNs = timeNs;
        if (!started) {
            started = true;
            nextSweepNs = timeNs;
            nextAnnounceNs = timeNs;
        }
        if (timeNs - nextSweepNs < 0) {
            return 0;
        }
        nextSweepNs = timeNs + SWEEP_NS;
        if (announcements < ANNOUNCEMENTS && timeNs - nextAnnounceNs >= 0) {
            // RFC 5227 §2.3: two announcements, two seconds apart.
            announcements++;
            nextAnnounceNs = timeNs + ANNOUNCE_INTERVAL_NS;
            announce();
        }
        for (int entry = 0; entry < cache.entries(); entry++) {
            if (cache.state(entry) != ArpCache.FREE) {
                sweep(entry);
            }
        }
        return 1;
    }

    private void sweep(int entry) {
        final long age = nowNs - cache.changedNs(entry);
        switch (cache.state(entry)) {
            case ArpCache.REACHABLE -> {
                if (age >= settings.arpReachableNs) {
                    cache.state(entry, ArpCache.STALE, nowNs);
                }
            }
            case ArpCache.INCOMPLETE, ArpCache.PROBE -> {
                if (age >= settings.arpRetryNs) {
                    retry(entry);
                }
            }
            default -> {
                // A stale entry stays until it is used or displaced.
            }
        }
    }

    private void retry(int entry) {
        final boolean probing = cache.state(entry) == ArpCache.PROBE;
        if (cache.probed(entry, nowNs) > settings.arpProbes) {
            unresolved--;
            cache.release(entry);
            return;
        }
        request(probing ? cache.mac(entry) : MacAddress.BROADCAST, cache.address(entry));
    }

    private void announce() {
        packet(ArpPacket.REQUEST, MacAddress.BROADCAST, settings.address, 0, settings.address);
    }

    private void request(long destination, int target) {
        packet(ArpPacket.REQUEST, destination, settings.address, 0, target);
    }

    private void packet(int operation, long destination, int sender, long targetMac, int target) {
        final long frame = output.begin();
        if (frame == Frame.NULL) {
            return;
        }
        final UnsafeBuffer buffer = output.buffer();
        final int header = EthernetHeader.encode(buffer, 0, destination, mac, settings.vlanId, EthernetHeader.TYPE_ARP);
        ArpPacket.encode(buffer, header, operation, mac, sender, targetMac, target);
        Frame.length(frame, header + ArpPacket.LENGTH);
        counters.arpOut++;
        output.enqueue(frame);
    }

    /** True if an address's hardware address is known now. */
    public boolean isResolved(int address) {
        final int entry = cache.find(address);
        return entry >= 0 && cache.state(entry) != ArpCache.INCOMPLETE;
    }

    /** Entries waiting for an answer. */
    public int unresolved() {
        return unresolved;
    }

    /** Drops held frames and forgets all. */
    public void close() {
        cache.releaseAll();
        unresolved = 0;
    }
}
