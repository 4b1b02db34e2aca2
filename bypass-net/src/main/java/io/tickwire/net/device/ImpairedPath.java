package io.tickwire.net.device;

import java.util.SplittableRandom;
import org.agrona.UnsafeApi;

/** One direction of an {@link ImpairedDevice}: decides a frame's fate and holds it until it is due. */
final class ImpairedPath {
    private static final long NS_PER_S = 1_000_000_000L;

    private final SplittableRandom random;
    private final FramePool pool;
    private final DelayQueue held;
    private final ImpairmentCounters counters = new ImpairmentCounters();
    private Impairment impairment;
    private long lineFreeNs;
    private boolean lineUsed;

    ImpairedPath(final Impairment impairment, final FramePool pool, final long seed) {
        this.impairment = impairment;
        this.pool = pool;
        random = new SplittableRandom(seed);
        held = new DelayQueue(impairment.limitFrames() + 1); // and one duplicate
    }

    void impairment(final Impairment newImpairment) {
        impairment = new Impairment(
                newImpairment.loss(),
                newImpairment.duplication(),
                newImpairment.corruption(),
                newImpairment.reordering(),
                newImpairment.reorderNs(),
                newImpairment.delayNs(),
                newImpairment.jitterNs(),
                newImpairment.bitsPerSecond(),
                Math.min(newImpairment.limitFrames(), impairment.limitFrames()));
    }

    /** Takes the frame over: it comes out of {@link #held} when due, or is freed. */
    void accept(final long frame, final long nowNs) {
        // Drawn always and in one order, so that changing one probability does not shift the others' fates.
        final boolean lost = random.nextDouble() < impairment.loss();
        final boolean duplicated = random.nextDouble() < impairment.duplication();
        final boolean corrupted = random.nextDouble() < impairment.corruption();
        final boolean reordered = random.nextDouble() < impairment.reordering();
        final long jitterNs = (long) (random.nextDouble() * impairment.jitterNs());
        final long bit = random.nextLong() & Long.MAX_VALUE;
        counters.frames++;
        if (lost) {
            counters.lost++;
            pool.free(frame);
            return;
        }
        if (held.size() >= impairment.limitFrames()) {
            counters.overLimit++;
            pool.free(frame);
            return;
        }
        long dueNs = nowNs + impairment.delayNs() + jitterNs + queueingNs(Frame.length(frame), nowNs);
        if (duplicated) {
            final long copy = copyOf(frame);
            if (copy != Frame.NULL) {
                counters.duplicated++;
                held.add(copy, dueNs);
            }
        }
        if (reordered) {
            counters.reordered++;
            dueNs += impairment.reorderNs();
        }
        final long outcome = corrupted ? corrupt(frame, bit) : frame;
        if (outcome != Frame.NULL) {
            held.add(outcome, dueNs);
        }
    }

    private long queueingNs(final int lengthBytes, final long nowNs) {
        if (impairment.bitsPerSecond() == 0) {
            return 0;
        }
        final long startNs = lineUsed && lineFreeNs - nowNs > 0 ? lineFreeNs : nowNs;
        lineUsed = true;
        lineFreeNs = startNs + lengthBytes * (Byte.SIZE * NS_PER_S) / impairment.bitsPerSecond();
        return lineFreeNs - nowNs;
    }

    /** Flips a bit in a copy, as the sender may keep the frame for retransmission; no frame for the copy is a loss. */
    private long corrupt(final long frame, final long bit) {
        final long copy = copyOf(frame);
        pool.free(frame);
        if (copy == Frame.NULL) {
            return Frame.NULL;
        }
        counters.corrupted++;
        final long target = Frame.dataAddress(copy) + (bit >>> 3) % Frame.length(copy);
        UnsafeApi.putByte(target, (byte) (UnsafeApi.getByte(target) ^ (1 << (bit & 7))));
        // What a NIC found out about the sums no longer holds.
        Frame.flags(copy, Frame.flags(copy) & ~(Frame.RX_IP_CHECKSUM_MASK | Frame.RX_L4_CHECKSUM_MASK));
        return copy;
    }

    private long copyOf(final long frame) {
        final int lengthBytes = Frame.length(frame);
        if (lengthBytes == 0 || lengthBytes > pool.dataRoom()) {
            counters.notCopied++;
            return Frame.NULL;
        }
        final long copy = pool.allocate();
        if (copy == Frame.NULL) {
            counters.notCopied++;
            return Frame.NULL;
        }
        Frame.length(copy, lengthBytes);
        Frame.copyTo(frame, Frame.dataAddress(copy));
        Frame.flags(copy, Frame.flags(frame) & ~Frame.EXTERNAL);
        UnsafeApi.putLong(
                copy + Frame.TRANSMIT_OFFLOAD_OFFSET, UnsafeApi.getLong(frame + Frame.TRANSMIT_OFFLOAD_OFFSET));
        Frame.vlanTci(copy, Frame.vlanTci(frame));
        return copy;
    }

    boolean isDue(final long nowNs) {
        return !held.isEmpty() && held.firstDueNs() - nowNs <= 0;
    }

    DelayQueue held() {
        return held;
    }

    ImpairmentCounters counters() {
        return counters;
    }

    void freeAll() {
        while (!held.isEmpty()) {
            pool.free(held.removeFirst());
        }
    }
}
