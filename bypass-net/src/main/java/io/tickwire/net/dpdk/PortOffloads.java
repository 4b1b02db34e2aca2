package io.tickwire.net.dpdk;

import io.tickwire.net.device.DeviceInfo;
import io.tickwire.net.dpdk.ffi.PortCapabilities;

/** Between DPDK's offload bits and ours. */
final class PortOffloads {
    static final long RECEIVE_WANTED = PortCapabilities.RX_IPV4_CHECKSUM
            | PortCapabilities.RX_UDP_CHECKSUM
            | PortCapabilities.RX_TCP_CHECKSUM
            | PortCapabilities.RX_TIMESTAMP;
    private static final long L4_RECEIVE = PortCapabilities.RX_UDP_CHECKSUM | PortCapabilities.RX_TCP_CHECKSUM;
    private static final long SEND_CHECKSUMS =
            PortCapabilities.TX_IPV4_CHECKSUM | PortCapabilities.TX_UDP_CHECKSUM | PortCapabilities.TX_TCP_CHECKSUM;

    private PortOffloads() {}

    /** What to switch on for sending, of what the device can do. */
    static long send(final long capable, final boolean offloads) {
        long wanted = PortCapabilities.TX_MULTIPLE_SEGMENTS;
        if (offloads) {
            wanted |= SEND_CHECKSUMS;
            // Segmentation is of no use without the checksums that each segment needs, nor without chains to segment.
            final long needed = SEND_CHECKSUMS | PortCapabilities.TX_MULTIPLE_SEGMENTS;
            if ((capable & needed) == needed) {
                wanted |= PortCapabilities.TX_TCP_SEGMENTATION;
            }
        }
        return capable & wanted;
    }

    /** {@link DeviceInfo}'s bits for what is switched on. */
    static int describe(final long receive, final long send) {
        int bits = 0;
        bits |= (receive & PortCapabilities.RX_IPV4_CHECKSUM) != 0 ? DeviceInfo.OFFLOAD_RX_IP_CHECKSUM : 0;
        bits |= (receive & L4_RECEIVE) == L4_RECEIVE ? DeviceInfo.OFFLOAD_RX_L4_CHECKSUM : 0;
        bits |= (send & PortCapabilities.TX_IPV4_CHECKSUM) != 0 ? DeviceInfo.OFFLOAD_TX_IP_CHECKSUM : 0;
        bits |= (send & PortCapabilities.TX_TCP_CHECKSUM) != 0 ? DeviceInfo.OFFLOAD_TX_TCP_CHECKSUM : 0;
        bits |= (send & PortCapabilities.TX_UDP_CHECKSUM) != 0 ? DeviceInfo.OFFLOAD_TX_UDP_CHECKSUM : 0;
        bits |= (send & PortCapabilities.TX_TCP_SEGMENTATION) != 0 ? DeviceInfo.OFFLOAD_TX_TCP_SEGMENTATION : 0;
        return bits;
    }
}
