package io.tickwire.net.script;

import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Runs a script against Linux' TCP behind a TAP device, in real time. Internals that only our stack shows (counters, the congestion
 * window, exact windows) are passed over; a script that needs what Linux has not is {@linkplain KernelSettings.NotApplicable not
 * applicable}.
 */
final class KernelScriptRunner {
    /** How long an expected segment is waited for. */
    private static final long PATIENCE_NS = TimeUnit.MILLISECONDS.toNanos(600);
    /** How long nothing must come where nothing is expected: the kernel answers within the write that injects; its timers follow soon. */
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Script script;
    private final FrameDevice device;
    private final int base;
    private final Map<Integer, ScriptPeer> peers = new HashMap<>();
    private final ArrayDeque<ScriptPeer.Sent> sent = new ArrayDeque<>();
    private final FrameBurst burst = new FrameBurst(32);
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final KernelSockets sockets;
    private ScriptPeer peer;
    private boolean waited;

    /** @param number gives the script ports of its own, so that nothing is left over from another */
    KernelScriptRunner(Script script, FrameDevice device, int number) {
        this.script = script;
        this.device = device;
        base = 10_000 + 20 * number;
        sockets = new KernelSockets(base);
        peer = peer(4_000);
    }

    /** Peers of the scripts, 4000 and up, have ports of this script's own. */
    private ScriptPeer peer(int port) {
        return peers.computeIfAbsent(base + 1 + port % 16, own -> {
            final ScriptPeer made = new ScriptPeer(own);
            made.localPort = base;
            return made;
        });
    }

    /**
     * Runs the script.
     *
     * @throws AssertionError where the kernel behaves otherwise
     * @throws KernelSettings.NotApplicable if it cannot be run
     */
    void run() throws IOException {
        KernelSettings.reset();
        int index = 0;
        try {
            for (; index < script.lines().size(); index++) {
                execute(Arrays.asList(script.lines().get(index).split("\\s+")));
            }
        } catch (AssertionError | IOException failure) {
            throw new AssertionError(
                    "'" + script.lines().get(index) + "': " + failure.getMessage() + "; queued " + sent, failure);
        } finally {
            sockets.close();
            receive();
            burst.close();
        }
    }

    private void execute(List<String> words) throws IOException {
        final List<String> rest = words.subList(1, words.size());
        final boolean afterWait = waited;
        waited = words.get(0).equals("wait");
        switch (words.get(0)) {
            case "set" -> KernelSettings.set(rest.get(0), rest.get(1), sockets);
            case "<" -> inject(new PacketLine(rest));
            case ">" -> Expectation.check(new PacketLine(rest), next(PATIENCE_NS), peer, false);
            case "none" -> {
                final ScriptPeer.Sent stray = next(afterWait ? 0 : QUIET_NS);
                require(stray == null, "something was sent: " + stray);
            }
            case "drop" -> {
                for (int i = rest.isEmpty() ? 1 : Integer.parseInt(rest.get(0)); i > 0; i--) {
                    require(next(PATIENCE_NS) != null, "nothing was sent");
                }
            }
            case "wait", "jump" -> advance(Long.parseLong(rest.get(0)));
            case "open" -> open(rest);
            case "icmp" ->
                deliver(peer.unreachable(number(rest, 0), number(rest, 1), rest.size() > 2 ? number(rest, 2) : 0));
            case "peer" -> throw new KernelSettings.NotApplicable("one application per script");
            case "isn" -> peer.isn += number(rest, 0);
            case "tsclock" -> peer.timestampClock += number(rest, 0);
            case "tson" -> peer.timestamps = true;
            case "segmenting" -> {
                // The kernel's own affair.
            }
            default -> application(words.get(0), rest);
        }
    }

    private void application(String command, List<String> rest) throws IOException {
        switch (command) {
            case "listen" -> {
                if (!rest.isEmpty()) {
                    throw new KernelSettings.NotApplicable("sockets cannot refuse what they accept");
                }
                sockets.listen();
            }
            case "connect" -> sockets.connect(peer.port);
            case "send" -> {
                final boolean refused = rest.size() > 1 && number(rest, 1) < 0;
                require(sockets.send(number(rest, 0)) != refused, refused ? "accepted" : "refused");
            }
            case "shutdown" -> sockets.shutdown();
            case "close" -> sockets.closeSocket();
            case "abort" -> sockets.abort();
            case "pause" -> sockets.pausing = true;
            case "resume" -> {
                sockets.pausing = false;
                sockets.poll();
            }
            default -> check(command, rest);
        }
    }

