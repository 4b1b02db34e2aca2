package io.tickwire.net.sim;

import io.tickwire.net.igmp.IgmpSettings;
import io.tickwire.net.ip.IpSettings;
import io.tickwire.net.stack.NetStack;
import io.tickwire.net.stack.StackSettings;
import io.tickwire.net.tcp.CloseCause;
import io.tickwire.net.tcp.TcpSettings;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** One seeded run: two stacks, an impaired wire, random settings and applications; ends when both are closed. */
public final class Simulation {
    private static final long STEP_NS = 1_000_000;
    private static final long LONGEST_STEP_NS = 20_000_000;
    private static final int PORT = 9092;
    private static final long LIMIT_NS = TimeUnit.HOURS.toNanos(4);

    private final SplittableRandom random;
    private final SimLink toRight;
    private final SimLink toLeft;
    private final SimHost left;
    private final SimHost right;
    private final Peer client;
    private final Peer server;
    public final boolean simultaneous;
    public final SimLink.Impairment impairment;
    public long nowNs;
    private int serverAccepts;
    private long idleStepNs = STEP_NS;

    public Simulation(long seed) {
        random = new SplittableRandom(seed);
        final int mtu = pick(1500, 1500, 576, 9000, 1400);
        final int peerMtu = random.nextInt(4) == 0 ? pick(1500, 700, 1280) : mtu;
        impairment = impairment();
        // A clock that may begin anywhere, so that sequence numbers, timestamps and the wheel wrap.
        nowNs = random.nextInt(3) == 0 ? -random.nextLong(1L << 50) : random.nextLong(1L << 52);
        simultaneous = random.nextInt(8) == 0;
        left = host("left", 0x020000000001L, Math.min(mtu, 1900), 0x0a000001);
        right = host("right", 0x020000000002L, Math.min(peerMtu, 1900), 0x0a000002);
        toRight = new SimLink(right::deliver, impairment, random.split());
        toLeft = new SimLink(left::deliver, impairment, random.split());
        left.wire(toRight::transmit);
        right.wire(toLeft::transmit);
        final long up = bytes();
        final long down = bytes();
        final double pause = random.nextInt(3) == 0 ? random.nextDouble() * 0.3 : 0;
        final Peer.Ending[] endings = endings();
        final int maxWrite = pick(100, 1_000, 20_000, 60_000);
        client = new Peer("client", random.split(), up, down, 17, 91, endings[0], pause, maxWrite);
        server = new Peer("server", random.split(), down, up, 91, 17, endings[1], pause, maxWrite);
        begin();
    }

    private void begin() {
        left.now(nowNs);
        right.now(nowNs);
        if (simultaneous) {
            // Both ports are given: one stack each.
            left.any(random).tcp().connect(0x0a000002, 5000, 4000, client);
            right.any(random).tcp().connect(0x0a000001, 4000, 5000, server);
        } else {
            for (final NetStack stack : right.stacks()) {
                stack.tcp().listen(PORT, c -> {
                    serverAccepts++;
                    return server.accept(c);
                });
            }
            left.any(random).tcp().connect(0x0a000002, PORT, 0, client);
        }
    }

    private SimHost host(String name, long mac, int mtu, int address) {
        final int queues = simultaneous ? 1 : pick(1, 1, 2, 3);
        final int segments = random.nextBoolean() ? pick(2, 17, 33) : 0;
        return new SimHost(name, mac, mtu, queues, random.nextBoolean(), segments, settings(address), random.split());
    }

    private int pick(int... values) {
        return values[random.nextInt(values.length)];
    }

