package io.tickwire.edge.feed.replay;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The UDP payloads of a capture: classic pcap (microseconds or nanoseconds, either byte order) of Ethernet frames with any number of VLAN
 * tags, or of raw IPv4. Frames of other kinds, fragments and truncated ones are skipped and counted.
 */
public final class PcapFile implements MessageSource {
    private static final int FILE_HEADER_BYTES = 24;
    private static final int RECORD_HEADER_BYTES = 16;
    private static final int MAX_FRAME_BYTES = 256 * 1024;
    private static final int MAGIC_US = 0xa1b2c3d4;
    private static final int MAGIC_NS = 0xa1b23c4d;
    private static final int LINK_ETHERNET = 1;
    private static final int LINK_RAW_IP = 101;
    private static final int ETHERNET_BYTES = 14;
    private static final int ETHERTYPE_OFFSET = 12;
    private static final int VLAN_BYTES = 4;
    private static final int IPV4 = 0x0800;
    private static final int PROTOCOL_UDP = 17;
    private static final int UDP_HEADER_BYTES = 8;

    private final Path path;
    private final InputStream input;
    private final byte[] frame = new byte[MAX_FRAME_BYTES];
    private final UnsafeBuffer buffer = new UnsafeBuffer(frame);
    private final ByteOrder order;
    private final long fractionNs;
    private final int linkType;
    private long skipped;
    private int offset;
    private int length;
    private long timeNs;

    public PcapFile(final Path path) throws IOException {
        this.path = path;
        this.input = new BufferedInputStream(Files.newInputStream(path), 1 << 20);
        if (input.readNBytes(frame, 0, FILE_HEADER_BYTES) != FILE_HEADER_BYTES) {
            throw notPcap("shorter than a pcap header");
        }
        final int little = buffer.getInt(0, ByteOrder.LITTLE_ENDIAN);
        final int big = buffer.getInt(0, ByteOrder.BIG_ENDIAN);
        if (little == MAGIC_US || little == MAGIC_NS) {
            order = ByteOrder.LITTLE_ENDIAN;
        } else if (big == MAGIC_US || big == MAGIC_NS) {
            order = ByteOrder.BIG_ENDIAN;
        } else {
            throw notPcap("magic number 0x" + Integer.toHexString(big)
                    + " (pcapng is not read: convert it with editcap -F pcap)");
        }
        fractionNs = buffer.getInt(0, order) == MAGIC_NS ? 1 : 1_000;
        linkType = buffer.getInt(20, order) & 0xFFFF;
        if (linkType != LINK_ETHERNET && linkType != LINK_RAW_IP) {
            throw notPcap("link type " + linkType + ", only Ethernet (1) and raw IP (101) are read");
        }
    }

    /** Whether a file begins as a pcap does. */
    public static boolean isPcap(final Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            final byte[] head = in.readNBytes(Integer.BYTES);
            if (head.length < Integer.BYTES) {
                return false;
            }
            final UnsafeBuffer word = new UnsafeBuffer(head);
            final int little = word.getInt(0, ByteOrder.LITTLE_ENDIAN);
            final int big = word.getInt(0, ByteOrder.BIG_ENDIAN);
            return little == MAGIC_US || little == MAGIC_NS || big == MAGIC_US || big == MAGIC_NS;
        }
    }

    private IOException notPcap(final String found) {
        return new IOException(path + " is not a capture this program reads: " + found);
    }

    @Override
    public boolean next() throws IOException {
        while (true) {
            final int head = input.readNBytes(frame, 0, RECORD_HEADER_BYTES);
            if (head == 0) {
                return false;
            }
            final int captured = head < RECORD_HEADER_BYTES ? -1 : buffer.getInt(8, order);
            if (captured < 0 || captured > MAX_FRAME_BYTES) {
                throw new IOException(
                        path + ": record header cut off or of an impossible length (" + captured + " bytes)");
            }
            final long seconds = buffer.getInt(0, order) & 0xFFFF_FFFFL;
            final long fraction = buffer.getInt(4, order) & 0xFFFF_FFFFL;
            timeNs = Math.max(timeNs, seconds * 1_000_000_000L + fraction * fractionNs);
            if (input.readNBytes(frame, 0, captured) != captured) {
                throw new IOException(path + ": ends inside a frame");
            }
            if (findPayload(captured)) {
                return true;
            }
            skipped++;
        }
    }

    /** Points to the UDP payload of the frame of {@code captured} bytes; false when there is none whole. */
    private boolean findPayload(final int captured) {
        int at = 0;
        if (linkType == LINK_ETHERNET) {
            at = ETHERTYPE_OFFSET;
            while (at + 2 <= captured && isVlan(uint16(at))) {
                at += VLAN_BYTES;
            }
            if (at + 2 > captured || uint16(at) != IPV4) {
                return false;
            }
            at += ETHERNET_BYTES - ETHERTYPE_OFFSET;
        }
        if (captured - at < 20 || (buffer.getByte(at) & 0xF0) != 0x40) {
            return false;
        }
        final int headerBytes = (buffer.getByte(at) & 0x0F) * 4;
        final int totalBytes = uint16(at + 2);
        final boolean fragment = (uint16(at + 6) & 0x3FFF) != 0;
        if (headerBytes < 20
                || fragment
                || buffer.getByte(at + 9) != PROTOCOL_UDP
                || totalBytes < headerBytes + UDP_HEADER_BYTES
                || captured - at < totalBytes) {
            return false;
        }
        final int udp = at + headerBytes;
        final int udpBytes = uint16(udp + 4);
        if (udpBytes < UDP_HEADER_BYTES || udpBytes > totalBytes - headerBytes) {
            return false;
        }
        offset = udp + UDP_HEADER_BYTES;
        length = udpBytes - UDP_HEADER_BYTES;
        return true;
    }

    private static boolean isVlan(final int etherType) {
        return etherType == 0x8100 || etherType == 0x88A8 || etherType == 0x9100;
    }

    private int uint16(final int index) {
        return buffer.getShort(index, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    /** Frames so far that held no whole UDP payload. */
    public long skipped() {
        return skipped;
    }

    @Override
    public DirectBuffer buffer() {
        return buffer;
    }

    @Override
    public int offset() {
        return offset;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public long timeNs() {
        return timeNs;
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
