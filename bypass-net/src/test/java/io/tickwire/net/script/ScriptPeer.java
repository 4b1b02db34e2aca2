package io.tickwire.net.script;

import io.tickwire.net.sim.SimDevice;
import io.tickwire.net.wire.ArpPacket;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.IcmpHeader;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import io.tickwire.net.wire.TcpOptions;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/** The script's end of the wire: builds what is injected, keeps the initial sequence numbers, decodes what comes out. */
final class ScriptPeer {
    static final int ADDRESS = 0x0a00_0002;
    static final int LOCAL = 0x0a00_0001;
    static final long MAC = 0x0200_0000_0002L;
    static final long LOCAL_MAC = 0x0200_0000_0001L;
    static final int LOCAL_PORT = 8080;

    /** A segment that the stack sent. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Sent(int flags, int sequence, int ack, int window, byte[] payload, TcpOptions options, long atNs) {
        @Override
        public String toString() {
            return flagLetters(flags) + " seq " + sequence + "+" + payload.length + " ack " + ack + " win " + window
                    + (options.mss() > 0 ? " mss " + options.mss() : "")
                    + (options.windowShift() >= 0 ? " ws " + options.windowShift() : "")
                    + (options.sackPermitted() ? " sackok" : "")
                    + (options.hasTimestamps() ? " ts " + options.timestampValue() + " " + options.timestampEcho() : "")
                    + " sacks " + options.sackCount();
        }
    }

    final int port;
    int isn = 1_000_000;
    int iss;
    int localPort = LOCAL_PORT;
    boolean timestamps;
    int lastTimestampSeen;
    int timestampClock = 1_000;
    byte[] lastSegment = new byte[0];

    ScriptPeer(int port) {
        this.port = port;
    }

    static String flagLetters(int flags) {
        return ((flags & TcpHeader.SYN) != 0 ? "S" : "")
                + ((flags & TcpHeader.FIN) != 0 ? "F" : "")
                + ((flags & TcpHeader.RST) != 0 ? "R" : "")
                + ((flags & TcpHeader.PSH) != 0 ? "P" : "")
                + ((flags & TcpHeader.ACK) != 0 ? "A" : "");
    }

    /** Payload byte at a relative sequence number. */
    static byte pattern(int relative) {
        return (byte) (relative * 31 + (relative >>> 8));
    }

