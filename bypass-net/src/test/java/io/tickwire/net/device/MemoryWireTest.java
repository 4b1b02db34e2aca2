package io.tickwire.net.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;

class MemoryWireTest {
    private static final int MTU = 1500;

    @Test
    void framesSentArriveInOrderInTheOthersPool() {
        try (MemoryFramePool leftPool = new MemoryFramePool(8);
                MemoryFramePool rightPool = new MemoryFramePool(8);
                MemoryWire wire = new MemoryWire(leftPool, 1, rightPool, 2, 1 << 16, MTU);
                FrameBurst burst = new FrameBurst(8)) {
            for (int i = 0; i < 5; i++) {
                burst.add(frame(leftPool, 60 + i, i));
            }
            assertEquals(5, wire.left().send(burst, 0));
            assertTrue(burst.isEmpty());
            assertEquals(8, leftPool.available());

            assertEquals(5, wire.right().receive(burst, 0));
            for (int i = 0; i < 5; i++) {
                assertEquals(60 + i, Frame.length(burst.get(i)));
                assertEquals(i, UnsafeApi.getByte(Frame.dataAddress(burst.get(i))));
            }
            burst.freeAll(rightPool);
            assertEquals(8, rightPool.available());
            assertEquals(0, wire.left().receive(burst, 0));
        }
    }

    @Test
    void fullWireTakesAPrefixAndLeavesTheRest() {
        try (MemoryFramePool pool = new MemoryFramePool(64);
                FrameDevice device = MemoryWire.loopback(pool, 1, 1 << 14, MTU);
                FrameBurst burst = new FrameBurst(64)) {
            for (int i = 0; i < 32; i++) {
                burst.add(frame(pool, 1000, i));
            }
            final int accepted = device.send(burst, 0);
            assertTrue(accepted > 0 && accepted < 32, "accepted " + accepted);
            assertEquals(32 - accepted, burst.size());
            assertEquals(accepted, UnsafeApi.getByte(Frame.dataAddress(burst.get(0))));
            assertEquals(32, device.receive(burst, 0) + burst.size() - accepted);
            burst.freeAll(pool);
            assertEquals(64, pool.available());
        }
    }

    @Test
    void emptyReceivingPoolLosesTheFrameAndCountsIt() {
        try (MemoryFramePool leftPool = new MemoryFramePool(4);
                MemoryFramePool rightPool = new MemoryFramePool(1);
                MemoryWire wire = new MemoryWire(leftPool, 1, rightPool, 2, 1 << 16, MTU);
                FrameBurst burst = new FrameBurst(8)) {
            burst.add(frame(leftPool, 60, 0));
            burst.add(frame(leftPool, 60, 1));
            wire.left().send(burst, 0);
            assertEquals(1, wire.right().receive(burst, 0));
            final DeviceCounters counters = new DeviceCounters();
            wire.right().readCounters(counters);
            assertEquals(1, counters.noFrame);
            assertEquals(1, counters.receivedFrames);
            burst.freeAll(rightPool);
        }
    }

    @Test
    void oversizedFrameIsDroppedAndCounted() {
        try (MemoryFramePool pool = new MemoryFramePool(4);
                FrameDevice device = MemoryWire.loopback(pool, 1, 1 << 16, MTU);
                FrameBurst burst = new FrameBurst(8)) {
            burst.add(frame(pool, MTU + 19, 0));
            assertEquals(1, device.send(burst, 0));
            final DeviceCounters counters = new DeviceCounters();
            device.readCounters(counters);
            assertEquals(1, counters.sendErrors);
            assertEquals(0, device.receive(burst, 0));
            assertEquals(4, pool.available());
        }
    }

    private static long frame(final FramePool pool, final int length, final int mark) {
        final long frame = pool.allocate();
        Frame.length(frame, length);
        UnsafeApi.setMemory(Frame.dataAddress(frame), length, (byte) mark);
        return frame;
    }
}