    private long bytes() {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt(3);
            case 1 -> random.nextInt(2_000);
            case 2, 3 -> random.nextInt(60_000);
            default -> random.nextInt(400_000);
        };
    }

    private Peer.Ending[] endings() {
        return switch (random.nextInt(4)) {
            case 0 -> new Peer.Ending[] {Peer.Ending.SHUTDOWN_WHEN_SENT, Peer.Ending.SHUTDOWN_WHEN_SENT};
            case 1 -> new Peer.Ending[] {Peer.Ending.SHUTDOWN_WHEN_SENT, Peer.Ending.SHUTDOWN_AFTER_PEER};
            case 2 -> new Peer.Ending[] {Peer.Ending.SHUTDOWN_AFTER_PEER, Peer.Ending.SHUTDOWN_WHEN_SENT};
            default -> new Peer.Ending[] {Peer.Ending.CLOSE_WHEN_DONE, Peer.Ending.SHUTDOWN_WHEN_SENT};
        };
    }

    private SimLink.Impairment impairment() {
        final double harshness = random.nextInt(4) == 0 ? 0 : random.nextDouble();
        return new SimLink.Impairment(
                chance(harshness * 0.15),
                chance(harshness * 0.01),
                chance(harshness * 0.1),
                chance(harshness * 0.05),
                chance(harshness * 0.2),
                pick(1_000, 50_000, 1_000_000, 20_000_000, 150_000_000),
                random.nextBoolean() ? 0 : 2_000_000,
                pick(0, 0, 8, 800, 8_000),
                pick(10_000, 200, 30));
    }

    private double chance(double value) {
        return random.nextBoolean() ? value : 0;
    }

    private StackSettings settings(int address) {
        final IpSettings ip = new IpSettings();
        ip.address = address;
        ip.prefixLength = 24;
        final TcpSettings tcp = new TcpSettings();
        tcp.maxConnections = 16;
        tcp.sendBufferBytes = pick(4_096, 16_384, 65_536, 262_144);
        tcp.receiveBufferBytes = pick(4_096, 16_384, 65_536, 262_144);
        tcp.maxSegmentsInFlight = pick(16, 64, 1_024);
        tcp.maxReassemblyRanges = pick(4, 64);
        tcp.timestamps = random.nextInt(4) != 0;
        tcp.sack = random.nextInt(4) != 0;
        tcp.rack = random.nextInt(3) != 0;
        tcp.windowScaling = random.nextInt(4) != 0;
        tcp.congestion = random.nextBoolean() ? TcpSettings.Congestion.CUBIC : TcpSettings.Congestion.NEW_RENO;
        tcp.noDelay = random.nextInt(4) != 0;
        tcp.immediateAck = random.nextBoolean();
        tcp.synBacklog = random.nextInt(6) == 0 ? 1 : 8;
        tcp.timeWaitNs = TimeUnit.SECONDS.toNanos(2);
        tcp.userTimeoutNs = TimeUnit.HOURS.toNanos(3);
        tcp.openTimeoutNs = TimeUnit.HOURS.toNanos(3);
        tcp.finWait2Ns = TimeUnit.HOURS.toNanos(3);
        tcp.keepAliveIdleNs = random.nextInt(5) == 0 ? TimeUnit.SECONDS.toNanos(20) : 0;
        tcp.keepAliveProbes = 1_000;
        return new StackSettings(ip, tcp, new IgmpSettings(), pick(1, 8, 64), pick(1, 8, 64), random.nextLong());
    }

    /** Runs to the end. Throws AssertionError if the applications, the stacks or the clock say so. */
    public void run() {
        final long startNs = nowNs;
        while (client.closed == null || server.closed == null) {
            step();
            if (nowNs - startNs > LIMIT_NS) {
                throw new AssertionError("not finished after four hours: " + this);
            }
        }
        expect(client.closed == CloseCause.CLOSED && server.closed == CloseCause.CLOSED, "closed in order");
        expect(serverAccepts <= 1, "accepted once");
        drain();
    }

    private void step() {
        final long next = Math.min(toLeft.nextArrivalNs(), toRight.nextArrivalNs());
        final boolean busy = left.hasArrived() || right.hasArrived();
        nowNs = busy ? nowNs + 1_000 : Math.max(nowNs + 1, Math.min(next, nowNs + idleStepNs));
        // Nothing under way: the stacks wait for a timer, which may come a little late.
        idleStepNs = busy || next != Long.MAX_VALUE ? STEP_NS : Math.min(2 * idleStepNs, LONGEST_STEP_NS);
        toLeft.deliver(nowNs);
        toRight.deliver(nowNs);
        if (random.nextInt(16) == 0) {
            left.sendLimit(random.nextInt(3));
        } else {
            left.sendLimit(Integer.MAX_VALUE);
        }
        left.now(nowNs);
        client.step();
        left.poll(nowNs);
        right.now(nowNs);
        server.step();
        right.poll(nowNs);
    }

    /** TIME_WAIT passes, the wire empties: nothing may be left. */
    private void drain() {
        left.sendLimit(Integer.MAX_VALUE);
        final long endNs = nowNs + TimeUnit.SECONDS.toNanos(8);
        while (nowNs - endNs < 0) {
            nowNs += TimeUnit.MILLISECONDS.toNanos(50);
            toLeft.deliver(nowNs);
            toRight.deliver(nowNs);
            for (int i = 0; i < 4; i++) {
                left.poll(nowNs);
                right.poll(nowNs);
            }
        }
        expect(left.leftovers().isEmpty(), "left with" + left.leftovers());
        expect(right.leftovers().isEmpty(), "right with" + right.leftovers());
        expect(left.close(), "left frames back");
        expect(right.close(), "right frames back");
    }

    /** Frames that the devices cut. */
    long segmented() {
        return left.segmented() + right.segmented();
    }

    /** Timeouts that were undone. */
    long spuriousTimeouts() {
        return left.spuriousTimeouts() + right.spuriousTimeouts();
    }

    /** Whether a host has several queues. */
    boolean hasQueues() {
        return left.stacks().size() + right.stacks().size() > 2;
    }

    private void expect(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what + ": " + this);
        }
    }

    @Override
    public String toString() {
        return client + "\n" + server + "\n" + impairment + " simultaneous=" + simultaneous + "\nleft " + left
                + "\nright " + right;
    }
}
