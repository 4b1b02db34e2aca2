package io.tickwire.net.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import java.util.SplittableRandom;
import org.agrona.UnsafeApi;

/** Sends numbered frames of seeded lengths and contents from one device to another and checks what arrives, and that nothing leaks. */
final class Exchange {
    static final int ETHER_TYPE = 0x88B5; // for local experiments: no kernel answers it
    private static final int HEADER_BYTES = 18;
    private static final int BURST = 32;
    private static final long LIMIT_NS = 20_000_000_000L;

    private Exchange() {}

    static void run(final FrameDevice from, final FrameDevice to, final int frames, final int maxLength) {
        final long seed = 7L;
        final SplittableRandom lengths = new SplittableRandom(seed);
        final SplittableRandom expectedLengths = new SplittableRandom(seed);
        final long deadlineNs = System.nanoTime() + LIMIT_NS;
        int sent = 0;
        int received = 0;
        try (FrameBurst out = new FrameBurst(BURST);
                FrameBurst in = new FrameBurst(BURST)) {
            while (received < frames) {
                assertTrue(
                        System.nanoTime() - deadlineNs < 0,
                        "received " + received + " of " + sent + " sent, seed " + seed);
                while (sent < frames && out.room() > 0 && sent - received < 256) {
                    final long frame = from.pool().allocate();
                    if (frame == Frame.NULL) {
                        break;
                    }
                    fill(
                            frame,
                            from.info().macAddress(),
                            to.info().macAddress(),
                            sent++,
                            lengths.nextInt(60, maxLength + 1));
                    out.add(frame);
                }
                from.send(out, 0);
                to.receive(in, 0);
                for (int i = 0; i < in.size(); i++) {
                    if (isOurs(in.get(i))) {
                        check(in.get(i), received++, expectedLengths.nextInt(60, maxLength + 1));
                    }
                }
                in.freeAll(to.pool());
            }
        }
    }

    static void fill(final long frame, final long fromMac, final long toMac, final int number, final int length) {
        final long data = Frame.dataAddress(frame);
        Frame.length(frame, length);
        putMac(data, toMac);
        putMac(data + 6, fromMac);
        UnsafeApi.putShort(data + 12, Short.reverseBytes((short) ETHER_TYPE));
        UnsafeApi.putInt(data + 14, number);
        for (int i = HEADER_BYTES; i < length; i++) {
            UnsafeApi.putByte(data + i, (byte) (number + i));
        }
    }

    static void putMac(final long address, final long macAddress) {
        for (int i = 0; i < 6; i++) {
            UnsafeApi.putByte(address + i, (byte) (macAddress >>> (40 - 8 * i)));
        }
    }

    static boolean isOurs(final long frame) {
        return Frame.length(frame) >= 60
                && Short.reverseBytes(UnsafeApi.getShort(Frame.dataAddress(frame) + 12)) == (short) ETHER_TYPE;
    }

    static int number(final long frame) {
        return UnsafeApi.getInt(Frame.dataAddress(frame) + 14);
    }

    private static void check(final long frame, final int number, final int length) {
        final long data = Frame.dataAddress(frame);
        assertEquals(number, number(frame));
        assertEquals(length, Frame.length(frame));
        for (int i = HEADER_BYTES; i < length; i++) {
            assertEquals((byte) (number + i), UnsafeApi.getByte(data + i));
        }
    }
}
