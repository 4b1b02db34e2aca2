package io.tickwire.net.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The stack against Linux' TCP over a cable between two namespaces. {@code -Dtickwire.kernel.mb=1024} sends a gigabyte each way, {@code
 * -Dtickwire.kernel.connects=N} makes more connections.
 */
class KernelPeerIT {
    private static final long BULK_BYTES = Long.getLong("tickwire.kernel.mb", 32) << 20;
    private static final int CONNECTS = Integer.getInteger("tickwire.kernel.connects", 2_000);
    private static final int AT_ONCE = 1_000;

    @BeforeAll
    static void needs() {
        KernelLab.needs();
    }

    @ParameterizedTest
    @ValueSource(strings = {"net_af_packet0,iface=v0,framecnt=4096", "net_af_xdp0,iface=v0"})
    void bulkArrivesIntactBothWays(String device) {
        try (KernelLab lab = new KernelLab(device, List.of("-da"))) {
            // As a server, then as a client; each way alone and both at once.
            transfer(lab, true, BULK_BYTES, 0);
            transfer(lab, true, 0, BULK_BYTES);
            transfer(lab, false, BULK_BYTES, 0);
            transfer(lab, false, 0, BULK_BYTES);
            transfer(lab, true, BULK_BYTES / 2, BULK_BYTES / 2);
            lab.quit();
        }
    }

    private static void transfer(KernelLab lab, boolean fromKernel, long up, long down) {
        final String report = fromKernel
                ? lab.fromKernel("1 1 " + up + " " + down + " 7", 600)
                : lab.fromStack("1 1 " + up + " " + down + " 9", 600);
        final long ms = PeerProcess.numbers(report).get("ms");
        System.out.printf(
                "%s: %d MB up, %d MB down: %s, %.0f MB/s%n",
                fromKernel ? "kernel to stack" : "stack to kernel",
                up >> 20,
                down >> 20,
                report,
                (up + down) / 1048.576 / Math.max(1, ms));
        lab.requireIntact(report);
    }

    /** DPDK's net_tap takes long segments and cuts them with its own library; the kernel and tshark judge what comes of it. */
    @Test
    void whatTheDeviceCutsArrivesIntact() {
        try (KernelLab lab = new KernelLab("net_tap0,iface=" + KernelLab.TAP, List.of("-ea"))) {
            lab.capture();
            report("served with segmentation offload", lab, lab.fromKernel("4 4 200000 4000000 5", 120));
            report("opened with segmentation offload", lab, lab.fromStack("4 4 4000000 200000 6", 120));
            final Map<String, Long> counters = PeerProcess.numbers(lab.stackCounters());
            assertTrue(counters.getOrDefault("segmentedOut", 0L) > 100, counters.toString());
            lab.requireCleanCaptureOfCutSegments();
            assertEquals("", lab.captured("frame.len > 1514"), "everything was cut");
            lab.quit();
        }
    }

    @Test
    void thousandsOfConnectionsComeAndGo() {
        try (KernelLab lab = new KernelLab("net_af_packet0,iface=v0,framecnt=4096", List.of("-da"))) {
            lab.stack("buffer=65536");
            // Each takes an ephemeral port for the minute of TIME-WAIT.
            final int opens = Math.min(CONNECTS, 16_000);
            report("accepted", lab, lab.fromKernel(CONNECTS + " 16 200 200 1", 120));
            report("opened", lab, lab.fromStack(opens + " 16 200 200 2", 120));
            final Map<String, Long> counters = PeerProcess.numbers(lab.stackCounters());
            assertEquals(CONNECTS, counters.get("passiveOpens"));
            assertEquals(opens, counters.get("activeOpens"));
            assertTrue(!counters.containsKey("cookiesRejected"), counters.toString());
            lab.quit();
        }
    }