    /** Builds the frame of an injected segment. */
    byte[] frame(PacketLine line) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[2_000]);
        final int ip = EthernetHeader.encode(buffer, 0, LOCAL_MAC, MAC, -1, EthernetHeader.TYPE_IPV4);
        final int tcp = ip + Ipv4Header.LENGTH;
        final int payload = options(line, buffer, tcp + TcpHeader.LENGTH);
        for (int i = 0; i < line.length; i++) {
            buffer.putByte(payload + i, pattern(line.sequence + ((line.flags & TcpHeader.SYN) != 0 ? 1 : 0) + i));
        }
        final int length = payload - tcp + line.length;
        TcpHeader.encode(
                buffer,
                tcp,
                port,
                localPort,
                isn + line.sequence,
                line.ack == null ? 0 : iss + line.ack,
                payload - tcp,
                line.flags,
                line.window == null ? 65_535 : line.window);
        TcpHeader.putChecksum(buffer, tcp, length, ADDRESS, LOCAL);
        if (line.badChecksum) {
            buffer.putByte(
                    tcp + TcpHeader.CHECKSUM_OFFSET, (byte) (buffer.getByte(tcp + TcpHeader.CHECKSUM_OFFSET) ^ 1));
        }
        Ipv4Header.encode(buffer, ip, length, 7, 0, 64, Ipv4Header.PROTOCOL_TCP, ADDRESS, LOCAL);
        return Arrays.copyOf(buffer.byteArray(), tcp + length);
    }

    private int options(PacketLine line, UnsafeBuffer buffer, int start) {
        int position = start;
        if (line.mss != null) {
            position = TcpOptions.putMss(buffer, position, line.mss);
        }
        if (Boolean.TRUE.equals(line.sackPermitted)) {
            position = TcpOptions.putSackPermitted(buffer, position);
        }
        final boolean withTimestamps = line.timestamps != null ? line.timestamps : timestamps;
        if (withTimestamps) {
            final int value = line.timestampValue != null ? line.timestampValue : timestampClock;
            final int echo = line.timestampEcho != null ? line.timestampEcho : lastTimestampSeen + line.echoBack;
            position = TcpOptions.putTimestamps(buffer, position, value, echo);
        }
        if (line.windowShift != null && line.windowShift >= 0) {
            position = TcpOptions.putWindowScale(buffer, position, line.windowShift);
        }
        if (line.sack != null && !line.sack.isEmpty()) {
            position = TcpOptions.putSackHeader(buffer, position, line.sack.size());
            for (final int[] block : line.sack) {
                position = TcpOptions.putSackBlock(buffer, position, iss + block[0], iss + block[1]);
            }
        }
        return position;
    }

    /** ICMP "fragmentation needed" or another unreachable about the last segment that was sent. */
    byte[] unreachable(int code, int mtu, int sequenceShift) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[200]);
        final int ip = EthernetHeader.encode(buffer, 0, LOCAL_MAC, MAC, -1, EthernetHeader.TYPE_IPV4);
        final int icmp = ip + Ipv4Header.LENGTH;
        buffer.putBytes(icmp + IcmpHeader.LENGTH, lastSegment, 0, 28);
        final int at = icmp + IcmpHeader.LENGTH + Ipv4Header.LENGTH + 4;
        buffer.putInt(
                at, buffer.getInt(at, java.nio.ByteOrder.BIG_ENDIAN) + sequenceShift, java.nio.ByteOrder.BIG_ENDIAN);
        final int length = IcmpHeader.LENGTH + 28;
        IcmpHeader.encode(buffer, icmp, IcmpHeader.UNREACHABLE, code, mtu, length);
        Ipv4Header.encode(buffer, ip, length, 7, 0, 64, Ipv4Header.PROTOCOL_ICMP, ADDRESS, LOCAL);
        return Arrays.copyOf(buffer.byteArray(), icmp + length);
    }

    /** An ARP request from the peer, so that the stack knows its address. */
    static byte[] arpRequest() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[60]);
        final int arp = EthernetHeader.encode(buffer, 0, LOCAL_MAC, MAC, -1, EthernetHeader.TYPE_ARP);
        ArpPacket.encode(buffer, arp, ArpPacket.REQUEST, MAC, ADDRESS, 0, LOCAL);
        return buffer.byteArray();
    }

    /** ARP questions of the stack are answered at once. */
    static void answerArp(byte[] frame, SimDevice device) {
        final UnsafeBuffer question = new UnsafeBuffer(frame);
        if (ArpPacket.operation(question, EthernetHeader.LENGTH) != ArpPacket.REQUEST
                || ArpPacket.targetIp(question, EthernetHeader.LENGTH) != ADDRESS) {
            return;
        }
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[60]);
        final int arp = EthernetHeader.encode(buffer, 0, LOCAL_MAC, MAC, -1, EthernetHeader.TYPE_ARP);
        ArpPacket.encode(buffer, arp, ArpPacket.REPLY, MAC, ADDRESS, LOCAL_MAC, LOCAL);
        device.deliver(buffer.byteArray());
    }

    /** Decodes a segment of the stack; checks IP and TCP checksums. */
    Sent decode(byte[] frame, long nowNs) {
        final UnsafeBuffer buffer = new UnsafeBuffer(frame);
        final int ip = EthernetHeader.LENGTH;
        final int tcp = ip + Ipv4Header.headerLength(buffer, ip);
        final int length = Ipv4Header.totalLength(buffer, ip) - (tcp - ip);
        if (!Ipv4Header.isWellFormed(buffer, ip, frame.length - ip)
                || !Ipv4Header.isChecksumValid(buffer, ip)
                || !TcpHeader.isWellFormed(buffer, tcp, length)
                || !TcpHeader.isChecksumValid(buffer, tcp, length, LOCAL, ADDRESS)) {
            throw new AssertionError("malformed segment sent: " + Arrays.toString(frame));
        }
        lastSegment = Arrays.copyOfRange(frame, ip, Math.max(ip + 28, frame.length));
        final int flags = TcpHeader.flags(buffer, tcp);
        if ((flags & TcpHeader.SYN) != 0) {
            iss = TcpHeader.sequence(buffer, tcp);
        }
        final int headerLength = TcpHeader.headerLength(buffer, tcp);
        final TcpOptions options = new TcpOptions();
        if (!options.parse(buffer, tcp + TcpHeader.LENGTH, headerLength - TcpHeader.LENGTH)) {
            throw new AssertionError("malformed options sent");
        }
        if (options.hasTimestamps()) {
            lastTimestampSeen = options.timestampValue();
        }
        final byte[] payload = new byte[length - headerLength];
        buffer.getBytes(tcp + headerLength, payload);
        return new Sent(
                flags,
                TcpHeader.sequence(buffer, tcp) - iss,
                (flags & TcpHeader.ACK) != 0 ? TcpHeader.acknowledgement(buffer, tcp) - isn : 0,
                TcpHeader.window(buffer, tcp),
                payload,
                options,
                nowNs);
    }
}
