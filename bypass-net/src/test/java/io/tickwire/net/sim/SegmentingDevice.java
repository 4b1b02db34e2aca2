package io.tickwire.net.sim;

import io.tickwire.net.device.DeviceCounters;
import io.tickwire.net.device.DeviceInfo;
import io.tickwire.net.device.Frame;
import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.FramePool;
import io.tickwire.net.wire.Checksum;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.Ipv4Header;
import io.tickwire.net.wire.TcpHeader;
import java.nio.ByteOrder;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Does in software before a device what a NIC with checksum and segmentation offload does, and announces it: long TCP segments are cut, sequence
 * numbers and identifications counted on, FIN and PSH left to the last, checksums filled in.
 */
public final class SegmentingDevice implements FrameDevice {
    private static final int OFFLOADS = DeviceInfo.OFFLOAD_TX_IP_CHECKSUM
            | DeviceInfo.OFFLOAD_TX_TCP_CHECKSUM
            | DeviceInfo.OFFLOAD_TX_TCP_SEGMENTATION;
    private static final int LARGEST_FRAME = 65_535 + EthernetHeader.TAGGED_LENGTH;
    private static final int CHECKSUM_OFFSET = 16;

    private final FrameDevice inner;
    private final DeviceInfo info;
    private final FrameBurst ready = new FrameBurst(256);
    private final UnsafeBuffer whole = new UnsafeBuffer(new byte[LARGEST_FRAME]);
    private final UnsafeBuffer piece = new UnsafeBuffer(0, 0);

    /** Frames that were cut. */
    public long segmented;

    public SegmentingDevice(FrameDevice inner, int maxSegments) {
        this.inner = inner;
        final DeviceInfo plain = inner.info();
        info = new DeviceInfo(
                plain.name(),
                plain.macAddress(),
                plain.mtuBytes(),
                plain.queue(),
                plain.queueCount(),
                maxSegments,
                plain.offloads() | OFFLOADS);
    }

    @Override
    public int send(FrameBurst burst, long nowNs) {
        int taken = 0;
        while (taken < burst.size() && prepare(burst.get(taken))) {
            taken++;
        }
        burst.removeFirst(taken);
        inner.send(ready, nowNs);
        return taken;
    }

    /** Makes a frame ready to leave, and frees it if it was cut. False if there is no room for that now. */
    private boolean prepare(long frame) {
        final long flags = Frame.flags(frame);
        if ((flags & Frame.TX_TCP_SEGMENTATION) == 0) {
            if (ready.room() > 0 && (flags & Frame.TX_TCP_CHECKSUM) != 0) {
                piece.wrap(Frame.dataAddress(frame), Frame.length(frame));
                final int tcp = linkBytes(piece) + Ipv4Header.LENGTH;
                // The field holds the pseudo-header's sum, which the device sums up with the rest.
                putChecksum(piece, tcp, Checksum.of(piece, tcp, piece.capacity() - tcp));
            }
            return ready.add(frame);
        }
        final int length = Frame.length(frame);
        if (length > LARGEST_FRAME || Frame.segmentCount(frame) > info.maxSegments()) {
            throw new AssertionError("frame of " + length + " bytes in " + Frame.segmentCount(frame) + " segments");
        }
        copy(frame);
        final int headers = headerBytes(frame);
        final int pieceBytes = pieceBytes(frame);
        final int pieces = (length - headers + pieceBytes - 1) / pieceBytes;
        if (pieces < 2) {
            throw new AssertionError("nothing to cut in " + length + " bytes");
        }
        if (pieces > ready.room() || pieces > inner.pool().available()) {
            return false;
        }
        for (int i = 0; i < pieces; i++) {
            cut(i, headers, pieceBytes, length, i == pieces - 1);
        }
        inner.pool().free(frame);
        segmented++;
        return true;
    }

    private void copy(long frame) {
        int at = 0;
        for (long segment = frame; segment != Frame.NULL; segment = Frame.next(segment)) {
            piece.wrap(Frame.dataAddress(segment), Frame.segmentLength(segment));
            whole.putBytes(at, piece, 0, piece.capacity());
            at += piece.capacity();
        }
    }

