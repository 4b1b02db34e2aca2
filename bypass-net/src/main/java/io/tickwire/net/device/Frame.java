package io.tickwire.net.device;

import org.agrona.UnsafeApi;

/**
 * Accessors over a frame, which is nothing but the address of a 128-byte descriptor.
 *
 * <p>The descriptor has the layout of DPDK's {@code rte_mbuf} (stable from 20.11 to 24.11 and checked against the library when the
 * bindings load), in plain memory too, so that the same loads and stores serve a NIC's buffers and a simulation's, with no virtual
 * call between the stack and the bytes.
 *
 * <pre>
 *    0 buffer address (8)         8 buffer I/O address (8)
 *   16 data offset (2)  18 reference count (2)  20 segment count (2)  22 port (2)  24 offload flags (8)
 *   32 packet type (4)  36 frame length (4)     40 segment length (2) 42 VLAN TCI (2)  44 RSS hash (4)
 *   54 buffer length (2)  56 pool (8)
 *   64 next segment (8)  72 transmit offload lengths (8)  80 shared info (8)  88 private size (2)  92 dynamic fields (36)
 * </pre>
 *
 * <p>A frame has one owner at a time: the pool, the stack, or the device. No method allocates. Values are in host byte order, which
 * must be little-endian.
 */
public final class Frame {
    /** No frame: what an empty pool answers. */
    public static final long NULL = 0;

    /** Size of a descriptor in bytes. */
    public static final int DESCRIPTOR_BYTES = 128;
    /** Bytes left free before the data of a fresh frame, for headers to be put in front. */
    public static final int HEADROOM_BYTES = 128;

    public static final int BUFFER_ADDRESS_OFFSET = 0;
    public static final int IO_ADDRESS_OFFSET = 8;
    public static final int DATA_OFFSET_OFFSET = 16;
    public static final int REFERENCE_COUNT_OFFSET = 18;
    public static final int SEGMENT_COUNT_OFFSET = 20;
    public static final int PORT_OFFSET = 22;
    public static final int FLAGS_OFFSET = 24;
    public static final int PACKET_TYPE_OFFSET = 32;
    public static final int FRAME_LENGTH_OFFSET = 36;
    public static final int SEGMENT_LENGTH_OFFSET = 40;
    public static final int VLAN_TCI_OFFSET = 42;
    public static final int RSS_HASH_OFFSET = 44;
    public static final int BUFFER_LENGTH_OFFSET = 54;
    public static final int POOL_OFFSET = 56;
    public static final int NEXT_OFFSET = 64;
    public static final int TRANSMIT_OFFLOAD_OFFSET = 72;
    public static final int SHARED_INFO_OFFSET = 80;
    public static final int PRIVATE_SIZE_OFFSET = 88;
    public static final int DYNAMIC_FIELDS_OFFSET = 92;

    /** Received: the device took the VLAN tag off and put it in {@link #vlanTci}. */
    public static final long RX_VLAN_STRIPPED = 1L << 6;
    /** Received: {@link #rssHash} is valid. */
    public static final long RX_RSS_HASH = 1L << 1;
    /** Received: both bits clear means unknown, bad alone or good alone as named, both means the sum was left out. */
    public static final long RX_L4_CHECKSUM_BAD = 1L << 3;

    public static final long RX_L4_CHECKSUM_GOOD = 1L << 8;
    public static final long RX_L4_CHECKSUM_MASK = RX_L4_CHECKSUM_BAD | RX_L4_CHECKSUM_GOOD;
    public static final long RX_IP_CHECKSUM_BAD = 1L << 4;
    public static final long RX_IP_CHECKSUM_GOOD = 1L << 7;
    public static final long RX_IP_CHECKSUM_MASK = RX_IP_CHECKSUM_BAD | RX_IP_CHECKSUM_GOOD;

