package io.tickwire.net.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The stack and Linux' TCP over a bad path, both ways and in both roles: everything arrives intact, and nothing stands still for longer
 * than retransmission timeouts account for. The path is bad inside the stack's device (both directions) or inside the kernel (nftables at
 * ingress, a token bucket). {@code -Dtickwire.kernel.impaired.kb=N} sends more.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImpairedPathIT {
    private static final long BYTES = Long.getLong("tickwire.kernel.impaired.kb", 400) << 10;
    /** Handshakes begin with it, and a first timeout may come before the first sample. RFC 6298 §2.1. */
    private static final long INITIAL_RTO_MS = 1_000;
    /** RTT of the worst path here with its variation, and Linux' and our least RTO of 200 ms. */
    private static final long RTO_MS = 500;
    /** A machine that runs much else. */
    private static final long SCHEDULING_MS = 3_000;
    /** With one frame in a hundred lost, hundreds of frames each: none lost in all of them is no chance any more. */
    private static final int MORE_TRANSFERS = 20;

    private KernelLab lab;

    @BeforeAll
    void start() {
        KernelLab.needs();
        lab = new KernelLab("net_af_packet0,iface=v0,framecnt=4096", List.of("-ea"));
        lab.capture();
    }

    @AfterAll
    void end() {
        if (lab != null) {
            lab.close();
        }
    }

    @Order(1)
    @ParameterizedTest(name = "{0} | {1}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            loss=0.001                           | -
            loss=0.01                            | -
            loss=0.03                            | -
            loss=0.1                             | -
            loss=0.03 norack=1                   | -
            loss=0.03 nosack=1                   | -
            loss=0.03 nots=1 congestion=NEW_RENO | -
            reorder=0.05:2                       | -
            reorder=0.2:10                       | -
            dup=0.05                             | -
            delay=20:0                           | -
            delay=5:10                           | -
            rate=20000000:64                     | -
            rate=8000000:16                      | -
            -                                    | loss 10
            -                                    | loss 50
            -                                    | duplicate 50
            -                                    | rate 20mbit
            loss=0.01 reorder=0.05:2             | loss 10
            """)
    void everythingArrivesIntact(final String inside, final String outside) {
        impairKernel(outside);
        try {
            check(inside, outside, "kernel to stack", true);
            check(inside, outside, "stack to kernel", false);
            requireImpaired(outside);
        } finally {
            healKernel();
        }
    }

    @Order(2)
    @Test
    void noFrameOfTheStackWasMalformed() {
        lab.requireCleanCapture();
    }

    @Order(3)
    @ParameterizedTest
    @ValueSource(strings = {"corrupt=0.02", "loss=0.02 dup=0.02 corrupt=0.01 reorder=0.05:5 delay=5:3"})
    void corruptFramesAreSeenThrough(final String inside) {
        check(inside, null, "kernel to stack", true);
        check(inside, null, "stack to kernel", false);
    }

    private void check(String inside, String outside, String roles, boolean fromKernel) {
        final String path = inside == null ? "" : inside;
        lab.stack(path + " seed=" + (fromKernel ? 11 : 12));
        // Neighbours get to know each other, which has timers of its own.
        lab.requireIntact(lab.fromStack("1 1 1 1 1", 120));
        final long ownBefore = PeerProcess.numbers(lab.stackCounters()).getOrDefault("timeouts", 0L);
        final long kernelTimeoutsBefore = lab.kernelTimeouts();
        final String shape = "2 2 " + BYTES + " " + BYTES + " 5";
        final String report = fromKernel ? lab.fromKernel(shape, 300) : lab.fromStack(shape, 300);
        lab.requireIntact(report);
        final String served = lab.stackPeer.ask("stall");
        assertEquals(0, PeerProcess.numbers(served).get("broken"), served);
        final String counters = lab.stackCounters();
        final long own = PeerProcess.numbers(counters).getOrDefault("timeouts", 0L) - ownBefore;
        final long theirs = lab.kernelTimeouts() - kernelTimeoutsBefore;
        final long stallMs = Math.max(
                PeerProcess.numbers(report).get("stallMs"),
                PeerProcess.numbers(served).get("stallMs"));
        System.out.printf(
                "%s, %s, %s: %s, served %s, timeouts here %d, there %d%n",
                path.isEmpty() ? "clean device" : path,
                outside == null ? "clean kernel" : "kernel " + outside,
                roles,
                report,
                served,
                own,
                theirs);
        assertTrue(
                stallMs <= explained(own + theirs),
                () -> "a stall of " + stallMs + " ms with " + own + " + " + theirs + " timeouts: " + counters);
    }

    /** The longest time without progress that so many timeouts can account for: each doubles the next. RFC 6298 §5.5. */
    private static long explained(long timeouts) {
        return SCHEDULING_MS + INITIAL_RTO_MS + (RTO_MS << Math.min(timeouts, 8));
    }

    /** {@code loss PER_MILLE}, {@code duplicate PER_MILLE} of the frames arriving at either end; {@code rate RATE} for those sent. */
    private void impairKernel(String what) {
        if (what == null) {
            return;
        }
        final String[] words = what.split(" ", -1);
        if (words[0].equals("rate")) {
            for (final String[] end : new String[][] {{"stack", "v0"}, {"kernel", "v1"}}) {
                lab.exec(
                        end[0], "tc qdisc add dev " + end[1] + " root tbf rate " + words[1] + " burst 16kb limit 96kb");
            }
            return;
        }
        final String chance = "numgen random mod 1000 < " + words[1] + " counter";
        lab.exec("kernel", nft("v1", "ingress", chance, words[0].equals("loss") ? "drop" : "dup to v1"));
        lab.exec("kernel", nft("v1", "egress", chance, words[0].equals("loss") ? "drop" : "dup to v1"));
    }

    /** The kernel's rules meet frames, both ways: a few hundred frames may all be lucky, so more are sent until they do. */
    private void requireImpaired(String what) {
        if (what == null || what.startsWith("rate")) {
            return;
        }
        for (int more = 0; rulesThatHit() < 2 && more < MORE_TRANSFERS; more++) {
            lab.requireIntact(lab.fromKernel("2 2 " + BYTES + " " + BYTES + " 5", 300));
        }
        assertEquals(2, rulesThatHit(), () -> lab.kernel.exec("nft", "list", "ruleset"));
    }

    private long rulesThatHit() {
        return lab.kernel
                .exec("nft", "list", "ruleset")
                .lines()
                .filter(line -> line.matches(".*counter packets [1-9].*"))
                .count();
    }

    private static String nft(String device, String hook, String chance, String verdict) {
        return "nft add table netdev t" + hook + " '{ chain c { type filter hook " + hook + " device " + device
                + " priority 0; ip protocol tcp " + chance + " " + verdict + "; }; }'";
    }

    private void healKernel() {
        lab.exec("kernel", "nft flush ruleset; tc qdisc del dev v1 root 2>/dev/null; true");
        lab.exec("stack", "tc qdisc del dev v0 root 2>/dev/null; true");
    }
}
