package io.tickwire.net.stack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.device.MacAddress;
import io.tickwire.net.udp.UdpSocket;
import io.tickwire.net.wire.ArpPacket;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.IcmpHeader;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.UdpHeader;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** ARP, IPv4, ICMP, reassembly and UDP, one frame at a time. */
class IpLayerTest {
    private final StackFixture f = new StackFixture();

    @AfterEach
    void nothingLeaks() {
        f.close();
    }

    private static byte[] udp(int port, byte[] payload) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[8 + payload.length]);
        buffer.putBytes(8, payload);
        UdpHeader.encode(buffer, 0, 5353, port, payload.length, StackFixture.PEER, StackFixture.LOCAL);
        return buffer.byteArray();
    }

    private byte[][] receive(int port) {
        final byte[][] seen = new byte[1][];
        f.stack.udp().open(port, 0, (buffer, offset, length, at, source, sourcePort) -> {
            seen[0] = new byte[length];
            buffer.getBytes(offset, seen[0]);
        });
        return seen;
    }

    @Test
    void startAnnouncesItsAddressTwice() {
        final StackFixture fresh = new StackFixture();
        // RFC 5227 §2.3. The first went out while the fixture was made.
        assertEquals(1, fresh.stack.counters.arpOut);
        fresh.advanceMs(2_200);
        final List<UnsafeBuffer> arps = fresh.take(EthernetHeader.TYPE_ARP);
        assertEquals(1, arps.size());
        assertEquals(ArpPacket.senderIp(arps.get(0), 14), ArpPacket.targetIp(arps.get(0), 14));
        fresh.close();
    }

    @Test
    void requestForUsIsAnswered() {
        f.deliver(StackFixture.arp(ArpPacket.REQUEST, StackFixture.PEER_MAC, StackFixture.PEER, StackFixture.LOCAL));
        final UnsafeBuffer reply = f.take(EthernetHeader.TYPE_ARP).get(0);
        assertEquals(ArpPacket.REPLY, ArpPacket.operation(reply, 14));
        assertEquals(StackFixture.LOCAL_MAC, ArpPacket.senderMac(reply, 14));
        assertEquals(StackFixture.PEER_MAC, EthernetHeader.destination(reply, 0));
        assertTrue(f.stack.arp().isResolved(StackFixture.PEER));
    }

    @Test
    void probeIsAnsweredAndNotLearnt() {
        f.deliver(StackFixture.arp(ArpPacket.REQUEST, StackFixture.PEER_MAC, 0, StackFixture.LOCAL));
        assertEquals(1, f.take(EthernetHeader.TYPE_ARP).size());
        assertFalse(f.stack.arp().isResolved(0));
    }

    @Test
    void strangersRequestFillsNoTable() {
        f.deliver(StackFixture.arp(ArpPacket.REQUEST, StackFixture.PEER_MAC, StackFixture.PEER, 0x0a00_0063));
        assertFalse(f.stack.arp().isResolved(StackFixture.PEER));
        assertEquals(0, f.take(EthernetHeader.TYPE_ARP).size());
    }

    @Test
    void claimOfOurAddressIsDefendedOnceInTenSeconds() {
        f.deliver(StackFixture.arp(ArpPacket.REQUEST, StackFixture.PEER_MAC, StackFixture.LOCAL, StackFixture.LOCAL));
        f.deliver(StackFixture.arp(ArpPacket.REQUEST, StackFixture.PEER_MAC, StackFixture.LOCAL, StackFixture.LOCAL));
        assertEquals(1, f.take(EthernetHeader.TYPE_ARP).size());
        assertEquals(2, f.stack.counters.arpConflicts);
    }

    @Test
    void datagramsWaitForTheAnswerAndTheOldestIsDropped() {
        final UdpSocket socket = f.stack.udp().open(1000, 0, (b, o, l, t, s, p) -> {});
        final UnsafeBuffer data = new UnsafeBuffer(new byte[1]);
        for (int i = 0; i < 6; i++) {
            data.putByte(0, (byte) i);
            assertTrue(socket.send(data, 0, 1, StackFixture.PEER, 7));
        }
        f.poll();
        assertEquals(1, f.take(EthernetHeader.TYPE_ARP).size());
        assertEquals(2, f.stack.counters.arpDrops);
        f.deliver(StackFixture.arp(ArpPacket.REPLY, StackFixture.PEER_MAC, StackFixture.PEER, StackFixture.LOCAL));
        final List<UnsafeBuffer> datagrams = f.take(EthernetHeader.TYPE_IPV4);
        assertEquals(4, datagrams.size());
        assertEquals(2, datagrams.get(0).getByte(42));
        assertEquals(StackFixture.PEER_MAC, EthernetHeader.destination(datagrams.get(0), 0));
    }

    @Test
    void unansweredRequestIsRepeatedOncePerSecondThenGivenUp() {
        final UdpSocket socket = f.stack.udp().open(1000, 0, (b, o, l, t, s, p) -> {});
        assertTrue(socket.send(new UnsafeBuffer(new byte[1]), 0, 1, StackFixture.PEER, 7));
        f.advanceMs(10_000);
        // Three requests, and the second announcement.
        assertEquals(4, f.take(EthernetHeader.TYPE_ARP).size());
        assertEquals(1, f.stack.counters.arpDrops);
        assertEquals(0, f.stack.arp().unresolved());
    }

    @Test
    void staleNeighbourIsProbedByUnicast() {
        f.deliver(StackFixture.arp(ArpPacket.REQUEST, StackFixture.PEER_MAC, StackFixture.PEER, StackFixture.LOCAL));
        f.advanceMs(31_000);
        f.sent.clear();
        final UdpSocket socket = f.stack.udp().open(1000, 0, (b, o, l, t, s, p) -> {});
        assertTrue(socket.send(new UnsafeBuffer(new byte[1]), 0, 1, StackFixture.PEER, 7));
        f.poll();
        assertEquals(2, f.sent.size(), "a probe, and the datagram without waiting");
        final UnsafeBuffer probe = f.take(EthernetHeader.TYPE_ARP).get(0);
        assertEquals(StackFixture.PEER_MAC, EthernetHeader.destination(probe, 0));
        f.advanceMs(5_000);
        assertFalse(f.stack.arp().isResolved(StackFixture.PEER), "nobody answered");
    }

    @Test
    void offLinkGoesToTheGatewayOrNowhere() {
        final UdpSocket socket = f.stack.udp().open(1000, 0, (b, o, l, t, s, p) -> {});
        assertFalse(socket.send(new UnsafeBuffer(new byte[1]), 0, 1, 0x0808_0808, 7));
        assertEquals(1, f.stack.counters.noRoute);
        f.ip.gateway = StackFixture.PEER;
        assertTrue(socket.send(new UnsafeBuffer(new byte[1]), 0, 1, 0x0808_0808, 7));
        f.poll();
        assertEquals(
                StackFixture.PEER,
                ArpPacket.targetIp(f.take(EthernetHeader.TYPE_ARP).get(0), 14));
    }

    @Test
    void pingIsAnswered() {
        f.deliver(StackFixture.arp(ArpPacket.REQUEST, StackFixture.PEER_MAC, StackFixture.PEER, StackFixture.LOCAL));
        f.sent.clear();
        final UnsafeBuffer echo = new UnsafeBuffer(StackFixture.bytes(64));
        IcmpHeader.encode(echo, 0, IcmpHeader.ECHO_REQUEST, 0, 0x1234_0001, 64);
        f.deliver(StackFixture.ipFrame(StackFixture.PEER, StackFixture.LOCAL, 1, echo.byteArray(), 0, 1));
        final UnsafeBuffer reply = f.take(EthernetHeader.TYPE_IPV4).get(0);
        assertEquals(IcmpHeader.ECHO_REPLY, IcmpHeader.type(reply, 34));
        assertEquals(0x1234_0001, IcmpHeader.rest(reply, 34));
        assertTrue(IcmpHeader.isValid(reply, 34, 64));
        assertTrue(Ipv4Header.isChecksumValid(reply, 14));
    }

    @Test
    void largePingIsAnsweredInFragments() {
        f.deliver(StackFixture.arp(ArpPacket.REQUEST, StackFixture.PEER_MAC, StackFixture.PEER, StackFixture.LOCAL));
        f.sent.clear();
        final UnsafeBuffer echo = new UnsafeBuffer(StackFixture.bytes(4_000));
        IcmpHeader.encode(echo, 0, IcmpHeader.ECHO_REQUEST, 0, 0x1234_0001, 4_000);
        for (int start = 0; start < 4_000; start += 1_480) {
            final int end = Math.min(4_000, start + 1_480);
            f.deliver(StackFixture.ipFrame(
                    StackFixture.PEER,
                    StackFixture.LOCAL,
                    1,
                    Arrays.copyOfRange(echo.byteArray(), start, end),
                    start / 8 | (end < 4_000 ? Ipv4Header.FLAG_MF : 0),
                    9));
        }
        final List<UnsafeBuffer> replies = f.take(EthernetHeader.TYPE_IPV4);
        assertEquals(3, replies.size());
        final byte[] whole = new byte[4_000];
        for (final UnsafeBuffer reply : replies) {
            assertTrue(Ipv4Header.isChecksumValid(reply, 14));
            final int at = Ipv4Header.fragmentOffset(reply, 14);
            reply.getBytes(34, whole, at, Math.min(1_480, 4_000 - at));
        }
        assertTrue(IcmpHeader.isValid(new UnsafeBuffer(whole), 0, 4_000));
        assertArrayEquals(
                StackFixture.bytes(4_000),
                StackFixture.join(Arrays.copyOf(StackFixture.bytes(8), 8), Arrays.copyOfRange(whole, 8, 4_000)));
    }

    @Test
    void closedUdpPortIsUnreachable() {
        f.deliver(StackFixture.arp(ArpPacket.REQUEST, StackFixture.PEER_MAC, StackFixture.PEER, StackFixture.LOCAL));
        f.sent.clear();
        f.deliver(StackFixture.ipFrame(StackFixture.PEER, StackFixture.LOCAL, 17, udp(9, new byte[3]), 0, 1));
        final UnsafeBuffer error = f.take(EthernetHeader.TYPE_IPV4).get(0);
        assertEquals(IcmpHeader.UNREACHABLE, IcmpHeader.type(error, 34));
        assertEquals(IcmpHeader.CODE_PORT, IcmpHeader.code(error, 34));
        assertEquals(StackFixture.PEER, Ipv4Header.source(error, 42), "quotes the datagram");
    }

    @Test
    void fragmentsInAnyOrderMakeTheDatagram() {
        final byte[] payload = StackFixture.bytes(3_000);
        final byte[] datagram = udp(77, payload);
        final byte[][] seen = receive(77);
        final int[] starts = {1_480, 0, 2_960};
        for (final int start : starts) {
            final int end = Math.min(datagram.length, start + 1_480);
            final int field = start / 8 | (end < datagram.length ? Ipv4Header.FLAG_MF : 0);
            f.deliver(StackFixture.ipFrame(
                    StackFixture.PEER, StackFixture.LOCAL, 17, Arrays.copyOfRange(datagram, start, end), field, 9));
        }
        assertArrayEquals(payload, seen[0]);
        assertEquals(1, f.stack.counters.reassembled);
    }

    @Test
    void overlappingFragmentsDropTheDatagram() {
        final byte[] datagram = udp(77, StackFixture.bytes(40));
        final byte[][] seen = receive(77);
        for (final int[] piece : new int[][] {{0, 24, 1}, {16, 32, 1}, {24, 48, 0}}) {
            final int field = piece[0] / 8 | (piece[2] == 1 ? Ipv4Header.FLAG_MF : 0);
            f.deliver(StackFixture.ipFrame(
                    StackFixture.PEER,
                    StackFixture.LOCAL,
                    17,
                    Arrays.copyOfRange(datagram, piece[0], piece[1]),
                    field,
                    9));
        }
        assertEquals(null, seen[0]);
        assertTrue(f.stack.counters.reassemblyDrops > 0);
    }

    @Test
    void manyPartialDatagramsStayBounded() {
        for (int id = 0; id < 1_000; id++) {
            f.deliver(StackFixture.ipFrame(
                    StackFixture.PEER, StackFixture.LOCAL, 17, new byte[8], Ipv4Header.FLAG_MF, id));
        }
        assertEquals(1_000 - f.ip.reassemblySlots, f.stack.counters.reassemblyDrops);
    }

    private void fragment(int destination, int start, boolean more, int id) {
        f.deliver(StackFixture.ipFrame(
                StackFixture.PEER, destination, 17, new byte[16], start / 8 | (more ? Ipv4Header.FLAG_MF : 0), id));
    }

    @Test
    void senderOfADatagramThatIsNotCompleteInTimeIsToldIfItsFirstFragmentCame() {
        f.deliver(StackFixture.arp(ArpPacket.REQUEST, StackFixture.PEER_MAC, StackFixture.PEER, StackFixture.LOCAL));
        fragment(StackFixture.LOCAL, 0, true, 7);
        fragment(StackFixture.LOCAL, 16, false, 8);
        f.advanceMs(29_000);
        assertEquals(0, f.take(EthernetHeader.TYPE_IPV4).size());
        f.advanceMs(2_000);
        final List<UnsafeBuffer> errors = f.take(EthernetHeader.TYPE_IPV4);
        assertEquals(1, errors.size(), "not for the datagram without a first fragment, RFC 792");
        final UnsafeBuffer error = errors.get(0);
        assertEquals(IcmpHeader.TIME_EXCEEDED, IcmpHeader.type(error, 34));
        assertEquals(IcmpHeader.CODE_REASSEMBLY, IcmpHeader.code(error, 34));
        assertEquals(7, Ipv4Header.identification(error, 42), "quotes the first fragment");
        assertTrue(IcmpHeader.isValid(error, 34, IcmpHeader.LENGTH + Ipv4Header.LENGTH + 8));
        assertEquals(2, f.stack.counters.reassemblyDrops);
    }

    @Test
    void lateFragmentsToAGroupAreNobodysBusiness() {
        f.deliver(StackFixture.arp(ArpPacket.REQUEST, StackFixture.PEER_MAC, StackFixture.PEER, StackFixture.LOCAL));
        fragment(0xe000_0001, 0, true, 7);
        f.advanceMs(31_000);
        assertEquals(1, f.stack.counters.reassemblyDrops);
        assertEquals(0, f.take(EthernetHeader.TYPE_IPV4).size(), "RFC 1122 §3.2.2");
    }

    @Test
    void fragmentsOfOneIdentificationToTwoAddressesAreTwoDatagrams() {
        final byte[] datagram = udp(77, StackFixture.bytes(40));
        final byte[][] seen = receive(77);
        fragment(0xe000_0001, 0, true, 9);
        for (final int start : new int[] {0, 24}) {
            final int end = Math.min(datagram.length, start + 24);
            f.deliver(StackFixture.ipFrame(
                    StackFixture.PEER,
                    StackFixture.LOCAL,
                    17,
                    Arrays.copyOfRange(datagram, start, end),
                    start / 8 | (start == 0 ? Ipv4Header.FLAG_MF : 0),
                    9));
        }
        assertArrayEquals(StackFixture.bytes(40), seen[0]);
    }

    @Test
    void foreignAndMalformedDatagramsAreCountedAndDropped() {
        f.deliver(StackFixture.ipFrame(StackFixture.PEER, 0x0a00_0077, 17, udp(77, new byte[1]), 0, 1));
        assertEquals(1, f.stack.counters.notForUs);
        final byte[] corrupt = StackFixture.ipFrame(StackFixture.PEER, StackFixture.LOCAL, 17, new byte[9], 0, 1);
        corrupt[22] ^= 1;
        f.deliver(corrupt);
        f.deliver(StackFixture.ipFrame(0xe000_0001, StackFixture.LOCAL, 17, new byte[9], 0, 1));
        assertEquals(2, f.stack.counters.headerErrors);
        f.deliver(new byte[] {1, 2, 3});
        assertEquals(1, f.stack.counters.framesMalformed);
        assertEquals(0, f.take(EthernetHeader.TYPE_IPV4).size());
    }

    @Test
    void otherVlanIsIgnored() {
        final UnsafeBuffer tagged = new UnsafeBuffer(new byte[64]);
        EthernetHeader.encode(tagged, 0, MacAddress.BROADCAST, StackFixture.PEER_MAC, 5, EthernetHeader.TYPE_ARP);
        ArpPacket.encode(
                tagged, 18, ArpPacket.REQUEST, StackFixture.PEER_MAC, StackFixture.PEER, 0, StackFixture.LOCAL);
        f.deliver(tagged.byteArray());
        assertEquals(0, f.sent.size());
        assertEquals(1, f.stack.counters.framesIgnored);
    }
}
