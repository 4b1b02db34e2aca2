package io.tickwire.net.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ImpairedDeviceTest {
    private static final long SEED = 20260109L;
    private static final int FRAMES = 10_000;
    private static final long STEP_NS = 1_000;

    private final MemoryFramePool pool = new MemoryFramePool(4096, 2048);
    private final FrameBurst burst = new FrameBurst(64);
    private ImpairedDevice device;

    private void impair(final Impairment receive, final Impairment send) {
        device = new ImpairedDevice(MemoryWire.loopback(pool, 1, 1 << 20, 1500), receive, send, SEED, 64);
    }

    @AfterEach
    void nothingLeaks() {
        device.close();
        assertEquals(4096, pool.available(), "frames back in the pool");
        burst.close();
        pool.close();
    }

    /** Sends numbered frames one per step and lists the numbers that come out. */
    private List<Integer> run(final int frames) {
        final List<Integer> arrived = new ArrayList<>();
        long nowNs = 0;
        for (int i = 0; i < frames; i++, nowNs += STEP_NS) {
            final long frame = pool.allocate();
            Frame.length(frame, 64);
            UnsafeApi.setMemory(Frame.dataAddress(frame), 64, (byte) 0);
            UnsafeApi.putInt(Frame.dataAddress(frame), i);
            burst.add(frame);
            device.send(burst, nowNs);
            drain(arrived, nowNs);
        }
        while (device.nextDueNs() != Long.MAX_VALUE) {
            nowNs = Math.max(nowNs, device.nextDueNs());
            drain(arrived, nowNs);
        }
        assertEquals(0, device.heldFrames());
        return arrived;
    }

    private void drain(final List<Integer> arrived, final long nowNs) {
        while (device.receive(burst, nowNs) > 0) {
            for (int i = 0; i < burst.size(); i++) {
                arrived.add(UnsafeApi.getInt(Frame.dataAddress(burst.get(i))));
            }
            burst.freeAll(pool);
        }
    }

    private static void assertNear(final double expected, final long count) {
        // Five standard deviations of a binomial: a wrong probability fails, the fixed seed does not.
        final double tolerance = 5 * Math.sqrt(FRAMES * expected * (1 - expected));
        assertEquals(FRAMES * expected, (double) count, tolerance);
    }

    @Test
    void perfectPathDeliversAllInOrder() {
        impair(Impairment.NONE, Impairment.NONE);
        final List<Integer> arrived = run(1000);
        for (int i = 0; i < 1000; i++) {
            assertEquals(i, arrived.get(i));
        }
    }

    @Test
    void lossyBothWaysLosesTheShareItWasTold() {
        impair(Impairment.NONE.withLoss(0.1), Impairment.NONE.withLoss(0.05));
        final List<Integer> arrived = run(FRAMES);
        assertNear(0.05, device.sendCounters().lost);
        assertEquals(FRAMES - device.sendCounters().lost - device.receiveCounters().lost, arrived.size());
        assertEquals(0.1, device.receiveCounters().lost / (double) device.receiveCounters().frames, 0.02);
    }

    @Test
    void duplicatingPathDeliversTwice() {
        impair(Impairment.NONE, Impairment.NONE.withDuplication(0.2));
        final List<Integer> arrived = run(FRAMES);
        assertNear(0.2, device.sendCounters().duplicated);
        assertEquals(FRAMES + device.sendCounters().duplicated, arrived.size());
    }

    @Test
    void corruptingPathFlipsOneBitAndLeavesTheSendersFrame() {
        impair(Impairment.NONE, Impairment.NONE.withCorruption(1));
        final long frame = pool.allocate();
        Frame.length(frame, 64);
        UnsafeApi.setMemory(Frame.dataAddress(frame), 64, (byte) 0);
        Frame.retain(frame);
        burst.add(frame);
        device.send(burst, 0);
        device.receive(burst, 0);
        int flipped = 0;
        for (int i = 0; i < 64; i++) {
            flipped += Integer.bitCount(UnsafeApi.getByte(Frame.dataAddress(burst.get(0)) + i) & 0xFF);
            assertEquals(0, UnsafeApi.getByte(Frame.dataAddress(frame) + i));
        }
        assertEquals(1, flipped);
        burst.freeAll(pool);
        pool.free(frame);
    }

    @Test
    void reorderingPathIsOvertaken() {
        impair(Impairment.NONE.withReordering(0.1, 3 * STEP_NS), Impairment.NONE);
        final List<Integer> arrived = run(FRAMES);
        assertEquals(FRAMES, arrived.size());
        assertNear(0.1, device.receiveCounters().reordered);
        int inversions = 0;
        for (int i = 1; i < arrived.size(); i++) {
            inversions += arrived.get(i) < arrived.get(i - 1) ? 1 : 0;
        }
        assertTrue(inversions > FRAMES / 20, "inversions " + inversions);
    }

    @Test
    void delayedFrameComesAtItsTimeAndNotBefore() {
        impair(Impairment.NONE, Impairment.NONE.withDelay(5_000, 0));
        final long frame = pool.allocate();
        Frame.length(frame, 60);
        burst.add(frame);
        device.send(burst, 100);
        assertEquals(5_100, device.nextDueNs());
        assertEquals(0, device.receive(burst, 5_099));
        assertEquals(1, device.receive(burst, 5_100));
        burst.freeAll(pool);
    }

    @Test
    void throttledPathSpacesFramesAndDropsBeyondItsLimit() {
        // 64 bytes at 512 Mbit/s take a microsecond.
        impair(Impairment.NONE, Impairment.NONE.withRate(512_000_000, 10));
        for (int i = 0; i < 20; i++) {
            final long frame = pool.allocate();
            Frame.length(frame, 64);
            burst.add(frame);
        }
        device.send(burst, 0);
        assertEquals(10, device.sendCounters().overLimit);
        for (int i = 1; i <= 10; i++) {
            assertEquals(0, device.receive(burst, i * 1_000L - 1));
            assertEquals(1, device.receive(burst, i * 1_000L));
            burst.freeAll(pool);
        }
    }

    @Test
    void sameSeedGivesTheSameRunAndAnotherSeedAnother() {
        final Impairment bad = Impairment.NONE
                .withLoss(0.1)
                .withDuplication(0.1)
                .withReordering(0.1, 2_500)
                .withDelay(1_000, 3_000);
        impair(bad, bad);
        final List<Integer> first = run(2000);
        device.close();
        impair(bad, bad);
        assertEquals(first, run(2000));
        device.close();
        device = new ImpairedDevice(MemoryWire.loopback(pool, 1, 1 << 20, 1500), bad, bad, SEED + 1, 64);
        assertNotEquals(first, run(2000));
    }
}
