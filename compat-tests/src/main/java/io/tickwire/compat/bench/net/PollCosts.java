package io.tickwire.compat.bench.net;

import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.FramePool;
import io.tickwire.net.dpdk.CpuAffinity;
import io.tickwire.net.dpdk.DpdkPort;
import io.tickwire.net.dpdk.Eal;
import io.tickwire.net.dpdk.EalSettings;
import io.tickwire.net.dpdk.PortSettings;
import java.util.Locale;
import org.agrona.UnsafeApi;

/**
 * A process of its own that times the loops a poll thread is made of, over the bindings; {@code poll_costs.c} has the same in C. Arguments:
 * operations per loop, CPU. Prints {@code NAME NANOSECONDS} for each, of its last round: the earlier ones are for the compiler.
 */
final class PollCosts {
    private static final int BURST = 32;
    private static final int FRAMES = 8191;
    private static final int FRAME_BYTES = 64;
    private static final int WARM_UP_ROUNDS = 3;
    private static final int ETHER_TYPE_OFFSET = 12;

    private final FrameBurst burst = new FrameBurst(BURST);
    private long sum;

    private PollCosts() {}

    public static void main(String[] arguments) {
        long count = Long.parseLong(arguments[0]);
        CpuAffinity.pin(Integer.parseInt(arguments[1]));
        Eal eal = Eal.start(EalSettings.ordinaryMemory());
        try (DpdkPort ring = DpdkPort.open(eal, PortSettings.of("net_ring0").withFrames(FRAMES));
                DpdkPort nothing = DpdkPort.open(
                        eal, PortSettings.of("net_null0,size=" + FRAME_BYTES).withFrames(FRAMES))) {
            PollCosts costs = new PollCosts();
            for (int round = 0; round < WARM_UP_ROUNDS; round++) {
                costs.run(ring.queue(0), nothing.queue(0), count / 10, false);
            }
            costs.run(ring.queue(0), nothing.queue(0), count, true);
        }
    }

    private void run(FrameDevice ring, FrameDevice nothing, long count, boolean isReported) {
        emptyPoll(ring, count, isReported);
        allocateFree(ring.pool(), count, isReported);
        receiveFree(nothing, count, isReported);
        circulate(ring, count, isReported);
        if (sum == 1) {
            System.out.println(); // keeps the reads alive
        }
    }

    private static void report(String name, long beganNs, long operations, boolean isReported) {
        if (isReported) {
            System.out.printf(Locale.ROOT, "%s %.3f%n", name, (ThreadTime.cpuNs() - beganNs) / (double) operations);
        }
    }

    private void emptyPoll(FrameDevice ring, long polls, boolean isReported) {
        long got = 0;
        long beganNs = ThreadTime.cpuNs();
        for (long i = 0; i < polls; i++) {
            got += ring.receive(burst, 0);
        }
        report("empty-poll", beganNs, polls, isReported);
        if (got != 0) {
            throw new IllegalStateException("an empty ring gave " + got + " frames");
        }
    }

    private static void allocateFree(FramePool pool, long frames, boolean isReported) {
        long beganNs = ThreadTime.cpuNs();
        for (long i = 0; i < frames; i++) {
            pool.free(pool.allocate());
        }
        report("allocate-free", beganNs, frames, isReported);
    }

    private void receiveFree(FrameDevice nothing, long frames, boolean isReported) {
        FramePool pool = nothing.pool();
        long beganNs = ThreadTime.cpuNs();
        for (long i = 0; i < frames; ) {
            int count = nothing.receive(burst, 0);
            for (int k = 0; k < count; k++) {
                long frame = burst.get(k);
                sum += UnsafeApi.getShort(Frame.dataAddress(frame) + ETHER_TYPE_OFFSET);
                pool.free(frame);
            }
            burst.clear();
            i += count;
        }
        report("receive-read-free", beganNs, frames, isReported);
    }

    private void circulate(FrameDevice ring, long frames, boolean isReported) {
        for (int k = 0; k < BURST; k++) {
            long frame = ring.pool().allocate();
            Frame.length(frame, FRAME_BYTES);
            UnsafeApi.setMemory(Frame.dataAddress(frame), FRAME_BYTES, (byte) 0);
            burst.add(frame);
        }
        ring.send(burst, 0);
        long beganNs = ThreadTime.cpuNs();
        for (long i = 0; i < frames; ) {
            int count = ring.receive(burst, 0);
            for (int k = 0; k < count; k++) {
                sum += UnsafeApi.getShort(Frame.dataAddress(burst.get(k)) + ETHER_TYPE_OFFSET);
            }
            while (!burst.isEmpty()) {
                ring.send(burst, 0);
            }
            i += count;
        }
        report("receive-read-send", beganNs, frames, isReported);
        while (ring.receive(burst, 0) > 0) {
            burst.freeAll(ring.pool());
        }
    }
}
