package io.tickwire.net.ip;

import io.tickwire.net.wire.Ipv4Header;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reassembly of fragmented datagrams: RFC 791 §3.2 over a fixed number of slots. An overlap drops the whole datagram, as RFC 5722
 * rules for IPv6 and Linux for both: no honest sender makes one. Of one that is not complete in time the sender is told if its first
 * fragment has come, RFC 1122 §3.3.2.
 */
final class Ipv4Reassembly {
    private static final int BLOCK_BYTES = 8;
    private static final int BITS = 64;
    private static final int LONGEST_HEADER = 60;

    private final IpSettings settings;
    private final IpCounters counters;
    private final Icmp icmp;
    private final boolean tells;
    private final Slot[] slots;
    private Slot complete;
    private int inUse;

    /** One datagram in reassembly; memory is made on first use. */
    private static final class Slot {
        boolean used;
        boolean poisoned;
        boolean hasFirst;
        int source;
        int destination;
        int identification;
        int protocol;
        int totalBytes;
        int receivedBytes;
        long startedNs;
        UnsafeBuffer buffer;
        /** Header and first octets of the first fragment. */
        UnsafeBuffer quote;

        long[] blocks;
    }

    /** @param tells whether senders are told of late fragments by this one, of the stacks that share the address */
    Ipv4Reassembly(IpSettings settings, Icmp icmp, boolean tells, IpCounters counters) {
        this.settings = settings;
        this.icmp = icmp;
        this.tells = tells;
        this.counters = counters;
        slots = new Slot[settings.reassemblySlots];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Slot();
        }
    }

    /** Takes a fragment (whole IP packet at {@code offset}). Returns true if a datagram is complete: {@link #buffer()}. */
    boolean onFragment(UnsafeBuffer packet, int offset, long nowNs) {
        counters.fragmentsIn++;
        final int headerLength = Ipv4Header.headerLength(packet, offset);
        final int length = Ipv4Header.totalLength(packet, offset) - headerLength;
        final int start = Ipv4Header.fragmentOffset(packet, offset);
        final boolean more = Ipv4Header.moreFragments(packet, offset);
        if (length == 0
                || (more && length % BLOCK_BYTES != 0)
                || start + length > settings.reassemblyBytes
                || start + length > 65_535 - Ipv4Header.LENGTH) {
            counters.reassemblyDrops++;
            return false;
        }
        poll(nowNs);
        final Slot slot = slot(packet, offset, nowNs);
        final int end = start + length;
        if (slot.poisoned) {
            return false;
        }
        final boolean conflicts = (slot.totalBytes > 0 && (end > slot.totalBytes || (!more && end != slot.totalBytes)))
                || (!more && slot.receivedBytes > 0 && highest(slot) > end);
        if (conflicts || overlaps(slot, start, end)) {
            counters.reassemblyDrops++;
            slot.poisoned = true;
            return false;
        }
        packet.getBytes(offset + headerLength, slot.buffer, start, length);
        mark(slot, start, end);
        if (start == 0) {
            slot.hasFirst = true;
            slot.quote.putBytes(0, packet, offset, headerLength + Math.min(length, Icmp.QUOTED_BYTES));
        }
        slot.receivedBytes += length;
        if (!more) {
            slot.totalBytes = end;
        }
        if (slot.totalBytes == 0 || slot.receivedBytes < slot.totalBytes) {
            return false;
        }
        release(slot);
        complete = slot;
        counters.reassembled++;
        return true;
    }

    /** Gives up what has waited too long. */
    void poll(long nowNs) {
        if (inUse == 0) {
            return;
        }
        for (final Slot slot : slots) {
            if (slot.used && nowNs - slot.startedNs > settings.reassemblyTimeoutNs) {
                counters.reassemblyDrops++;
                release(slot);
                if (tells && slot.hasFirst && !slot.poisoned && slot.destination == settings.address) {
                    icmp.sendTimeExceeded(slot.quote, 0, nowNs);
                }
            }
        }
    }

    private void release(Slot slot) {
        slot.used = false;
        inUse--;
    }

    /** Payload of the datagram just completed; valid until the next fragment. */
    UnsafeBuffer buffer() {
        return complete.buffer;
    }

    int length() {
        return complete.totalBytes;
    }

    private Slot slot(UnsafeBuffer packet, int offset, long nowNs) {
        final int source = Ipv4Header.source(packet, offset);
        final int destination = Ipv4Header.destination(packet, offset);
        final int identification = Ipv4Header.identification(packet, offset);
        final int protocol = Ipv4Header.protocol(packet, offset);
        Slot free = null;
        Slot oldest = slots[0];
        for (final Slot slot : slots) {
            if (slot.used
                    && slot.source == source
                    && slot.destination == destination
                    && slot.identification == identification
                    && slot.protocol == protocol) {
                return slot;
            }
            if (!slot.used) {
                free = slot;
            } else if (slot.startedNs - oldest.startedNs < 0) {
                oldest = slot;
            }
        }
        if (free == null) {
            counters.reassemblyDrops++;
            release(oldest);
            free = oldest;
        }
        begin(free, nowNs);
        free.source = source;
        free.destination = destination;
        free.identification = identification;
        free.protocol = protocol;
        return free;
    }

    private void begin(Slot slot, long nowNs) {
        if (slot.buffer == null) {
            slot.quote = new UnsafeBuffer(new byte[LONGEST_HEADER + Icmp.QUOTED_BYTES]);
            slot.buffer = new UnsafeBuffer(BufferUtil.allocateDirectAligned(settings.reassemblyBytes, BITS));
            slot.blocks = new long[(settings.reassemblyBytes / BLOCK_BYTES + BITS - 1) / BITS];
        } else {
            java.util.Arrays.fill(slot.blocks, 0);
        }
        slot.used = true;
        inUse++;
        slot.poisoned = false;
        slot.hasFirst = false;
        slot.totalBytes = 0;
        slot.receivedBytes = 0;
        slot.startedNs = nowNs;
    }

    private static boolean overlaps(Slot slot, int start, int end) {
        for (int block = start / BLOCK_BYTES; block * BLOCK_BYTES < end; block++) {
            if ((slot.blocks[block / BITS] & 1L << block % BITS) != 0) {
                return true;
            }
        }
        return false;
    }

    private static void mark(Slot slot, int start, int end) {
        for (int block = start / BLOCK_BYTES; block * BLOCK_BYTES < end; block++) {
            slot.blocks[block / BITS] |= 1L << block % BITS;
        }
    }

    private static int highest(Slot slot) {
        for (int word = slot.blocks.length - 1; word >= 0; word--) {
            if (slot.blocks[word] != 0) {
                return (word * BITS + BITS - 1 - Long.numberOfLeadingZeros(slot.blocks[word])) * BLOCK_BYTES + 1;
            }
        }
        return 0;
    }
}