    /** Transmit: split by {@link #transmitOffload}'s segment size; implies {@link #TX_TCP_CHECKSUM}. */
    public static final long TX_TCP_SEGMENTATION = 1L << 50;
    /** Transmit: the device fills in the TCP checksum; the field must hold the pseudo-header's sum. */
    public static final long TX_TCP_CHECKSUM = 1L << 52;
    /** Transmit: the device fills in the UDP checksum; the field must hold the pseudo-header's sum. */
    public static final long TX_UDP_CHECKSUM = 3L << 52;
    /** Transmit: the device fills in the IPv4 header checksum; the field must be zero. */
    public static final long TX_IP_CHECKSUM = 1L << 54;
    /** Transmit: the packet is IPv4; needed with each of the others. */
    public static final long TX_IPV4 = 1L << 55;
    /** Transmit: put {@link #vlanTci} in as a tag. */
    public static final long TX_VLAN = 1L << 57;
    /** The data is memory of someone else, see {@link ExternalMemory}. */
    public static final long EXTERNAL = 1L << 61;

    private Frame() {}

    /** Address of the first byte of this segment's data. */
    public static long dataAddress(final long frame) {
        return UnsafeApi.getLong(frame + BUFFER_ADDRESS_OFFSET) + dataOffset(frame);
    }

    /** Bytes between the start of the buffer and the data: the headroom that is left. */
    public static int dataOffset(final long frame) {
        return UnsafeApi.getShort(frame + DATA_OFFSET_OFFSET) & 0xFFFF;
    }

    /** Length of this segment's data in bytes. */
    public static int segmentLength(final long frame) {
        return UnsafeApi.getShort(frame + SEGMENT_LENGTH_OFFSET) & 0xFFFF;
    }

    /** Length of the whole frame in bytes, all segments; valid on the first. */
    public static int length(final long frame) {
        return UnsafeApi.getInt(frame + FRAME_LENGTH_OFFSET);
    }

    /** Sets the length of a frame of one segment, in bytes. */
    public static void length(final long frame, final int lengthBytes) {
        assert lengthBytes >= 0 && lengthBytes <= bufferLength(frame) - dataOffset(frame) : lengthBytes;
        UnsafeApi.putShort(frame + SEGMENT_LENGTH_OFFSET, (short) lengthBytes);
        UnsafeApi.putInt(frame + FRAME_LENGTH_OFFSET, lengthBytes);
    }

    /** Size of this segment's buffer in bytes, headroom included. */
    public static int bufferLength(final long frame) {
        return UnsafeApi.getShort(frame + BUFFER_LENGTH_OFFSET) & 0xFFFF;
    }

    /** Bytes free behind this segment's data. */
    public static int tailroom(final long frame) {
        return bufferLength(frame) - dataOffset(frame) - segmentLength(frame);
    }

    /**
     * Grows the frame at its front into the headroom.
     *
     * @return the new address of the data, which is where the header goes.
     */
    public static long prepend(final long frame, final int lengthBytes) {
        final int dataOffset = dataOffset(frame) - lengthBytes;
        assert dataOffset >= 0 : "headroom of " + (dataOffset + lengthBytes) + " for " + lengthBytes;
        UnsafeApi.putShort(frame + DATA_OFFSET_OFFSET, (short) dataOffset);
        UnsafeApi.putShort(frame + SEGMENT_LENGTH_OFFSET, (short) (segmentLength(frame) + lengthBytes));
        UnsafeApi.putInt(frame + FRAME_LENGTH_OFFSET, length(frame) + lengthBytes);
        return UnsafeApi.getLong(frame + BUFFER_ADDRESS_OFFSET) + dataOffset;
    }

    /**
     * Cuts bytes off the front of the first segment.
     *
     * @return the new address of the data.
     */
    public static long trimFront(final long frame, final int lengthBytes) {
        assert lengthBytes <= segmentLength(frame) : lengthBytes;
        final int dataOffset = dataOffset(frame) + lengthBytes;
        UnsafeApi.putShort(frame + DATA_OFFSET_OFFSET, (short) dataOffset);
        UnsafeApi.putShort(frame + SEGMENT_LENGTH_OFFSET, (short) (segmentLength(frame) - lengthBytes));
        UnsafeApi.putInt(frame + FRAME_LENGTH_OFFSET, length(frame) - lengthBytes);
        return UnsafeApi.getLong(frame + BUFFER_ADDRESS_OFFSET) + dataOffset;
    }