    private void check(String command, List<String> rest) throws IOException {
        work();
        switch (command) {
            case "state" -> same(rest.get(0), sockets.state(peer.port), "state");
            case "received" -> same(rest.get(0), Integer.toString(sockets.received), "received");
            case "connected" -> same(rest.get(0), Boolean.toString(sockets.connected), "connected");
            case "peerclosed" -> same(rest.get(0), Boolean.toString(sockets.peerClosed), "peer closed");
            case "connections" -> same(rest.get(0), Integer.toString(sockets.connections()), "connections");
            case "closed" -> {
                // The kernel tells an application of a reset only; in order, and by itself, it ends silently.
                if (!List.of("CLOSED", "ABORTED", "null").contains(rest.get(0))) {
                    same(rest.get(0), sockets.cause(), "closed by");
                }
            }
            case "cwnd", "mss", "counter", "writable", "other" -> {
                // Ours alone.
            }
            default -> throw new IllegalArgumentException("unknown command '" + command + "'");
        }
    }

    private static void same(String wanted, String actual, String what) {
        require(wanted.equals(actual), what + " is " + actual);
    }

    private static int number(List<String> words, int index) {
        return Integer.decode(words.get(index));
    }

    private void inject(PacketLine line) {
        if ((line.flags & TcpHeader.SYN) != 0) {
            peer.timestamps = Boolean.TRUE.equals(line.timestamps);
        }
        peer.timestampClock++;
        deliver(peer.frame(line));
    }

    private void deliver(byte[] bytes) {
        final long frame = device.pool().allocate();
        view.wrap(Frame.dataAddress(frame), bytes.length);
        view.putBytes(0, bytes);
        Frame.length(frame, bytes.length);
        burst.add(frame);
        require(device.send(burst, 0) == 1, "the device is full");
        work();
    }

    /** The three-way handshake, passive, with the given SYN options. */
    private void open(List<String> options) throws IOException {
        sockets.listen();
        final List<String> syn = new ArrayList<>(List.of("S", "0"));
        syn.addAll(options);
        inject(new PacketLine(syn));
        Expectation.check(new PacketLine(List.of("SA", "0", "ack", "1")), next(PATIENCE_NS), peer, false);
        final List<String> ack = new ArrayList<>(List.of("A", "1", "ack", "1"));
        final int window = options.indexOf("win");
        if (window >= 0) {
            ack.addAll(List.of("win", options.get(window + 1)));
        }
        inject(new PacketLine(ack));
        require(sent.isEmpty() && sockets.connected, "handshake failed, sent " + sent);
    }

    private void advance(long milliseconds) {
        final long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < milliseconds * 1_000_000) {
            work();
            LockSupport.parkNanos(200_000);
        }
        peer.timestampClock += (int) milliseconds;
    }

    /** The next segment, waiting for it so long; null if none comes. */
    private ScriptPeer.Sent next(long patienceNs) {
        final long startNs = System.nanoTime();
        work();
        while (sent.isEmpty() && System.nanoTime() - startNs < patienceNs) {
            LockSupport.parkNanos(100_000);
            work();
        }
        return sent.poll();
    }

    private void work() {
        receive();
        sockets.poll();
        receive();
    }

    private void receive() {
        while (device.receive(burst, 0) > 0) {
            for (int i = 0; i < burst.size(); i++) {
                final byte[] bytes = new byte[Frame.length(burst.get(i))];
                view.wrap(Frame.dataAddress(burst.get(i)), bytes.length);
                view.getBytes(0, bytes);
                onFrame(bytes);
            }
            burst.freeAll(device.pool());
        }
    }

    private void onFrame(byte[] frame) {
        final UnsafeBuffer buffer = new UnsafeBuffer(frame);
        if (EthernetHeader.type(buffer, 0) != EthernetHeader.TYPE_IPV4
                || Ipv4Header.protocol(buffer, EthernetHeader.LENGTH) != Ipv4Header.PROTOCOL_TCP) {
            return;
        }
        final ScriptPeer to = peers.get(TcpHeader.destinationPort(buffer, EthernetHeader.LENGTH + Ipv4Header.LENGTH));
        if (to != null) {
            sent.add(to.decode(frame, System.nanoTime()));
        }
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }
}
