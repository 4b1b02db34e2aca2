package io.tickwire.net.script;

import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.igmp.IgmpSettings;
import io.tickwire.net.ip.IpSettings;
import io.tickwire.net.sim.Counters;
import io.tickwire.net.sim.SegmentingDevice;
import io.tickwire.net.sim.SimDevice;
import io.tickwire.net.stack.NetStack;
import io.tickwire.net.stack.StackSettings;
import io.tickwire.net.tcp.CloseCause;
import io.tickwire.net.tcp.TcpConnection;
import io.tickwire.net.tcp.TcpHandler;
import io.tickwire.net.tcp.TcpSettings;
import io.tickwire.net.tcp.TcpState;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Runs one script against a stack of its own. The commands are described in docs/stack.md. */
final class ScriptRunner {
    private static final long STEP_NS = 250_000;

    private final Script script;
    private final SimDevice device = new SimDevice("script", ScriptPeer.LOCAL_MAC, 1500, 4_096);
    private final TcpSettings tcp = new TcpSettings();
    private final Map<Integer, ScriptPeer> peers = new HashMap<>();
    private final ArrayDeque<ScriptPeer.Sent> sent = new ArrayDeque<>();
    private final List<String> otherSent = new ArrayList<>();
    private ScriptPeer peer = new ScriptPeer(4_000);
    private NetStack stack;
    private SegmentingDevice segmenting;
    private long nowNs = 1_000_000_000L;
    private App app = new App();

    /** What the script's application saw. */
    private static final class App implements TcpHandler {
        TcpConnection connection;
        int received;
        boolean pausing;
        boolean peerClosed;
        boolean connected;
        int writable;
        CloseCause closed;

        @Override
        public void onConnected(TcpConnection opened) {
            connection = opened;
            connected = true;
        }

        @Override
        public int onData(TcpConnection from, DirectBuffer buffer, int offset, int length) {
            if (pausing) {
                from.pauseReading();
                return 0;
            }
            for (int i = 0; i < length; i++) {
                if (buffer.getByte(offset + i) != ScriptPeer.pattern(received + 1 + i)) {
                    throw new AssertionError("wrong byte received at " + (received + i));
                }
            }
            received += length;
            return length;
        }

        @Override
        public void onPeerClosed(TcpConnection from) {
            peerClosed = true;
        }

        @Override
        public void onWritable(TcpConnection from) {
            writable++;
        }

        @Override
        public void onClosed(TcpConnection from, CloseCause cause) {
            closed = cause;
        }
    }

    ScriptRunner(Script script) {
        this.script = script;
        tcp.maxConnections = 64;
        peers.put(peer.port, peer);
        device.wire(this::onFrame);
    }

    private void onFrame(byte[] frame, long atNs) {
        final UnsafeBuffer buffer = new UnsafeBuffer(frame);
        if (EthernetHeader.type(buffer, 0) == EthernetHeader.TYPE_ARP) {
            ScriptPeer.answerArp(frame, device);
            return;
        }
        final int protocol = Ipv4Header.protocol(buffer, EthernetHeader.LENGTH);
        if (protocol != Ipv4Header.PROTOCOL_TCP) {
            otherSent.add("protocol " + protocol);
            return;
        }
        final int tcpOffset = EthernetHeader.LENGTH + Ipv4Header.LENGTH;
        final ScriptPeer to = peers.get(TcpHeader.destinationPort(buffer, tcpOffset));
        if (to == null) {
            throw new AssertionError("segment to an unknown port");
        }
        to.localPort = TcpHeader.sourcePort(buffer, tcpOffset);
        sent.add(to.decode(frame, nowNs));
    }

    void run() {
        int index = 0;
        try {
            for (; index < script.lines().size(); index++) {
                execute(Arrays.asList(script.lines().get(index).split("\\s+")));
            }
            index = script.lines().size() - 1;
            finish();
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError(
                    script.file() + ":" + script.numbers().get(index) + " [" + script.name() + "] '"
                            + script.lines().get(index) + "': " + failure.getMessage() + "\n  " + app.connection
                            + "\n  still queued: " + sent + "\n  "
                            + (stack == null ? "" : Counters.nonZero(stack.tcp().counters)),
                    failure);
        }
    }

    private void finish() {
        start();
        stack.close();
        if (segmenting != null) {
            segmenting.flush();
        }
        if (device.pool().available() != device.pool().capacity()) {
            throw new AssertionError("frames leaked");
        }
        if (stack.tcp().buffersInUse() != 0) {
            throw new AssertionError("buffers leaked");
        }
        device.close();
    }

    private void start() {
        if (stack != null) {
            return;
        }
        final IpSettings ip = new IpSettings();
        ip.address = ScriptPeer.LOCAL;
        final FrameDevice end = segmenting == null ? device : segmenting;
        stack = new NetStack(new StackSettings(ip, tcp, new IgmpSettings(), 64, 64, 0x5eedL), end);
        device.deliver(ScriptPeer.arpRequest());
        poll();
        sent.clear();
    }

    private void poll() {
        nowNs += 1_000;
        stack.poll(nowNs);
    }

