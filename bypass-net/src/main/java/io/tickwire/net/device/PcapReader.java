package io.tickwire.net.device;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Walks a capture in the classic libpcap format, of either byte order and with microseconds or nanoseconds, in a buffer (say a mapped
 * file). Allocates nothing after construction.
 *
 * <pre>
 *   file    magic (4)  version (2+2)  zone (4)  accuracy (4)  snapshot length (4)  link type (4)
 *   record  seconds (4)  fraction (4)  captured length (4)  original length (4)  bytes
 * </pre>
 *
 * <p>Source: the pcap-savefile manual page and draft-ietf-opsawg-pcap.
 */
public final class PcapReader {
    public static final int FILE_HEADER_BYTES = 24;
    public static final int RECORD_HEADER_BYTES = 16;
    public static final int LINK_TYPE_ETHERNET = 1;

    static final int MAGIC_MICROSECONDS = 0xA1B2C3D4;
    static final int MAGIC_NANOSECONDS = 0xA1B23C4D;
    private static final int LINK_TYPE_OFFSET = 20;
    private static final int LINK_TYPE_MASK = 0x0FFF_FFFF; // the top bits tell of an FCS
    private static final int CAPTURED_OFFSET = 8;
    private static final int ORIGINAL_OFFSET = 12;
    private static final int MAX_CAPTURED_BYTES = 1 << 20;
    private static final long NS_PER_S = 1_000_000_000L;

    private final DirectBuffer buffer;
    private final int limit;
    private final ByteOrder order;
    private final int fractionNs;
    private final int linkType;
    private int next;
    private int offset;
    private int capturedBytes;
    private int originalBytes;
    private long timestampNs;

    /**
     * @param offset of the file's first byte in the buffer.
     * @param length of the file in bytes.
     * @throws PcapFormatException when this is no classic capture.
     */
    public PcapReader(final DirectBuffer buffer, final int offset, final int length) {
        if (length < FILE_HEADER_BYTES) {
            throw new PcapFormatException("a capture has a header of 24 bytes; here are " + length);
        }
        this.buffer = buffer;
        limit = offset + length;
        final int magic = buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN);
        if (magic == MAGIC_MICROSECONDS || magic == MAGIC_NANOSECONDS) {
            order = ByteOrder.LITTLE_ENDIAN;
        } else if (Integer.reverseBytes(magic) == MAGIC_MICROSECONDS
                || Integer.reverseBytes(magic) == MAGIC_NANOSECONDS) {
            order = ByteOrder.BIG_ENDIAN;
        } else {
            throw new PcapFormatException(
                    "not a classic pcap file (pcapng is not read): magic 0x" + Integer.toHexString(magic));
        }
        fractionNs = buffer.getInt(offset, order) == MAGIC_NANOSECONDS ? 1 : 1000;
        linkType = buffer.getInt(offset + LINK_TYPE_OFFSET, order) & LINK_TYPE_MASK;
        next = offset + FILE_HEADER_BYTES;
    }

    /**
     * Moves to the next record.
     *
     * @return false at the end, or where the file was cut off in a record, as happens when the capturing process is killed.
     * @throws PcapFormatException when a record's length is impossible.
     */
    public boolean next() {
        if (limit - next < RECORD_HEADER_BYTES) {
            return false;
        }
        final int captured = buffer.getInt(next + CAPTURED_OFFSET, order);
        if (captured < 0 || captured > MAX_CAPTURED_BYTES) {
            throw new PcapFormatException(
                    "record at byte " + next + " claims " + Integer.toUnsignedString(captured) + " bytes");
        }
        if (captured > limit - next - RECORD_HEADER_BYTES) {
            return false;
        }
        final long seconds = Integer.toUnsignedLong(buffer.getInt(next, order));
        final long fraction = Integer.toUnsignedLong(buffer.getInt(next + Integer.BYTES, order));
        timestampNs = seconds * NS_PER_S + fraction * fractionNs;
        capturedBytes = captured;
        originalBytes = buffer.getInt(next + ORIGINAL_OFFSET, order);
        offset = next + RECORD_HEADER_BYTES;
        next = offset + captured;
        return true;
    }

    /** Link layer of the frames: {@link #LINK_TYPE_ETHERNET}, or another number of the tcpdump registry. */
    public int linkType() {
        return linkType;
    }

    /** Where the record's frame begins in the buffer. */
    public int offset() {
        return offset;
    }

    /** Bytes of the frame in the file; fewer than {@link #originalBytes} when it was cut. */
    public int capturedBytes() {
        return capturedBytes;
    }

    public int originalBytes() {
        return originalBytes;
    }

    /** Capture time in nanoseconds since 1970. */
    public long timestampNs() {
        return timestampNs;
    }
}
