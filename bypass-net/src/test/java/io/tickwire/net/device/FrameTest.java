package io.tickwire.net.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameTest {
    private final MemoryFramePool pool = new MemoryFramePool(4, 256);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void freshFramePrependedGrowsIntoHeadroom() {
        final long frame = pool.allocate();
        final long data = Frame.dataAddress(frame);
        Frame.length(frame, 10);
        assertEquals(data - 14, Frame.prepend(frame, 14));
        assertEquals(24, Frame.length(frame));
        assertEquals(24, Frame.segmentLength(frame));
        assertEquals(Frame.HEADROOM_BYTES - 14, Frame.dataOffset(frame));
        assertEquals(data, Frame.trimFront(frame, 14));
        assertEquals(10, Frame.length(frame));
        assertEquals(256 - 10, Frame.tailroom(frame));
    }

    @Test
    void emptyPoolAllocationIsRefusedAndCounted() {
        for (int i = 0; i < 4; i++) {
            assertNotEquals(Frame.NULL, pool.allocate());
        }
        assertEquals(Frame.NULL, pool.allocate());
        assertEquals(1, pool.exhausted());
        assertEquals(0, pool.available());
    }

    @Test
    void retainedChainFreedOnceStaysOut() {
        final long head = pool.allocate();
        final long tail = pool.allocate();
        Frame.length(head, 3);
        Frame.length(tail, 2);
        UnsafeApi.setMemory(Frame.dataAddress(head), 3, (byte) 'h');
        UnsafeApi.setMemory(Frame.dataAddress(tail), 2, (byte) 't');
        Frame.chain(head, head, tail);
        assertEquals(5, Frame.length(head));
        assertEquals(2, Frame.segmentCount(head));
        final long flat = pool.allocate();
        Frame.copyTo(head, Frame.dataAddress(flat));
        assertEquals('h', UnsafeApi.getByte(Frame.dataAddress(flat) + 2));
        assertEquals('t', UnsafeApi.getByte(Frame.dataAddress(flat) + 4));

        Frame.retain(head);
        pool.free(head);
        assertEquals(1, pool.available());
        assertEquals(tail, Frame.next(head));
        pool.free(head);
        pool.free(flat);
        assertEquals(4, pool.available());
    }

    @Test
    void freedFrameFreedAgainIsRefused() {
        final long frame = pool.allocate();
        pool.free(frame);
        assertThrows(IllegalStateException.class, () -> pool.free(frame));
        assertEquals(4, pool.available());
    }

    @Test
    void strangersFrameFreedIsRefused() {
        try (MemoryFramePool other = new MemoryFramePool(1)) {
            final long frame = other.allocate();
            assertThrows(IllegalStateException.class, () -> pool.free(frame));
        }
    }

    @Test
    void recycledFrameIsAsFresh() {
        final long frame = pool.allocate();
        Frame.flags(frame, Frame.TX_TCP_CHECKSUM | Frame.TX_IPV4);
        Frame.transmitOffload(frame, 14, 20, 32, 1460);
        assertEquals(
                14L | (20 << 7) | (32 << 16) | (1460L << 24), UnsafeApi.getLong(frame + Frame.TRANSMIT_OFFLOAD_OFFSET));
        Frame.prepend(frame, 14);
        pool.free(frame);
        final long again = pool.allocate();
        assertEquals(frame, again);
        assertEquals(0, Frame.flags(again));
        assertEquals(0, Frame.length(again));
        assertEquals(Frame.HEADROOM_BYTES, Frame.dataOffset(again));
        assertEquals(1, Frame.referenceCount(again));
        assertEquals(0, UnsafeApi.getLong(again + Frame.TRANSMIT_OFFLOAD_OFFSET));
    }

    @Test
    void externalMemoryIsReleasedWhenItsLastFrameIs() {
        final long memory = UnsafeApi.allocateMemory(64);
        final ExternalMemory external = new ExternalMemory();
        final long frame = pool.allocate();
        external.attach(frame, memory, 64);
        assertEquals(memory, Frame.dataAddress(frame));
        assertEquals(64, Frame.length(frame));
        Frame.retain(frame);
        pool.free(frame);
        assertFalse(external.isReleased());
        assertThrows(IllegalStateException.class, external::close);
        pool.free(frame);
        assertTrue(external.isReleased());
        external.close();
        UnsafeApi.freeMemory(memory);
    }

    @Test
    void macAddressRoundTrips() {
        assertEquals("01:00:5e:7f:00:01", MacAddress.format(MacAddress.ofIpv4Group(0xEFFF0001)));
        assertEquals(0x0200_0000_00FFL, MacAddress.parse("02:00:00:00:00:ff"));
        assertTrue(MacAddress.isGroup(MacAddress.BROADCAST));
        assertThrows(IllegalArgumentException.class, () -> MacAddress.parse("02:00:00:00:00"));
        assertThrows(IllegalArgumentException.class, () -> MacAddress.parse("02:00:00:00:00:zz"));
    }
}