    private void execute(List<String> words) {
        final List<String> rest = words.subList(1, words.size());
        if (words.get(0).equals("set")) {
            Settings.set(tcp, rest.get(0), rest.get(1));
            return;
        }
        if (words.get(0).equals("segmenting")) {
            segmenting = new SegmentingDevice(device, number(rest, 0));
            return;
        }
        start();
        stack.now(nowNs);
        switch (words.get(0)) {
            case "<" -> inject(new PacketLine(rest));
            case ">" -> Expectation.check(new PacketLine(rest), sent.poll(), peer, true);
            case "none" -> require(sent.isEmpty(), "something was sent: " + sent);
            case "drop" -> {
                for (int i = rest.isEmpty() ? 1 : Integer.parseInt(rest.get(0)); i > 0; i--) {
                    require(sent.poll() != null, "nothing was sent");
                }
            }
            case "wait" -> advance(Long.parseLong(rest.get(0)));
            case "jump" -> {
                nowNs += Long.parseLong(rest.get(0)) * 1_000_000;
                poll();
            }
            case "open" -> open(rest);
            case "icmp" -> {
                device.deliver(
                        peer.unreachable(number(rest, 0), number(rest, 1), rest.size() > 2 ? number(rest, 2) : 0));
                poll();
            }
            case "peer" -> {
                peer = peers.computeIfAbsent(number(rest, 0), ScriptPeer::new);
                app = new App();
            }
            case "isn" -> peer.isn += number(rest, 0);
            case "tsclock" -> peer.timestampClock += number(rest, 0);
            case "tson" -> peer.timestamps = true;
            default -> application(words.get(0), rest);
        }
    }

    private void application(String command, List<String> rest) {
        final TcpConnection c = app.connection;
        switch (command) {
            case "listen" ->
                stack.tcp().listen(ScriptPeer.LOCAL_PORT, connection -> {
                    app.connection = connection;
                    app.connected = true;
                    return rest.contains("refuse") ? null : app;
                });
            case "connect" -> {
                app.connection = stack.tcp().connect(ScriptPeer.ADDRESS, peer.port, ScriptPeer.LOCAL_PORT, app);
                require(app.connection != null, "connect refused");
                poll();
            }
            case "send" -> {
                final int length = number(rest, 0);
                final UnsafeBuffer data = new UnsafeBuffer(new byte[length]);
                final int expected = rest.size() > 1 ? number(rest, 1) : length;
                final int accepted = c.send(data, 0, length);
                require(accepted == expected, "accepted " + accepted);
                poll();
            }
            case "shutdown" -> {
                c.shutdownOutput();
                poll();
            }
            case "close" -> {
                c.close();
                poll();
            }
            case "abort" -> {
                c.abort();
                poll();
            }
            case "pause" -> app.pausing = true;
            case "resume" -> {
                app.pausing = false;
                c.resumeReading();
                poll();
            }
            default -> check(command, rest);
        }
    }

    private void check(String command, List<String> rest) {
        switch (command) {
            case "state" ->
                require(app.connection.state() == TcpState.valueOf(rest.get(0)), "state is " + app.connection.state());
            case "received" -> require(app.received == number(rest, 0), "received " + app.received);
            case "connected" ->
                require(app.connected == Boolean.parseBoolean(rest.get(0)), "connected " + app.connected);
            case "peerclosed" ->
                require(app.peerClosed == Boolean.parseBoolean(rest.get(0)), "peer closed " + app.peerClosed);
            case "closed" -> require(String.valueOf(app.closed).equals(rest.get(0)), "closed by " + app.closed);
            case "writable" -> require(app.writable >= number(rest, 0), "writable " + app.writable);
            case "connections" ->
                require(
                        stack.tcp().connectionCount() == number(rest, 0),
                        "connections " + stack.tcp().connectionCount());
            case "cwnd" -> compare(app.connection.congestionWindowBytes(), rest, "congestion window");
            case "mss" -> compare(app.connection.mssBytes(), rest, "MSS");
            case "counter" ->
                compare(Settings.counter(stack.tcp().counters, rest.get(0)), rest.subList(1, rest.size()), rest.get(0));
            case "other" -> require(otherSent.size() == number(rest, 0), "other packets " + otherSent);
            default -> throw new IllegalArgumentException("unknown command '" + command + "'");
        }
    }

    private static void compare(long actual, List<String> rest, String what) {
        final long wanted = Long.parseLong(rest.get(1));
        final boolean holds = switch (rest.get(0)) {
            case "=" -> actual == wanted;
            case "<" -> actual < wanted;
            case "<=" -> actual <= wanted;
            case ">" -> actual > wanted;
            case ">=" -> actual >= wanted;
            default -> throw new IllegalArgumentException("unknown comparison " + rest.get(0));
        };
        require(holds, what + " is " + actual);
    }

    private static int number(List<String> words, int index) {
        return Integer.decode(words.get(index));
    }

    private void inject(PacketLine line) {
        if ((line.flags & TcpHeader.SYN) != 0) {
            peer.timestamps = Boolean.TRUE.equals(line.timestamps);
        }
        peer.timestampClock++;
        device.deliver(peer.frame(line));
        poll();
    }

    /** The three-way handshake, passive, with the given SYN options. */
    private void open(List<String> options) {
        application("listen", List.of());
        final List<String> syn = new ArrayList<>(List.of("S", "0"));
        syn.addAll(options);
        inject(new PacketLine(syn));
        Expectation.check(new PacketLine(List.of("SA", "0", "ack", "1")), sent.poll(), peer, true);
        final List<String> ack = new ArrayList<>(List.of("A", "1", "ack", "1"));
        final int window = options.indexOf("win");
        if (window >= 0) {
            ack.addAll(List.of("win", options.get(window + 1)));
        }
        inject(new PacketLine(ack));
        require(sent.isEmpty() && app.connected, "handshake failed, sent " + sent);
    }

    private void advance(long milliseconds) {
        final long untilNs = nowNs + milliseconds * 1_000_000;
        final long fromNs = nowNs;
        while (nowNs < untilNs) {
            nowNs = Math.min(untilNs, nowNs + STEP_NS);
            stack.poll(nowNs);
        }
        peer.timestampClock += (int) ((nowNs - fromNs) / 1_000_000);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }
}
