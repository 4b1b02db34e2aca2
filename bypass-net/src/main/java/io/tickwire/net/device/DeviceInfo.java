package io.tickwire.net.device;

/**
 * What a device is and can do.
 *
 * @param name for messages, such as {@code net_af_packet0/0} with the queue behind the slash.
 * @param macAddress Ethernet address in the low 48 bits.
 * @param mtuBytes largest IP packet, the Ethernet header not counted.
 * @param queue index of this queue pair in its port.
 * @param queueCount queue pairs of the port.
 * @param maxSegments most segments of one frame to send.
 * @param offloads {@code OFFLOAD_*} bits that are switched on.
 */
public record DeviceInfo(
        String name, long macAddress, int mtuBytes, int queue, int queueCount, int maxSegments, int offloads) {
    /** Received IPv4 header checksums are checked, and flagged in {@link Frame#flags}. */
    public static final int OFFLOAD_RX_IP_CHECKSUM = 1;
    /** Received TCP and UDP checksums are checked, and flagged in {@link Frame#flags}. */
    public static final int OFFLOAD_RX_L4_CHECKSUM = 1 << 1;
    /** {@link Frame#TX_IP_CHECKSUM} works. */
    public static final int OFFLOAD_TX_IP_CHECKSUM = 1 << 2;
    /** {@link Frame#TX_TCP_CHECKSUM} works. */
    public static final int OFFLOAD_TX_TCP_CHECKSUM = 1 << 3;
    /** {@link Frame#TX_UDP_CHECKSUM} works. */
    public static final int OFFLOAD_TX_UDP_CHECKSUM = 1 << 4;
    /** {@link Frame#TX_TCP_SEGMENTATION} works. */
    public static final int OFFLOAD_TX_TCP_SEGMENTATION = 1 << 5;
    /** {@link FrameDevice#receiveTimeNs} is the NIC's stamp. */
    public static final int OFFLOAD_RX_TIMESTAMP = 1 << 6;
    /** Arriving frames are spread over the queues by a hash of their 4-tuple. */
    public static final int OFFLOAD_RSS = 1 << 7;

    public boolean has(final int offload) {
        return (offloads & offload) == offload;
    }
}
