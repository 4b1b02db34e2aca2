package io.tickwire.net.stack;

import io.tickwire.net.igmp.IgmpSettings;
import io.tickwire.net.ip.IpSettings;
import io.tickwire.net.sim.SimDevice;
import io.tickwire.net.tcp.TcpSettings;
import io.tickwire.net.wire.ArpPacket;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.Ipv4Header;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** A stack at 10.0.0.1 whose frames are kept, and frames from 10.0.0.2 to it. */
final class StackFixture {
    static final int LOCAL = 0x0a00_0001;
    static final int PEER = 0x0a00_0002;
    static final long LOCAL_MAC = 0x0200_0000_0001L;
    static final long PEER_MAC = 0x0200_0000_0002L;

    final SimDevice device = new SimDevice("fixture", LOCAL_MAC, 1500, 256);
    final List<UnsafeBuffer> sent = new ArrayList<>();
    final IpSettings ip = new IpSettings();
    final TcpSettings tcp = new TcpSettings();
    final IgmpSettings igmp = new IgmpSettings();
    final NetStack stack;
    long nowNs = 5_000_000_000L;

    StackFixture() {
        ip.address = LOCAL;
        device.wire((frame, atNs) -> sent.add(new UnsafeBuffer(frame)));
        stack = new NetStack(new StackSettings(ip, tcp, igmp, 64, 64, 99), device);
        poll();
        poll();
        sent.clear();
    }

    void poll() {
        nowNs += 1_000;
        stack.poll(nowNs);
    }

    void advanceMs(long milliseconds) {
        for (long i = 0; i < milliseconds; i++) {
            nowNs += 1_000_000;
            stack.poll(nowNs);
        }
    }

    void deliver(byte[] frame) {
        device.deliver(frame);
        poll();
    }

    static byte[] ipFrame(int source, int destination, int protocol, byte[] payload, int flagsAndOffset, int id) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[34 + payload.length]);
        EthernetHeader.encode(buffer, 0, LOCAL_MAC, PEER_MAC, -1, EthernetHeader.TYPE_IPV4);
        Ipv4Header.encode(buffer, 14, payload.length, id, flagsAndOffset, 64, protocol, source, destination);
        buffer.putBytes(34, payload);
        return buffer.byteArray();
    }

    static byte[] arp(int operation, long senderMac, int senderIp, int targetIp) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[60]);
        EthernetHeader.encode(buffer, 0, LOCAL_MAC, senderMac, -1, EthernetHeader.TYPE_ARP);
        ArpPacket.encode(buffer, 14, operation, senderMac, senderIp, 0, targetIp);
        return buffer.byteArray();
    }

    /** Frames of an EtherType sent since the last call; forgets all. */
    List<UnsafeBuffer> take(int type) {
        final List<UnsafeBuffer> matching = new ArrayList<>(sent.stream()
                .filter(frame -> EthernetHeader.type(frame, 0) == type)
                .toList());
        sent.clear();
        return matching;
    }

    static byte[] bytes(int length) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 7);
        }
        return bytes;
    }

    static byte[] join(byte[] first, byte[] second) {
        final byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    void close() {
        stack.close();
        if (device.pool().available() != device.pool().capacity()) {
            throw new AssertionError("frames leaked: "
                    + (device.pool().capacity() - device.pool().available()));
        }
        device.close();
    }
}
