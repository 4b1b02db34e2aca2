package io.tickwire.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.sim.SimDevice;
import io.tickwire.net.tcp.CloseCause;
import io.tickwire.net.tcp.TcpConnection;
import io.tickwire.net.tcp.TcpHandler;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Floods from invented addresses; a connection that was there before goes on, and a new one gets through. */
class SynFloodTest {
    private static final int PORT = 9092;
    private static final int FLOOD = 20_000;

    /** Echoes, or counts. */
    private static final class Counting implements TcpHandler {
        final boolean echo;
        long received;
        CloseCause closed;
        boolean connected;

        Counting(boolean echo) {
            this.echo = echo;
        }

        @Override
        public void onConnected(TcpConnection connection) {
            connected = true;
        }

        @Override
        public int onData(TcpConnection connection, DirectBuffer buffer, int offset, int length) {
            received += length;
            if (echo) {
                assertEquals(length, connection.send(buffer, offset, length));
            }
            return length;
        }

        @Override
        public void onPeerClosed(TcpConnection connection) {}

        @Override
        public void onWritable(TcpConnection connection) {}

        @Override
        public void onClosed(TcpConnection connection, CloseCause cause) {
            closed = cause;
        }
    }

    private final StackFixture server = new StackFixture();
    private final SimDevice clientDevice = new SimDevice("client", StackFixture.PEER_MAC, 1500, 256);
    private final NetStack client;
    private long nowNs = 10_000_000_000L;
    private long resetsOut;

    SynFloodTest() {
        final io.tickwire.net.ip.IpSettings ip = new io.tickwire.net.ip.IpSettings();
        ip.address = StackFixture.PEER;
        client = new NetStack(StackSettings.of(ip, 5), clientDevice);
        clientDevice.wire((frame, at) -> server.device.deliver(frame));
        // What the flood provokes goes nowhere; what is for the client reaches it.
        server.device.wire((frame, at) -> {
            if (EthernetHeader.destination(new UnsafeBuffer(frame), 0) != MAC_OF_NOBODY) {
                clientDevice.deliver(frame);
            }
        });
        server.ip.gateway = 0x0a00_00fe;
    }

    private static final long MAC_OF_NOBODY = 0x0200_0000_00feL;

    private void step() {
        nowNs += 50_000;
        client.poll(nowNs);
        server.stack.poll(nowNs);
    }

    private static byte[] segment(SplittableRandom random, int flags) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[54]);
        final int source = 0x0b00_0000 | random.nextInt(1 << 24);
        EthernetHeader.encode(buffer, 0, StackFixture.LOCAL_MAC, MAC_OF_NOBODY, -1, EthernetHeader.TYPE_IPV4);
        TcpHeader.encode(
                buffer, 34, 1 + random.nextInt(65_535), PORT, random.nextInt(), random.nextInt(), 20, flags, 1_000);
        TcpHeader.putChecksum(buffer, 34, 20, source, StackFixture.LOCAL);
        Ipv4Header.encode(buffer, 14, 20, 1, 0, 64, 6, source, StackFixture.LOCAL);
        return buffer.byteArray();
    }

    private void flood(int flags) {
        server.device.deliver(StackFixture.arp(
                io.tickwire.net.wire.ArpPacket.REQUEST, MAC_OF_NOBODY, 0x0a00_00fe, StackFixture.LOCAL));
        final long seed = 4987;
        final SplittableRandom random = new SplittableRandom(seed);
        final Counting echo = new Counting(true);
        server.stack.tcp().listen(PORT, connection -> echo);
        final Counting user = new Counting(false);
        client.now(nowNs);
        final TcpConnection connection = client.tcp().connect(StackFixture.LOCAL, PORT, 0, user);
        for (int i = 0; i < 100 && !user.connected; i++) {
            step();
        }
        final UnsafeBuffer data = new UnsafeBuffer(new byte[100]);
        final Counting late = new Counting(false);
        long sent = 0;
        for (int i = 0; i < FLOOD; i++) {
            server.device.deliver(segment(random, flags));
            if (i % 10 == 0) {
                sent += connection.send(data, 0, 100);
                step();
            }
            if (i == FLOOD / 2) {
                client.tcp().connect(StackFixture.LOCAL, PORT, 0, late);
            }
        }
        for (int i = 0; i < 2_000 && user.received < sent; i++) {
            step();
        }
        assertEquals(FLOOD / 10 * 100, sent, "seed " + seed);
        assertEquals(sent, user.received, "seed " + seed);
        assertTrue(late.connected, "a new connection gets through");
        assertEquals(null, user.closed);
        assertTrue(server.stack.tcp().connectionCount() <= server.tcp.synBacklog + 2, "half-open connections bounded");
        resetsOut = server.stack.tcp().counters.resetsOut;
        client.close();
        server.close();
    }

    @Test
    void synFloodLeavesConnectionsAloneAndNewOnesGetThroughByCookie() {
        flood(TcpHeader.SYN);
        assertTrue(server.stack.tcp().counters.cookiesSent > FLOOD / 2);
        assertTrue(server.stack.tcp().counters.cookiesAccepted >= 1);
    }

    @Test
    void ackStormLeavesConnectionsAlone() {
        flood(TcpHeader.ACK);
        assertTrue(resetsOut < FLOOD / 10, "resets are limited");
    }

    @Test
    void resetStormLeavesConnectionsAlone() {
        flood(TcpHeader.RST);
        assertEquals(0, resetsOut);
    }
}
