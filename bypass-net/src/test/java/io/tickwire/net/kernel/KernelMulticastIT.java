package io.tickwire.net.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.dpdk.Namespace;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real IGMP: a bridge of the kernel that snoops, floods nothing and queries, between the stack and a sender. The bridge's table is what the
 * kernel made of the stack's reports, and only what is in it gets through.
 */
class KernelMulticastIT {
    private static final String GROUP = "239.78.1.1";
    private static final String OTHER = "239.78.1.2";
    private static final String PORT = "30001";
    private static final int DATAGRAMS = 50;
    private static final long LIMIT_MS = 20_000;

    private final Namespace bridge = new Namespace();
    private final Namespace stackSide = new Namespace();
    private final Namespace sender = new Namespace();
    private PeerProcess stack;
    private PeerProcess kernel;

    @BeforeAll
    static void needs() {
        KernelLab.needs();
    }

    private void connect(int version) {
        bridge.cable("b0", stackSide, "v0");
        bridge.cable("b1", sender, "v1");
        sender.exec("ip", "addr", "add", KernelLab.KERNEL + "/24", "dev", "v1");
        sender.exec("ip", "route", "add", "239.0.0.0/8", "dev", "v1");
        bridge.exec(
                "sh",
                "-ec",
                "ip link add br0 type bridge mcast_snooping 1 mcast_igmp_version " + version
                        + " mcast_query_response_interval 100 mcast_startup_query_interval 100"
                        + " mcast_last_member_interval 50;"
                        + " ip link set b0 master br0; ip link set b1 master br0;"
                        + " bridge link set dev b0 mcast_flood off; bridge link set dev b1 mcast_flood off;"
                        + " ip addr add 10.78.0.254/24 dev br0; ip link set br0 type bridge mcast_query_use_ifaddr 1;"
                        + " ip link set br0 up; ip link set br0 type bridge mcast_querier 1");
        kernel = PeerProcess.start(sender, KernelPeer.class, List.of("-XX:TieredStopAtLevel=1"));
        stack = PeerProcess.start(
                stackSide,
                StackPeer.class,
                List.of("-ea"),
                "net_af_packet0,iface=v0,framecnt=4096",
                KernelLab.STACK + "/24",
                "1");
        kernel.await(60);
        stack.await(60);
    }

    @AfterEach
    void close() {
        if (stack != null) {
            stack.close();
        }
        if (kernel != null) {
            kernel.close();
        }
        stackSide.close();
        sender.close();
        bridge.close();
    }

    private String table() {
        return bridge.exec("bridge", "-d", "mdb", "show", "dev", "br0");
    }

    private static void await(BooleanSupplier condition, String what) {
        final long startNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertTrue((System.nanoTime() - startNs) / 1_000_000 < LIMIT_MS, what);
            Thread.onSpinWait();
        }
    }

    /** The bridge looks at its table only once its querier has been there for a while. */
    private void awaitForwarding() {
        await(() -> send(GROUP) == DATAGRAMS, "not forwarded: " + table());
    }

    private long send(String group) {
        stack.ask("datagrams");
        kernel.ask("datagrams " + group + " " + PORT + " " + DATAGRAMS + " v1");
        final long[] received = new long[1];
        final long startNs = System.nanoTime();
        while (received[0] < DATAGRAMS && System.nanoTime() - startNs < 300_000_000L) {
            received[0] += PeerProcess.numbers(stack.ask("datagrams")).get("datagrams");
        }
        return received[0];
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void bridgeLetsInWhatWasReportedAndNothingElse(int version) {
        connect(version);
        stack.ask("join " + GROUP + " " + PORT);
        await(() -> table().lines().anyMatch(line -> line.contains("port b0 grp " + GROUP)), "no report: " + table());
        awaitForwarding();
        assertEquals(0, send(OTHER), table());
        stack.ask("leave " + GROUP);
        await(() -> !table().contains("port b0 grp " + GROUP), "still there: " + table());
        assertEquals(0, send(GROUP), table());
    }

    @ParameterizedTest
    @ValueSource(strings = {KernelLab.KERNEL, "10.78.0.77"})
    void sourceSpecificJoinLetsInThatSourceOnly(String source) {
        connect(3);
        stack.ask("join " + GROUP + " " + PORT + " " + source);
        await(
                () -> table().lines()
                        .anyMatch(line -> line.contains("port b0 grp " + GROUP) && line.contains("src " + source)),
                "no report: " + table());
        if (source.equals(KernelLab.KERNEL)) {
            awaitForwarding();
        } else {
            stack.ask("join " + OTHER + " " + PORT);
            await(() -> send(OTHER) == DATAGRAMS, "not forwarded: " + table());
            assertEquals(0, send(GROUP), table());
        }
    }
}
