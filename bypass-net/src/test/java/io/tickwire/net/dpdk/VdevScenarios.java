package io.tickwire.net.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.device.DeviceCounters;
import io.tickwire.net.device.ExternalMemory;
import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.MacAddress;
import io.tickwire.net.device.MemoryFramePool;
import io.tickwire.net.device.PcapReader;
import io.tickwire.net.device.PcapWriter;
import io.tickwire.net.device.ReceiveSideScaling;
import io.tickwire.net.dpdk.ffi.DpdkException;
import io.tickwire.net.dpdk.ffi.PortCapabilities;
import io.tickwire.net.dpdk.ffi.RssCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/** What is done with virtual devices in a child process; each argument names a scenario. */
final class VdevScenarios {
    private static final int FRAMES = 20_000;
    private static final long MEMIF_LIMIT_NS = 30_000_000_000L;

    private VdevScenarios() {}

    public static void main(final String[] arguments) throws IOException {
        final Eal eal = Eal.start(EalSettings.ordinaryMemory());
        System.out.println(eal.version());
        switch (arguments[0]) {
            case "ring" -> ring(eal);
            case "null" -> nullDevice(eal);
            case "pool" -> pool(eal);
            case "pcap" -> pcap(eal, Path.of(arguments[1]));
            case "refusals" -> refusals(eal);
            case "memif-server" -> memifServer(eal, arguments[1], Integer.parseInt(arguments[2]));
            case "memif-client" -> memifClient(eal, arguments[1], Integer.parseInt(arguments[2]));
            case "pair" -> pair(eal, arguments[1], arguments[2], Integer.parseInt(arguments[3]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("passed " + arguments[0]);
    }

    private static void ring(final Eal eal) {
        for (int round = 0; round < 3; round++) {
            try (DpdkPort port = DpdkPort.open(eal, PortSettings.of("net_ring0").withFrames(1023))) {
                final FrameDevice device = port.queue(0);
                assertEquals("net_ring", port.driver());
                assertTrue(device.isLinkUp());
                assertTrue(device.joinMulticast(MacAddress.ofIpv4Group(0xEF000001)));
                Exchange.run(device, device, FRAMES, 1514);
                final DeviceCounters counters = new DeviceCounters();
                device.readCounters(counters);
                assertEquals(FRAMES, counters.sentFrames);
                assertEquals(FRAMES, counters.receivedFrames);
                assertEquals(1023, port.pool(0).available(), "frames back in the pool");
                device.leaveMulticast(MacAddress.ofIpv4Group(0xEF000001));
                device.close();
            }
        }
    }

    private static void nullDevice(final Eal eal) {
        try (DpdkPort port =
                        DpdkPort.open(eal, PortSettings.of("net_null0,size=80").withFrames(511));
                FrameBurst burst = new FrameBurst(64)) {
            final FrameDevice device = port.queue(0);
            for (int i = 0; i < 1000; i++) {
                assertEquals(64, device.receive(burst, 0));
                assertEquals(80, Frame.length(burst.get(63)));
                device.send(burst, 0);
                assertTrue(burst.isEmpty());
            }
            assertEquals(511, port.pool(0).available());
            device.close();
        }
        scaling(eal);
    }

    /** net_null hashes nothing, but keeps a table and a key as a NIC does; as it does not tell the key's length, its hash counts as unknown. */
    private static void scaling(final Eal eal) {
        final int queues = 3;
        try (DpdkPort port = DpdkPort.open(
                eal, PortSettings.of("net_null1,size=80").withFrames(511).withQueues(queues))) {
            final int index = eal.ethCalls().portByName("net_null1");
            final PortCapabilities can = eal.ethCalls().capabilities(index);
            final RssCalls calls = eal.rssCalls();
            assertTrue(calls.setTable(index, ReceiveSideScaling.spread(can.rssTableEntries(), queues)));
            assertTrue(calls.setTable(index, ReceiveSideScaling.spread(can.rssTableEntries(), 2)));
            assertFalse(calls.setTable(index, new int[can.rssTableEntries() / 2]), "not the table's length");
            assertTrue(calls.key(index, 40)[0] != 0, "a key is told");
            assertEquals(FrameDevice.UNKNOWN_QUEUE, port.queue(1).arrivalQueue(0x0A000002, 0x0A000001, 80, 50_000));
        }
    }

    /** The Java side of the mempool cache against DPDK's own count, over every path a frame can take. */
    private static void pool(final Eal eal) {
        try (DpdkPort port = DpdkPort.open(eal, PortSettings.of("net_ring1").withFrames(2047))) {
            final DpdkPool pool = port.pool(0);
            final List<Long> taken = new ArrayList<>();
            for (long frame = pool.allocate(); frame != Frame.NULL; frame = pool.allocate()) {
                assertEquals(0, Frame.length(frame));
                assertEquals(Frame.HEADROOM_BYTES, Frame.dataOffset(frame));
                taken.add(frame);
            }
            assertEquals(2047, taken.size());
            assertEquals(2047, taken.stream().distinct().count());
            assertEquals(1, pool.exhausted());
            assertEquals(0, pool.available());
            for (final long frame : taken) {
                pool.free(frame);
            }
            assertEquals(2047, pool.available());

            final long head = pool.allocate();
            final long tail = pool.allocate();
            Frame.length(head, 10);
            Frame.length(tail, 20);
            Frame.chain(head, head, tail);
            Frame.retain(head);
            pool.free(head);
            assertEquals(2045, pool.available());
            pool.free(head);
            assertEquals(2047, pool.available());

            final long memory = UnsafeApi.allocateMemory(100);
            final ExternalMemory external = new ExternalMemory();
            final long frame = pool.allocate();
            external.attach(frame, memory, 100);
            assertFalse(external.isReleased());
            pool.free(frame);
            assertTrue(external.isReleased());
            external.close();
            UnsafeApi.freeMemory(memory);
            assertEquals(2047, pool.available());
            final long again = pool.allocate();
            assertNotEquals(memory, Frame.dataAddress(again));
            assertEquals(2048, Frame.tailroom(again));
            pool.free(again);
            port.queue(0).close();
            assertEquals(2047, pool.available());
        }
    }

    private static void pcap(final Eal eal, final Path directory) throws IOException {
        final Path in = directory.resolve("in.pcap");
        final Path out = directory.resolve("out.pcap");
        final int count = 100;
        try (MemoryFramePool memory = new MemoryFramePool(1);
                PcapWriter writer = new PcapWriter(in, 1 << 20)) {
            final long frame = memory.allocate();
            for (int i = 0; i < count; i++) {
                Exchange.fill(frame, 1, 2, i, 60 + i);
                writer.write(frame, i);
            }
        }
        try (DpdkPort port = DpdkPort.open(eal, PortSettings.of("net_pcap0,rx_pcap=" + in + ",tx_pcap=" + out));
                FrameBurst burst = new FrameBurst(32)) {
            final FrameDevice device = port.queue(0);
            int received = 0;
            while (received < count) {
                received += device.receive(burst, 0);
                device.send(burst, 0);
            }
            device.close();
        }
        final byte[] bytes = Files.readAllBytes(out);
        final PcapReader reader = new PcapReader(new UnsafeBuffer(bytes), 0, bytes.length);
        for (int i = 0; i < count; i++) {
            assertTrue(reader.next());
            assertEquals(60 + i, reader.capturedBytes());
            assertEquals((byte) (i + 59), bytes[reader.offset() + 59]);
        }
        assertFalse(reader.next());
    }

    private static void refusals(final Eal eal) {
        assertThrows(IllegalStateException.class, () -> Eal.start(new EalSettings(false, 64, List.of(), List.of())));
        final DpdkException noSuchDriver =
                assertThrows(DpdkException.class, () -> DpdkPort.open(eal, PortSettings.of("net_nonesuch0")));
        assertTrue(noSuchDriver.getMessage().contains("net_nonesuch0"), noSuchDriver.getMessage());
        assertThrows(DpdkException.class, () -> DpdkPort.open(eal, PortSettings.of("net_af_packet7,iface=nonesuch")));
        assertThrows(DpdkException.class, () -> DpdkPort.open(eal, PortSettings.of("0000:ff:1f.7")));
        assertThrows(
                DpdkException.class,
                () -> DpdkPort.open(eal, PortSettings.of("net_ring2").withFrames(10_000_000)));
        assertThrows(
                DpdkException.class,
                () -> DpdkPort.open(eal, PortSettings.of("net_ring3").withQueues(63)));
        final DpdkException buffersTooSmall =
                assertThrows(DpdkException.class, () -> DpdkPort.open(eal, memif("client", "/tmp/nobody", 9000, "")));
        assertTrue(buffersTooSmall.getMessage().contains("add bsize=9018"), buffersTooSmall.getMessage());
        // After all of that the environment still works.
        ring(eal);
    }

    private static void pair(final Eal eal, final String left, final String right, final int frames) {
        try (DpdkPort leftPort = DpdkPort.open(eal, PortSettings.of(left).withPromiscuous(true));
                DpdkPort rightPort = DpdkPort.open(eal, PortSettings.of(right).withPromiscuous(true))) {
            final FrameDevice leftDevice = leftPort.queue(0);
            final FrameDevice rightDevice = rightPort.queue(0);
            System.out.println(leftDevice.info() + " " + rightDevice.info());
            assertTrue(leftDevice.joinMulticast(MacAddress.ofIpv4Group(0xEF000001)));
            Exchange.run(leftDevice, rightDevice, frames, 1514);
            Exchange.run(rightDevice, leftDevice, frames, 1514);
            // Some drivers keep their receive ring filled; what they hold must not grow.
            final int leftAvailable = leftPort.pool(0).available();
            final int rightAvailable = rightPort.pool(0).available();
            Exchange.run(leftDevice, rightDevice, frames, 1514);
            Exchange.run(rightDevice, leftDevice, frames, 1514);
            assertEquals(leftAvailable, leftPort.pool(0).available(), "frames back in the left pool");
            assertEquals(rightAvailable, rightPort.pool(0).available(), "frames back in the right pool");
            if (leftPort.driver().equals("net_af_packet")) {
                assertEquals(leftPort.pool(0).capacity(), leftAvailable);
            }
            leftDevice.close();
            rightDevice.close();
        }
    }

    /** Echoes until a frame numbered -1 comes, then stops polling, as the peer must before this side goes. */
    private static void memifServer(final Eal eal, final String socket, final int mtu) {
        try (DpdkPort port = DpdkPort.open(eal, memif("server", socket, mtu));
                FrameBurst burst = new FrameBurst(32)) {
            final FrameDevice device = port.queue(0);
            final long deadlineNs = System.nanoTime() + MEMIF_LIMIT_NS;
            boolean done = false;
            while (!done) {
                assertTrue(System.nanoTime() - deadlineNs < 0, "the client did not finish");
                device.receive(burst, 0);
                for (int i = 0; i < burst.size(); i++) {
                    done |= Exchange.isOurs(burst.get(i)) && Exchange.number(burst.get(i)) == -1;
                }
                device.send(burst, 0);
            }
            burst.freeAll(device.pool());
            assertEquals(port.pool(0).capacity(), port.pool(0).available(), "frames back in the pool");
            device.close();
        }
    }

    private static void memifClient(final Eal eal, final String socket, final int mtu) {
        final long listenDeadlineNs = System.nanoTime() + MEMIF_LIMIT_NS;
        while (!Files.exists(Path.of(socket))) {
            assertTrue(System.nanoTime() - listenDeadlineNs < 0, "no server");
            LockSupport.parkNanos(1_000_000);
        }
        try (DpdkPort port = DpdkPort.open(eal, memif("client", socket, mtu));
                FrameBurst burst = new FrameBurst(32)) {
            final FrameDevice device = port.queue(0);
            final long deadlineNs = System.nanoTime() + MEMIF_LIMIT_NS;
            while (!device.isLinkUp()) {
                assertTrue(System.nanoTime() - deadlineNs < 0, "no link");
                Thread.onSpinWait();
            }
            Exchange.run(device, device, FRAMES, mtu + 14);
            final long last = device.pool().allocate();
            Exchange.fill(last, 1, 2, -1, 60);
            burst.add(last);
            device.send(burst, 0);
            assertTrue(burst.isEmpty());
            // No more polling: the server leaves once it has seen the frame, and takes the shared memory with it.
            while (device.isLinkUp()) {
                assertTrue(System.nanoTime() - deadlineNs < 0, "the server does not leave");
                LockSupport.parkNanos(1_000_000);
            }
            assertEquals(port.pool(0).capacity(), port.pool(0).available(), "frames back in the pool");
            device.close();
        }
    }

    private static PortSettings memif(final String role, final String socket, final int mtu) {
        final boolean large = role.equals("client") && mtu > PortSettings.DEFAULT_MTU_BYTES;
        return memif(role, socket, mtu, large ? ",bsize=9216" : "");
    }

    private static PortSettings memif(final String role, final String socket, final int mtu, final String buffers) {
        return PortSettings.of("net_memif0,role=" + role + ",socket-abstract=no,socket=" + socket + buffers)
                .withMtu(mtu)
                .withFrames(4095);
    }
}