    /** Offload flags, {@code RX_*} on arrival, {@code TX_*} to be set before sending. */
    public static long flags(final long frame) {
        return UnsafeApi.getLong(frame + FLAGS_OFFSET);
    }

    public static void flags(final long frame, final long flags) {
        UnsafeApi.putLong(frame + FLAGS_OFFSET, flags);
    }

    /** Packs the lengths that checksum and segmentation offload need: headers in bytes, segment size in bytes or 0. */
    public static void transmitOffload(
            final long frame, final int l2Bytes, final int l3Bytes, final int l4Bytes, final int segmentBytes) {
        UnsafeApi.putLong(
                frame + TRANSMIT_OFFLOAD_OFFSET,
                l2Bytes | ((long) l3Bytes << 7) | ((long) l4Bytes << 16) | ((long) segmentBytes << 24));
    }

    public static int vlanTci(final long frame) {
        return UnsafeApi.getShort(frame + VLAN_TCI_OFFSET) & 0xFFFF;
    }

    public static void vlanTci(final long frame, final int tci) {
        UnsafeApi.putShort(frame + VLAN_TCI_OFFSET, (short) tci);
    }

    /** The NIC's hash of the 4-tuple; valid with {@link #RX_RSS_HASH}. */
    public static int rssHash(final long frame) {
        return UnsafeApi.getInt(frame + RSS_HASH_OFFSET);
    }

    /** Segments in the frame; valid on the first. */
    public static int segmentCount(final long frame) {
        return UnsafeApi.getShort(frame + SEGMENT_COUNT_OFFSET) & 0xFFFF;
    }

    /** The segment behind this one, or {@link #NULL}. */
    public static long next(final long frame) {
        return UnsafeApi.getLong(frame + NEXT_OFFSET);
    }

    /** Hangs {@code tail} (itself perhaps a chain) behind the frame whose last segment is {@code last}; {@code last} may be {@code head}. */
    public static void chain(final long head, final long last, final long tail) {
        assert next(last) == NULL;
        UnsafeApi.putLong(last + NEXT_OFFSET, tail);
        UnsafeApi.putShort(head + SEGMENT_COUNT_OFFSET, (short) (segmentCount(head) + segmentCount(tail)));
        UnsafeApi.putInt(head + FRAME_LENGTH_OFFSET, length(head) + length(tail));
    }

    /** How many owners hold the segment; it goes back to its pool when the last frees it. */
    public static int referenceCount(final long frame) {
        return UnsafeApi.getShort(frame + REFERENCE_COUNT_OFFSET) & 0xFFFF;
    }

    /** Takes one more reference on every segment, so that the frame outlives one more {@code free}, say the device's after sending. */
    public static void retain(final long frame) {
        for (long segment = frame; segment != NULL; segment = next(segment)) {
            // Atomic, as a driver's peer (net_ring, vhost) may free on another thread.
            UnsafeApi.getAndAddShort(null, segment + REFERENCE_COUNT_OFFSET, (short) 1);
        }
    }

    /** Index of the port that received the frame. */
    public static int port(final long frame) {
        return UnsafeApi.getShort(frame + PORT_OFFSET) & 0xFFFF;
    }

    /** Copies the frame's bytes, all segments, to {@code address}, which must have room for {@link #length}. */
    public static void copyTo(final long frame, final long address) {
        long target = address;
        for (long segment = frame; segment != NULL; segment = next(segment)) {
            final int lengthBytes = segmentLength(segment);
            UnsafeApi.copyMemory(dataAddress(segment), target, lengthBytes);
            target += lengthBytes;
        }
    }
}
