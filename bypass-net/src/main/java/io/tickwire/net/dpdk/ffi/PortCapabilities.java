package io.tickwire.net.dpdk.ffi;

/**
 * What a driver says of a port.
 *
 * @param driver such as {@code net_af_packet}.
 * @param maxMtu largest IP packet in bytes.
 * @param receiveOffloads {@code RTE_ETH_RX_OFFLOAD_*}.
 * @param sendOffloads {@code RTE_ETH_TX_OFFLOAD_*}.
 * @param rssFunctions {@code RTE_ETH_RSS_*}.
 * @param rssTableEntries size of the indirection table, 0 when it cannot be set.
 * @param rssKeyBytes length of the hash key, 0 when it cannot be set.
 * @param maxSendSegments most mbufs of a frame, 0 when not said.
 */
public record PortCapabilities(
        String driver,
        int maxMtu,
        int maxReceiveQueues,
        int maxSendQueues,
        long receiveOffloads,
        long sendOffloads,
        long rssFunctions,
        int rssTableEntries,
        int rssKeyBytes,
        int maxSendSegments) {
    public static final long RX_IPV4_CHECKSUM = 1 << 1;
    public static final long RX_UDP_CHECKSUM = 1 << 2;
    public static final long RX_TCP_CHECKSUM = 1 << 3;
    public static final long RX_TIMESTAMP = 1 << 14;
    public static final long RX_RSS_HASH = 1 << 19;
    public static final long TX_IPV4_CHECKSUM = 1 << 1;
    public static final long TX_UDP_CHECKSUM = 1 << 2;
    public static final long TX_TCP_CHECKSUM = 1 << 3;
    public static final long TX_TCP_SEGMENTATION = 1 << 5;
    public static final long TX_MULTIPLE_SEGMENTS = 1 << 15;
    /** RTE_ETH_RSS_NONFRAG_IPV4_TCP. */
    public static final long RSS_IPV4_TCP = 1 << 4;
    /** RTE_ETH_RSS_IP, _TCP and _UDP together. */
    public static final long RSS_IP_TCP_UDP = 0x3AFBCL;
}
