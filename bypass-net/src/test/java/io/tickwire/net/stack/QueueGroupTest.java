package io.tickwire.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.MacAddress;
import io.tickwire.net.device.ReceiveSideScaling;
import io.tickwire.net.igmp.IgmpSettings;
import io.tickwire.net.ip.IpSettings;
import io.tickwire.net.sim.SimDevice;
import io.tickwire.net.tcp.CloseCause;
import io.tickwire.net.tcp.TcpConnection;
import io.tickwire.net.tcp.TcpHandler;
import io.tickwire.net.tcp.TcpSettings;
import io.tickwire.net.wire.ArpPacket;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.IcmpHeader;
import io.tickwire.net.wire.IgmpMessage;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import io.tickwire.net.wire.UdpHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two stacks over two queues of one port: what arrives at one queue and concerns the host reaches both. */
class QueueGroupTest {
    private static final int GROUP = 0xef01_0203;
    private static final int INBOX_BYTES = 4_096;

    private final SimDevice[] queues = new SimDevice[2];
    private final NetStack[] stacks = new NetStack[2];
    private final List<List<UnsafeBuffer>> sent = List.of(new ArrayList<>(), new ArrayList<>());
    private final QueueGroup group;
    private long nowNs = 5_000_000_000L;

    QueueGroupTest() {
        final List<FrameDevice> devices = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            queues[i] = new SimDevice("queue" + i, StackFixture.LOCAL_MAC, 1500, 256, i, 2);
            final List<UnsafeBuffer> frames = sent.get(i);
            queues[i].wire((frame, atNs) -> frames.add(new UnsafeBuffer(frame)));
            devices.add(queues[i]);
        }
        group = new QueueGroup(devices, INBOX_BYTES);
        for (int i = 0; i < 2; i++) {
            final IpSettings ip = new IpSettings();
            ip.address = StackFixture.LOCAL;
            stacks[i] = new NetStack(
                    new StackSettings(ip, new TcpSettings(), new IgmpSettings(), 64, 64, i), group.member(i));
        }
        poll();
        forget();
    }

    @AfterEach
    void close() {
        for (int i = 0; i < 2; i++) {
            stacks[i].close();
            assertEquals(queues[i].pool().capacity(), queues[i].pool().available());
            queues[i].close();
        }
    }

    /** Polls both, twice, so that what one passes on is seen by the other. */
    private void poll() {
        for (int turn = 0; turn < 2; turn++) {
            for (final NetStack stack : stacks) {
                nowNs += 1_000;
                stack.poll(nowNs);
            }
        }
    }

    private void deliver(int queue, byte[] frame) {
        queues[queue].deliver(frame);
        poll();
    }

    private void forget() {
        sent.forEach(List::clear);
    }

    private static byte[] toGroup(int destination, int protocol, byte[] payload) {
        final byte[] frame = StackFixture.ipFrame(StackFixture.PEER, destination, protocol, payload, 0, 1);
        EthernetHeader.putMac(new UnsafeBuffer(frame), 0, MacAddress.ofIpv4Group(destination));
        return frame;
    }

    private static byte[] datagram() {
        final UnsafeBuffer udp = new UnsafeBuffer(new byte[UdpHeader.LENGTH + 5]);
        UdpHeader.encode(udp, 0, 9, 30_001, 5, StackFixture.PEER, GROUP);
        return udp.byteArray();
    }

    @Test
    void arpReplyReachesTheStackThatAsked() {
        final var socket = stacks[1].udp().open(1_000, 0, (b, o, l, t, s, p) -> {});
        assertTrue(socket.send(new UnsafeBuffer(new byte[1]), 0, 1, StackFixture.PEER, 7));
        poll();
        forget();
        deliver(0, StackFixture.arp(ArpPacket.REPLY, StackFixture.PEER_MAC, StackFixture.PEER, StackFixture.LOCAL));
        assertEquals(1, sent.get(1).size(), "the datagram that waited");
        assertEquals(
                StackFixture.PEER_MAC, EthernetHeader.destination(sent.get(1).get(0), 0));
    }

    @Test
    void arpRequestIsAnsweredOnceAndLearntByAll() {
        deliver(1, StackFixture.arp(ArpPacket.REQUEST, StackFixture.PEER_MAC, StackFixture.PEER, StackFixture.LOCAL));
        assertEquals(0, sent.get(0).size());
        assertEquals(1, sent.get(1).size());
        assertTrue(stacks[0].arp().isResolved(StackFixture.PEER));
        assertTrue(stacks[1].arp().isResolved(StackFixture.PEER));
    }

    @Test
    void multicastReachesTheMembersThatJoinedWhereverItArrives() {
        final int[] received = new int[2];
        stacks[1].udp().open(30_001, GROUP, (b, o, l, t, s, p) -> received[1]++);
        stacks[1].igmp().join(GROUP, 0);
        deliver(0, toGroup(GROUP, Ipv4Header.PROTOCOL_UDP, datagram()));
        assertEquals(1, received[1]);
        stacks[0].udp().open(30_001, GROUP, (b, o, l, t, s, p) -> received[0]++);
        stacks[0].igmp().join(GROUP, 0);
        deliver(0, toGroup(GROUP, Ipv4Header.PROTOCOL_UDP, datagram()));
        assertEquals(1, received[0]);
        assertEquals(2, received[1]);
        stacks[1].igmp().leave(GROUP, 0);
        deliver(1, toGroup(GROUP, Ipv4Header.PROTOCOL_UDP, datagram()));
        assertEquals(2, received[0], "arrived at the queue of the stack that has left");
        assertEquals(2, received[1]);
    }

    @Test
    void queryIsAnsweredByTheStackWithTheMembership() {
        stacks[1].igmp().join(GROUP, 0);
        for (int i = 0; i < 3_000; i++) {
            nowNs += 1_000_000;
            poll();
        }
        forget();
        final UnsafeBuffer query = new UnsafeBuffer(new byte[8]);
        IgmpMessage.encodeV2(query, 0, IgmpMessage.QUERY, 10, 0);
        deliver(0, toGroup(0xe000_0001, Ipv4Header.PROTOCOL_IGMP, query.byteArray()));
        for (int i = 0; i < 2_000; i++) {
            nowNs += 1_000_000;
            poll();
        }
        assertEquals(1, sent.get(1).size());
        assertEquals(Ipv4Header.PROTOCOL_IGMP, Ipv4Header.protocol(sent.get(1).get(0), 14));
    }

    @Test
    void pathMtuIsLearntByAll() {
        final UnsafeBuffer error = new UnsafeBuffer(new byte[IcmpHeader.LENGTH + 28]);
        Ipv4Header.encode(
                error,
                IcmpHeader.LENGTH,
                1_480,
                1,
                Ipv4Header.FLAG_DF,
                64,
                Ipv4Header.PROTOCOL_TCP,
                StackFixture.LOCAL,
                StackFixture.PEER);
        IcmpHeader.encode(
                error, 0, IcmpHeader.UNREACHABLE, IcmpHeader.CODE_FRAGMENTATION_NEEDED, 1_000, error.capacity());
        deliver(
                0,
                StackFixture.ipFrame(
                        StackFixture.PEER, StackFixture.LOCAL, Ipv4Header.PROTOCOL_ICMP, error.byteArray(), 0, 1));
        assertEquals(1_000, stacks[0].ip().pathMtuBytes(StackFixture.PEER));
        assertEquals(1_000, stacks[1].ip().pathMtuBytes(StackFixture.PEER));
    }

    @Test
    void copiesForAStackThatStandsStillAreBounded() {
        for (int i = 0; i < 1_000; i++) {
            queues[0].deliver(StackFixture.arp(
                    ArpPacket.REPLY, StackFixture.PEER_MAC, StackFixture.PEER + i, StackFixture.LOCAL));
            nowNs += 1_000;
            stacks[0].poll(nowNs);
        }
        assertTrue(group.dropped(1) > 900, "dropped " + group.dropped(1));
        for (int i = 0; i < 100; i++) {
            poll();
        }
        assertTrue(stacks[1].arp().isResolved(StackFixture.PEER));
        assertFalse(stacks[1].arp().isResolved(StackFixture.PEER + 999));
    }

    @Test
    void ordinarySegmentsStayWhereTheyArrive() {
        stacks[0].tcp().listen(80, connection -> null);
        deliver(0, StackFixture.ipFrame(StackFixture.PEER, StackFixture.LOCAL, 6, new byte[20], 0, 1));
        assertEquals(1, stacks[0].tcp().counters.segmentsIn);
        assertEquals(0, stacks[1].tcp().counters.segmentsIn);
    }

    /** A SYN and ACK from the peer for the SYN that a stack sent, or any segment of that connection. */
    private static byte[] answerTo(UnsafeBuffer syn) {
        final int at = EthernetHeader.LENGTH + Ipv4Header.LENGTH;
        final int theirs = TcpHeader.destinationPort(syn, at);
        final int ours = TcpHeader.sourcePort(syn, at);
        final UnsafeBuffer segment = new UnsafeBuffer(new byte[TcpHeader.LENGTH]);
        TcpHeader.encode(
                segment,
                0,
                theirs,
                ours,
                1,
                TcpHeader.sequence(syn, at) + 1,
                TcpHeader.LENGTH,
                TcpHeader.SYN | TcpHeader.ACK,
                1_000);
        TcpHeader.putChecksum(segment, 0, TcpHeader.LENGTH, StackFixture.PEER, StackFixture.LOCAL);
        return StackFixture.ipFrame(
                StackFixture.PEER, StackFixture.LOCAL, Ipv4Header.PROTOCOL_TCP, segment.byteArray(), 0, 1);
    }

    private void learnPeer() {
        deliver(0, StackFixture.arp(ArpPacket.REPLY, StackFixture.PEER_MAC, StackFixture.PEER, StackFixture.LOCAL));
        forget();
    }

    private UnsafeBuffer synOf(int stack, TcpHandler handler) {
        learnPeer();
        stacks[stack].tcp().connect(StackFixture.PEER, 80, 0, handler);
        poll();
        return sent.get(stack).get(0);
    }

    @Test
    void activeOpenSucceedsWhereverTheAnswerArrivesIfTheHashIsUnknown() {
        for (int stack = 0; stack < 2; stack++) {
            for (int queue = 0; queue < 2; queue++) {
                final Connected connected = new Connected();
                deliver(queue, answerTo(synOf(stack, connected)));
                assertTrue(connected.done, "stack " + stack + ", answer at queue " + queue);
            }
        }
        assertEquals(0, stacks[0].tcp().counters.resetsOut + stacks[1].tcp().counters.resetsOut);
    }

    @Test
    void activeOpenChoosesAPortWhoseAnswerArrivesAtItsQueueIfTheHashIsKnown() {
        final ReceiveSideScaling scaling = new ReceiveSideScaling(new byte[40], ReceiveSideScaling.spread(128, 2));
        assertEquals(0, scaling.queue(1, 2, 3, 4), "a key of zeros puts everything on the first queue");
        queues[0].scaling(scaling);
        queues[1].scaling(scaling);
        synOf(0, new Connected());
        assertNull(stacks[1].tcp().connect(StackFixture.PEER, 80, 0, new Connected()), "no port leads to queue 1");
    }

    private static byte[] unicast(int port) {
        final byte[] datagram = new byte[UdpHeader.LENGTH + 5];
        UdpHeader.encode(new UnsafeBuffer(datagram), 0, 9, port, 5, StackFixture.PEER, StackFixture.LOCAL);
        return StackFixture.ipFrame(StackFixture.PEER, StackFixture.LOCAL, Ipv4Header.PROTOCOL_UDP, datagram, 0, 1);
    }

    @Test
    void datagramReachesTheStackThatBoundThePortAndIsAnsweredByNobody() {
        final int[] received = new int[2];
        learnPeer();
        stacks[1].udp().open(7_000, 0, (b, o, l, t, s, p) -> received[1]++);
        deliver(0, unicast(7_000));
        assertEquals(1, received[1]);
        assertEquals(0, sent.get(0).size() + sent.get(1).size(), "no port unreachable");
        deliver(0, unicast(7_001));
        assertEquals(1, sent.get(0).size(), "port unreachable from the stack where it arrived");
        assertEquals(0, sent.get(1).size());
    }

    @Test
    void portsChosenForDatagramsDiffer() {
        final int first = stacks[0].udp().open(0, 0, (b, o, l, t, s, p) -> {}).port();
        final int second = stacks[1].udp().open(0, 0, (b, o, l, t, s, p) -> {}).port();
        assertTrue(first != second);
    }

    @Test
    void fragmentsAtDifferentQueuesAreReassembledAndAnsweredOnce() {
        final int[] received = new int[2];
        learnPeer();
        stacks[1].udp().open(7_000, 0, (b, o, l, t, s, p) -> received[1] += l);
        final byte[] datagram = new byte[UdpHeader.LENGTH + 40];
        UdpHeader.encode(new UnsafeBuffer(datagram), 0, 9, 7_000, 40, StackFixture.PEER, StackFixture.LOCAL);
        fragments(datagram, Ipv4Header.PROTOCOL_UDP, 77);
        assertEquals(40, received[1]);
        final byte[] echo = new byte[IcmpHeader.LENGTH + 40];
        IcmpHeader.encode(new UnsafeBuffer(echo), 0, IcmpHeader.ECHO_REQUEST, 0, 1, echo.length);
        forget();
        fragments(echo, Ipv4Header.PROTOCOL_ICMP, 78);
        assertEquals(1, sent.get(0).size(), "the reply");
        assertEquals(0, sent.get(1).size());
    }

    private void fragments(byte[] payload, int protocol, int id) {
        final int cut = 24;
        deliver(
                0,
                StackFixture.ipFrame(
                        StackFixture.PEER,
                        StackFixture.LOCAL,
                        protocol,
                        Arrays.copyOf(payload, cut),
                        Ipv4Header.FLAG_MF,
                        id));
        deliver(
                1,
                StackFixture.ipFrame(
                        StackFixture.PEER,
                        StackFixture.LOCAL,
                        protocol,
                        Arrays.copyOfRange(payload, cut, payload.length),
                        cut >>> 3,
                        id));
    }

    /** Notes that a connection is there. */
    private static final class Connected implements TcpHandler {
        boolean done;

        @Override
        public void onConnected(TcpConnection connection) {
            done = true;
        }

        @Override
        public int onData(TcpConnection from, DirectBuffer buffer, int offset, int length) {
            return length;
        }

        @Override
        public void onPeerClosed(TcpConnection connection) {}

        @Override
        public void onWritable(TcpConnection connection) {}

        @Override
        public void onClosed(TcpConnection connection, CloseCause cause) {}
    }

    @Test
    void groupOfNoQueuesIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new QueueGroup(List.of(), INBOX_BYTES));
    }
}
