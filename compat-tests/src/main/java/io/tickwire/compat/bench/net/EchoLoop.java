package io.tickwire.compat.bench.net;

import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.dpdk.CpuAffinity;
import io.tickwire.net.dpdk.DpdkPort;
import io.tickwire.net.dpdk.Eal;
import io.tickwire.net.dpdk.EalSettings;
import io.tickwire.net.dpdk.PortSettings;
import java.util.Locale;
import org.agrona.UnsafeApi;

/**
 * A process of its own that does what testpmd's io and macswap modes do: takes bursts from each of two ports and sends them out of the
 * other. Arguments: the two devices, mode, seconds, CPU. Prints frames per second of the thread's
 * own time.
 */
final class EchoLoop {
    private static final int BURST = 32;
    private static final int FRAME_BYTES = 64;
    private static final int MAC_BYTES = 6;
    private static final double WARM_UP_SECONDS = 2;
    private static final int CLOCK_INTERVAL = 16_384;

    private EchoLoop() {}

    public static void main(String[] arguments) {
        boolean swaps = arguments[2].equals("macswap");
        double seconds = Double.parseDouble(arguments[3]);
        CpuAffinity.pin(Integer.parseInt(arguments[4]));
        Eal eal = Eal.start(EalSettings.ordinaryMemory());
        try (DpdkPort left = DpdkPort.open(eal, PortSettings.of(arguments[0]));
                DpdkPort right = DpdkPort.open(eal, PortSettings.of(arguments[1]));
                FrameBurst burst = new FrameBurst(BURST)) {
            inject(left.queue(0), burst);
            inject(right.queue(0), burst);
            forward(left.queue(0), right.queue(0), burst, swaps, WARM_UP_SECONDS);
            System.out.printf(Locale.ROOT, "%.0f%n", forward(left.queue(0), right.queue(0), burst, swaps, seconds));
        }
    }

    private static void inject(FrameDevice device, FrameBurst burst) {
        for (int i = 0; i < BURST; i++) {
            long frame = device.pool().allocate();
            Frame.length(frame, FRAME_BYTES);
            UnsafeApi.setMemory(Frame.dataAddress(frame), FRAME_BYTES, (byte) i);
            burst.add(frame);
        }
        device.send(burst, 0);
        burst.freeAll(device.pool());
    }

    private static double forward(
            FrameDevice left, FrameDevice right, FrameBurst burst, boolean swaps, double seconds) {
        long durationNs = (long) (seconds * 1e9);
        long beganNs = ThreadTime.cpuNs();
        long frames = 0;
        long elapsedNs;
        do {
            for (int i = 0; i < CLOCK_INTERVAL; i++) {
                frames += move(left, right, burst, swaps);
                frames += move(right, left, burst, swaps);
            }
            elapsedNs = ThreadTime.cpuNs() - beganNs;
        } while (elapsedNs < durationNs);
        return frames * 1e9 / elapsedNs;
    }

    private static int move(FrameDevice from, FrameDevice to, FrameBurst burst, boolean swaps) {
        int count = from.receive(burst, 0);
        if (count == 0) {
            return 0;
        }
        if (swaps) {
            for (int i = 0; i < count; i++) {
                swap(Frame.dataAddress(burst.get(i)));
            }
        }
        to.send(burst, 0);
        burst.freeAll(from.pool()); // as testpmd drops what does not fit
        return count;
    }

    private static void swap(long header) {
        int destination = UnsafeApi.getInt(header);
        short destinationEnd = UnsafeApi.getShort(header + Integer.BYTES);
        int source = UnsafeApi.getInt(header + MAC_BYTES);
        short sourceEnd = UnsafeApi.getShort(header + MAC_BYTES + Integer.BYTES);
        UnsafeApi.putInt(header, source);
        UnsafeApi.putShort(header + Integer.BYTES, sourceEnd);
        UnsafeApi.putInt(header + MAC_BYTES, destination);
        UnsafeApi.putShort(header + MAC_BYTES + Integer.BYTES, destinationEnd);
    }
}