    @Test
    void thousandConnectionsAtOnce() {
        try (KernelLab lab = new KernelLab("net_af_packet0,iface=v0,framecnt=4096", List.of("-da"))) {
            lab.stack("buffer=65536");
            final String shape = AT_ONCE + " " + AT_ONCE + " 20000 20000 ";
            report("accepted", lab, lab.fromKernel(shape + "3 together", 120));
            report("opened", lab, lab.fromStack(shape + "4 together", 120));
            lab.quit();
        }
    }

    private static void report(String what, KernelLab lab, String report) {
        final Map<String, Long> numbers = PeerProcess.numbers(report);
        System.out.printf(
                "%d connections %s: %s, %.0f per second%n",
                numbers.get("count"), what, report, numbers.get("count") * 1000.0 / Math.max(1, numbers.get("ms")));
        lab.requireIntact(report);
    }

    @Test
    void connectionsStayOnTheQueueThatTheyCameIn() {
        final String device = "net_af_packet0,iface=v0,framecnt=4096,qpairs=2";
        try (KernelLab lab = new KernelLab(device, 2, List.of("-ea"))) {
            final int connections = 400;
            report("accepted on two queues", lab, lab.fromKernel(connections + " 16 50000 50000 1", 120));
            // Where the answers arrive is the kernel's secret: those at the other queue are passed on.
            report("opened on one of two queues", lab, lab.fromStack(connections + " 16 2000 2000 2", 120));
            final String queues = lab.stackPeer.ask("queues");
            System.out.println("two queues: " + queues);
            long accepted = 0;
            for (final String queue : queues.split(" \\| ", -1)) {
                final Map<String, Long> numbers = PeerProcess.numbers(queue);
                assertTrue(numbers.get("accepted") > connections / 8, queues);
                // A segment at the stack that does not have its connection would be answered by a reset.
                assertEquals(0, numbers.get("resets"), queues);
                accepted += numbers.get("accepted");
            }
            assertEquals(connections, accepted);
            lab.quit();
        }
    }

    /** Over AF_XDP: DPDK's af_packet driver has the kernel put fragments together, and then cuts off what exceeds a frame. */
    @Test
    void pingLargerThanTheMtuIsAnsweredInFragments() {
        try (KernelLab lab = new KernelLab("net_af_xdp0,iface=v0", List.of("-ea"))) {
            lab.capture();
            final String fragmented =
                    lab.kernel.exec("ping", "-c", "2", "-i", "0.2", "-W", "5", "-s", "4000", KernelLab.STACK);
            assertTrue(fragmented.contains(" 0% packet loss"), fragmented);
            lab.requireCleanCapture();
            lab.quit();
        }
    }

    @Test
    void pingIsAnsweredAndAStaleNeighbourIsAskedAgain() {
        try (KernelLab lab = new KernelLab("net_af_packet0,iface=v0,framecnt=4096", List.of("-ea"))) {
            lab.stack("arp=300");
            lab.capture();
            final String small = lab.kernel.exec("ping", "-c", "3", "-i", "0.2", "-W", "5", KernelLab.STACK);
            assertTrue(small.contains(" 0% packet loss"), small);
            final String largest =
                    lab.kernel.exec("ping", "-c", "2", "-i", "0.2", "-W", "5", "-s", "1472", KernelLab.STACK);
            assertTrue(largest.contains(" 0% packet loss"), largest);
            lab.requireIntact(lab.fromStack("1 1 1000 1000 1", 30));
            // The neighbour gets another address and does not say so: probes go unanswered, then it is asked for anew.
            lab.kernel.exec("ip", "link", "set", "v1", "address", "02:77:00:00:00:01");
            lab.requireIntact(lab.fromStack("1 1 1000 1000 2", 30));
            assertTrue(
                    lab.captured("arp.opcode == 1 && arp.src.proto_ipv4 == " + KernelLab.STACK
                                    + " && eth.dst != ff:ff:ff:ff:ff:ff")
                            .contains(KernelLab.STACK),
                    "a stale neighbour is probed by unicast");
            lab.requireCleanCapture();
            lab.quit();
        }
    }
}
