package io.tickwire.net.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.tickwire.net.dpdk.Namespace;
import io.tickwire.net.dpdk.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two namespaces with a cable between them: {@link StackPeer} on a DPDK port at one end, {@link KernelPeer} on the kernel's sockets at the
 * other, and a capture of what goes over the kernel's end.
 */
final class KernelLab implements AutoCloseable {
    static final String STACK = "10.78.0.1";
    static final String KERNEL = "10.78.0.2";
    /** The interface name to give a {@code net_tap} port: it is put on the cable by a bridge. */
    static final String TAP = "t0";

    private static final int STACK_PORT = 9_092;
    private static final int KERNEL_PORT = 9_093;
    private static final String BAD_FRAMES =
            "_ws.malformed or ip.checksum.status == 0 or tcp.checksum.status == 0 or udp.checksum.status == 0"
                    + " or icmp.checksum.status == 0 or igmp.checksum.status == 0";

    private static final long CAPTURE_DELAY_MS = 700;

    final Namespace stackSide = new Namespace();
    final Namespace kernel = new Namespace();
    final PeerProcess stackPeer;
    final PeerProcess kernelPeer;
    private final String stackMac;
    private Process dumpcap;
    private Path capture;

    static void needs() {
        Needs.dpdk();
        Needs.namespaces();
        for (final String command : List.of("ethtool", "tshark", "dumpcap", "nft", "tc", "ping", "bridge")) {
            Needs.command(command);
        }
    }

    /** @param stackFlags of the JVM that runs the stack: with {@code -ea} it checks its invariants after every segment */
    KernelLab(String device, List<String> stackFlags) {
        this(device, 1, stackFlags);
    }

    /** @param queues of the port, with a stack and a thread each */
    KernelLab(String device, int queues, List<String> stackFlags) {
        stackSide.cable("v0", kernel, "v1");
        kernel.exec("ip", "addr", "add", KERNEL + "/24", "dev", "v1");
        // Each neighbour learns the other by asking, and forgets soon.
        kernelPeer = PeerProcess.start(kernel, KernelPeer.class, List.of("-XX:TieredStopAtLevel=1"));
        final List<String> flags = new ArrayList<>(stackFlags);
        flags.add("-XX:MaxDirectMemorySize=1g");
        stackPeer =
                PeerProcess.start(stackSide, StackPeer.class, flags, device, STACK + "/24", Integer.toString(queues));
        kernelPeer.await(60);
        kernelPeer.ask("serve " + KERNEL_PORT);
        stackPeer.await(60);
        stackMac = device.startsWith("net_tap") ? bridgeTap() : address("v0");
    }

    private String address(String device) {
        return stackSide.exec("cat", "/sys/class/net/" + device + "/address").strip();
    }

    /** Joins the TAP device that DPDK has made, which stands for the other end of its port, to the cable. Returns the port's address. */
    private String bridgeTap() {
        final String mac = address(TAP);
        stackSide.exec(
                "sh",
                "-ec",
                "ip link add b0 type bridge; ip link set v0 master b0; ip link set b0 up;"
                        + " ip link set " + TAP + " down; ip link set " + TAP + " address 02:77:00:00:00:02;"
                        + " ip link set " + TAP + " master b0; ip link set " + TAP + " up");
        return mac;
    }

    /** A new stack with these keys, see {@link StackPeer}. */
    void stack(String keys) {
        stackPeer.ask("stack " + keys);
    }

    /** The kernel is client: {@code COUNT PARALLEL UP DOWN SEED}; its report. */
    String fromKernel(String shape, long limitSeconds) {
        kernelPeer.tell("run " + STACK + " " + STACK_PORT + " " + shape);
        return kernelPeer.await(limitSeconds);
    }

    /** The stack is client. */
    String fromStack(String shape, long limitSeconds) {
        stackPeer.tell("run " + KERNEL + " " + KERNEL_PORT + " " + shape);
        return stackPeer.await(limitSeconds);
    }

    String stackCounters() {
        return stackPeer.ask("counters");
    }

    void requireIntact(String report) {
        assertEquals(
                0L,
                PeerProcess.numbers(report).get("failed"),
                () -> report + "\nstack: " + stackPeer.log() + stackCounters() + "\nkernel: " + kernelPeer.log());
    }

    /** Captures what passes the kernel's end of the cable from now on. */
    void capture() {
        try {
            capture = Files.createTempFile("kernel-peer-", ".pcapng");
            final List<String> command = new ArrayList<>(kernel.prefix());
            command.addAll(List.of("dumpcap", "-q", "-i", "v1", "-B", "32", "-w", capture.toString()));
            dumpcap = new ProcessBuilder(command).redirectErrorStream(true).start();
            // It says where it writes once it is capturing.
            final var lines = dumpcap.inputReader();
            for (String line = lines.readLine(); ; line = lines.readLine()) {
                if (line == null) {
                    fail("dumpcap does not start");
                }
                if (line.startsWith("File: ")) {
                    return;
                }
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void endCapture() {
        if (dumpcap.isAlive()) {
            try {
                // The kernel hands packets over in blocks, a part-filled one after a while only; no event tells of it.
                Thread.sleep(CAPTURE_DELAY_MS);
                dumpcap.destroy();
                dumpcap.waitFor(20, TimeUnit.SECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the capture; the frames in it that a filter matches, the first few. */
    String captured(String filter) {
        endCapture();
        return Needs.run(
                        "sh",
                        "-c",
                        "tshark -r " + capture + " -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE"
                                + " -o udp.check_checksum:TRUE -d tcp.port==9092,data -d tcp.port==9093,data -Y '"
                                + filter + "' 2>/dev/null | head -5")
                .strip();
    }

    /**
     * Ends the capture; nothing that the stack sent may be malformed or have a wrong checksum. Not asked of the kernel, which writes a
     * TCP checksum of zero as 0xffff.
     */
    void requireCleanCapture() {
        requireClean("");
    }

    /** Likewise where net_tap computes the checksums: as the kernel it writes a TCP checksum of zero as 0xffff, which is equal to it. */
    void requireCleanCaptureOfCutSegments() {
        requireClean(" and not tcp.checksum.ffff");
    }

    private void requireClean(String except) {
        assertEquals("", captured("eth.src == " + stackMac + " and (" + BAD_FRAMES + ")" + except));
        assertEquals(false, captured("ip.src == " + STACK).isEmpty(), "nothing was captured");
    }

    private void discardCapture() {
        endCapture();
        try {
            Files.deleteIfExists(capture);
        } catch (IOException leftBehind) {
            throw new UncheckedIOException(leftBehind);
        }
    }

    /** Retransmission timeouts of the kernel's end so far. */
    long kernelTimeouts() {
        return PeerProcess.numbers(kernelPeer.ask("timeouts")).get("timeouts");
    }

    /** Runs a shell command in the namespace of one end, {@code stack} or {@code kernel}. */
    void exec(String end, String command) {
        (end.equals("stack") ? stackSide : kernel).exec("sh", "-c", command);
    }

    /** Ends both in good order: no frame may be missing. */
    void quit() {
        stackPeer.quit();
        kernelPeer.quit();
    }

    @Override
    public void close() {
        stackPeer.close();
        kernelPeer.close();
        if (dumpcap != null) {
            discardCapture();
        }
        stackSide.close();
        kernel.close();
    }
}
