package io.tickwire.net.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tickwire.net.igmp.IgmpSettings;
import io.tickwire.net.ip.IpSettings;
import io.tickwire.net.sim.SimDevice;
import io.tickwire.net.stack.NetStack;
import io.tickwire.net.stack.StackSettings;
import io.tickwire.net.tcp.CloseCause;
import io.tickwire.net.tcp.TcpConnection;
import io.tickwire.net.tcp.TcpHandler;
import io.tickwire.net.tcp.TcpSettings;
import io.tickwire.net.wire.ArpPacket;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import io.tickwire.net.wire.TcpOptions;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Any frames at any time: no exception, invariants hold, no frame and no buffer is lost. */
class StackFuzzTest {
    private static final int LOCAL = 0x0a00_0001;
    private static final int PEER = 0x0a00_0002;

    /** Takes everything, answers a little. */
    private static final class Sink implements TcpHandler {
        @Override
        public int onData(TcpConnection connection, DirectBuffer buffer, int offset, int length) {
            connection.send(buffer, offset, Math.min(length, 7));
            return length;
        }

        @Override
        public void onPeerClosed(TcpConnection connection) {
            connection.shutdownOutput();
        }

        @Override
        public void onWritable(TcpConnection connection) {}

        @Override
        public void onClosed(TcpConnection connection, CloseCause cause) {}
    }

    /** A stack under attack, and what it last said, so that attackers can be near the truth. */
    private static final class Target {
        final SimDevice device = new SimDevice("fuzz", 0x0200_0000_0001L, 1500, 128);
        final NetStack stack;
        long nowNs = 1;
        int lastSequence;
        int lastAcknowledgement;
        int frames;

        Target() {
            final IpSettings ip = new IpSettings();
            ip.address = LOCAL;
            ip.reassemblySlots = 2;
            final TcpSettings tcp = new TcpSettings();
            tcp.maxConnections = 8;
            tcp.synBacklog = 3;
            tcp.sendBufferBytes = 4_096;
            tcp.receiveBufferBytes = 4_096;
            tcp.maxBuffers = 6;
            tcp.maxSegmentsInFlight = 16;
            tcp.maxReassemblyRanges = 4;
            stack = new NetStack(new StackSettings(ip, tcp, new IgmpSettings(), 8, 8, 3), device);
            device.wire((frame, at) -> {
                frames++;
                if (frame.length >= 54 && frame[12] == 8 && frame[23] == 6) {
                    final UnsafeBuffer sent = new UnsafeBuffer(frame);
                    lastSequence = TcpHeader.sequence(sent, 34);
                    lastAcknowledgement = TcpHeader.acknowledgement(sent, 34);
                }
            });
            stack.now(nowNs);
            stack.tcp().listen(80, connection -> new Sink());
            stack.igmp().join(0xef00_0001, 0);
            stack.igmp().join(0xef00_0002, PEER);
            stack.udp().open(53, 0, (b, o, l, t, s, p) -> {});
            stack.udp().open(54, 0xef00_0001, (b, o, l, t, s, p) -> {});
            final UnsafeBuffer arp = new UnsafeBuffer(new byte[60]);
            EthernetHeader.encode(arp, 0, 0x0200_0000_0001L, 0x0200_0000_0002L, -1, EthernetHeader.TYPE_ARP);
            ArpPacket.encode(arp, 14, ArpPacket.REQUEST, 0x0200_0000_0002L, PEER, 0, LOCAL);
            frame(arp.byteArray(), 1);
        }

        void frame(byte[] bytes, long laterNs) {
            device.deliver(bytes);
            nowNs += laterNs;
            stack.poll(nowNs);
        }

        private boolean isQuiet() {
            return stack.tcp().connectionCount() == 0
                    && !device.hasArrived()
                    && device.pool().available() == device.pool().capacity();
        }

        /** Lets every timer run out, as far as there is anything left that could wait for one. */
        void finish() {
            for (int i = 0; i < 100 && !isQuiet(); i++) {
                nowNs += 3_000_000_000L;
                stack.poll(nowNs);
            }
            stack.close();
            if (device.pool().available() != device.pool().capacity()) {
                throw new AssertionError("frames leaked: " + device.pool().available());
            }
            if (stack.tcp().buffersInUse() != 0) {
                throw new AssertionError("buffers leaked: " + stack.tcp().buffersInUse());
            }
            device.close();
        }
    }

    @FuzzTest(maxDuration = "20s")
    void anyFrames(FuzzedDataProvider data) {
        final Target target = new Target();
        while (data.remainingBytes() > 0) {
            target.frame(data.consumeBytes(data.consumeInt(0, 1_600)), data.consumeLong(0, 2_000_000_000L));
        }
        target.finish();
    }

    @FuzzTest(maxDuration = "20s")
    void anyTcpOptions(byte[] bytes) {
        final TcpOptions options = new TcpOptions();
        options.parse(new UnsafeBuffer(bytes), 0, Math.min(40, bytes.length));
    }

    /** Segments that are nearly right: numbers close to the last ones, valid checksums, random flags, options and payloads. */
    private static byte[] nearlyRight(SplittableRandom random, Target target) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1_500]);
        final int options = 4 * random.nextInt(random.nextInt(3) == 0 ? 11 : 1);
        final int payload = random.nextInt(4) == 0 ? random.nextInt(1_400) : random.nextInt(20);
        final int near = 1 << random.nextInt(14);
        final int sequence = target.lastAcknowledgement + (random.nextBoolean() ? 0 : random.nextInt(-near, near));
        final int ack = target.lastSequence + (random.nextBoolean() ? 1 : random.nextInt(-near, near));
        final int flags = random.nextInt(3) == 0 ? random.nextInt(64) : TcpHeader.ACK;
        EthernetHeader.encode(buffer, 0, 0x0200_0000_0001L, 0x0200_0000_0002L, -1, EthernetHeader.TYPE_IPV4);
        TcpHeader.encode(
                buffer,
                34,
                1_000 + random.nextInt(3),
                80,
                sequence,
                ack,
                20 + options,
                random.nextInt(12) == 0 ? TcpHeader.SYN : flags,
                random.nextInt(65_536) >>> random.nextInt(17));
        for (int i = 0; i < options; i++) {
            buffer.putByte(54 + i, (byte) random.nextInt(random.nextBoolean() ? 11 : 256));
        }
        final int length = 20 + options + payload;
        TcpHeader.putChecksum(buffer, 34, length, PEER, LOCAL);
        Ipv4Header.encode(buffer, 14, length, 1, 0, 64, Ipv4Header.PROTOCOL_TCP, PEER, LOCAL);
        final byte[] frame = new byte[34 + length];
        buffer.getBytes(0, frame);
        if (random.nextInt(20) == 0) {
            frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return frame;
    }

    @Test
    void nearlyRightSegmentsNeverBreakTheStack() {
        final long first = Long.getLong("tickwire.fuzz.seed", 1);
        final long count = Long.getLong("tickwire.fuzz.count", 150);
        System.out.println("stack fuzz: seeds " + first + " to " + (first + count - 1));
        for (long seed = first; seed < first + count; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final Target target = new Target();
            try {
                for (int i = 0; i < 400; i++) {
                    target.frame(nearlyRight(random, target), random.nextLong(1L << random.nextInt(1, 31)));
                }
                target.finish();
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed + " (-Dtickwire.fuzz.seed=" + seed + ")", failure);
            }
        }
    }
}