    private static int headerBytes(long frame) {
        final long offload = UnsafeApi.getLong(frame + Frame.TRANSMIT_OFFLOAD_OFFSET);
        return (int) ((offload & 0x7f) + ((offload >> 7) & 0x1ff) + ((offload >> 16) & 0xff));
    }

    private static int pieceBytes(long frame) {
        return (int) (UnsafeApi.getLong(frame + Frame.TRANSMIT_OFFLOAD_OFFSET) >> 24) & 0xffff;
    }

    private void cut(int index, int headers, int pieceBytes, int length, boolean isLast) {
        final long frame = inner.pool().allocate();
        final int from = headers + index * pieceBytes;
        final int bytes = isLast ? length - from : pieceBytes;
        Frame.length(frame, headers + bytes);
        piece.wrap(Frame.dataAddress(frame), headers + bytes);
        piece.putBytes(0, whole, 0, headers);
        piece.putBytes(headers, whole, from, bytes);
        final int ip = linkBytes(piece);
        final int tcp = ip + Ipv4Header.headerLength(piece, ip);
        final int flags = TcpHeader.flags(piece, tcp) & (isLast ? -1 : ~(TcpHeader.FIN | TcpHeader.PSH));
        TcpHeader.encode(
                piece,
                tcp,
                TcpHeader.sourcePort(piece, tcp),
                TcpHeader.destinationPort(piece, tcp),
                TcpHeader.sequence(piece, tcp) + index * pieceBytes,
                TcpHeader.acknowledgement(piece, tcp),
                headers - tcp,
                flags,
                TcpHeader.window(piece, tcp));
        Ipv4Header.encode(
                piece,
                ip,
                headers - tcp + bytes,
                Ipv4Header.identification(piece, ip) + index,
                Ipv4Header.FLAG_DF,
                Ipv4Header.ttl(piece, ip),
                Ipv4Header.PROTOCOL_TCP,
                Ipv4Header.source(piece, ip),
                Ipv4Header.destination(piece, ip));
        // The field held the pseudo-header's sum without the length, which each piece adds.
        final int pseudo = whole.getShort(tcp + CHECKSUM_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xffff;
        final int segment = headers - tcp + bytes;
        final long sum = pseudo + (Short.reverseBytes((short) segment) & 0xffffL);
        putChecksum(piece, tcp, Checksum.finish(Checksum.add(piece, tcp, segment, sum)));
        ready.add(frame);
    }

    private static int linkBytes(UnsafeBuffer frame) {
        return EthernetHeader.type(frame, 0) == EthernetHeader.TYPE_VLAN
                ? EthernetHeader.TAGGED_LENGTH
                : EthernetHeader.LENGTH;
    }

    private static void putChecksum(UnsafeBuffer frame, int tcp, int checksum) {
        frame.putShort(tcp + CHECKSUM_OFFSET, (short) checksum, ByteOrder.BIG_ENDIAN);
    }

    @Override
    public int receive(FrameBurst burst, long nowNs) {
        inner.send(ready, nowNs);
        return inner.receive(burst, nowNs);
    }

    @Override
    public FramePool pool() {
        return inner.pool();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public boolean isLinkUp() {
        return inner.isLinkUp();
    }

    @Override
    public boolean joinMulticast(long macAddress) {
        return inner.joinMulticast(macAddress);
    }

    @Override
    public void leaveMulticast(long macAddress) {
        inner.leaveMulticast(macAddress);
    }

    @Override
    public int arrivalQueue(int source, int destination, int sourcePort, int destinationPort) {
        return inner.arrivalQueue(source, destination, sourcePort, destinationPort);
    }

    @Override
    public void readCounters(DeviceCounters counters) {
        inner.readCounters(counters);
    }

    /** Gives up what could not be sent. */
    public void flush() {
        ready.freeAll(inner.pool());
    }

    @Override
    public void close() {
        flush();
        ready.close();
        inner.close();
    }
}
