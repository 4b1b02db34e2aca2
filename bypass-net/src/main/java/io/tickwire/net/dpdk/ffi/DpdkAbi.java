package io.tickwire.net.dpdk.ffi;

import java.util.List;

/**
 * Where things are in the structures of one DPDK ABI, in bytes. A row is the whole of what differs between versions: to support another
 * one, add its row.
 *
 * <p>The figures come from {@code offsetof} and {@code sizeof} compiled against each version's headers (x86-64, default configuration).
 * {@code rte_mbuf}, {@code rte_mempool}, {@code rte_mempool_cache}, {@code rte_mempool_ops} and {@code rte_eth_stats} are the same in all
 * three and stand as constants where they are used.
 *
 * @param version as {@code rte_version()} begins behind "DPDK ".
 * @param number of the ABI: the suffix of the shared objects and of the symbol version {@code DPDK_<number>}.
 * @param verified whether the project's tests run against an installed library of it.
 * @param ethConfBytes size of {@code rte_eth_conf}.
 * @param maxRxQueuesOffset of {@code rte_eth_dev_info.max_rx_queues}; {@code max_tx_queues} follows it.
 * @param rxBurstOffset of {@code rte_eth_fp_ops.rx_pkt_burst}.
 * @param rxQueuesOffset of {@code rte_eth_fp_ops.rxq.data}.
 * @param txBurstOffset of {@code rte_eth_fp_ops.tx_pkt_burst}; {@code tx_pkt_prepare} follows it.
 * @param txQueuesOffset of {@code rte_eth_fp_ops.txq.data}.
 */
public record DpdkAbi(
        String version,
        int number,
        boolean verified,
        int ethConfBytes,
        int maxRxQueuesOffset,
        int rxBurstOffset,
        int rxQueuesOffset,
        int txBurstOffset,
        int txQueuesOffset) {

    /** Size of one port's {@code rte_eth_fp_ops}. */
    public static final int FAST_PATH_BYTES = 128;

    /** Size of {@code rte_mempool_ops_table}: a head of 64 and 16 entries of 128. */
    public static final int POOL_OPS_TABLE_BYTES = 2112;

    /** {@code rte_eth_conf}: rxmode.mq_mode, .mtu, .offloads; txmode.offloads; rx_adv_conf.rss_conf.rss_key, .rss_key_len, .rss_hf. */
    static final int CONF_RX_MQ_MODE_OFFSET = 8;

    static final int CONF_RX_MTU_OFFSET = 12;
    static final int CONF_RX_OFFLOADS_OFFSET = 24;
    static final int CONF_TX_OFFLOADS_OFFSET = 72;
    static final int CONF_RSS_OFFSET = 128;
    /** {@code rte_eth_rss_conf}: rss_key, rss_key_len, rss_hf; newer versions have more behind them. */
    static final int RSS_BYTES = 64;

    static final int RSS_KEY_OFFSET = 0;
    static final int RSS_KEY_LENGTH_OFFSET = 8;
    static final int RSS_FUNCTIONS_OFFSET = 16;
    /** {@code rte_eth_rss_reta_entry64}: a mask and 64 entries of two bytes. */
    static final int RETA_GROUP_BYTES = 136;

    static final int RETA_GROUP_ENTRIES = 64;

    /** {@code rte_eth_dev_info}, all but {@link #maxRxQueuesOffset}. */
    static final int INFO_BYTES = 1024; // 376, with room for newer ones

    static final int INFO_DRIVER_NAME_OFFSET = 8;
    static final int INFO_MAX_MTU_OFFSET = 22;
    static final int INFO_RX_OFFLOADS_OFFSET = 72;
    static final int INFO_TX_OFFLOADS_OFFSET = 80;
    static final int INFO_RETA_SIZE_OFFSET = 104;
    static final int INFO_RSS_KEY_BYTES_OFFSET = 106;
    static final int INFO_RSS_FUNCTIONS_OFFSET = 112;
    static final int INFO_TX_MAX_SEGMENTS_OFFSET = 272 + 6;

    private static final List<DpdkAbi> ROWS = List.of(
            new DpdkAbi("22.11", 23, true, 2272, 44, 0, 24, 64, 88),
            // 23.11 put the queue arrays before the functions; dev_info gained max_rx_bufsize, eth_conf a hash
            // algorithm.
            new DpdkAbi("23.11", 24, false, 2280, 48, 16, 0, 80, 64),
            new DpdkAbi("24.11", 25, false, 2280, 48, 16, 0, 80, 64));

    /** Offset of {@code rte_eth_fp_ops.tx_pkt_prepare}. */
    public int txPrepareOffset() {
        return txBurstOffset + Long.BYTES;
    }

    /** The versions known. */
    public static List<DpdkAbi> rows() {
        return ROWS;
    }

    /**
     * The row for a library's version.
     *
     * @param version as {@code rte_version()} gives it, such as {@code DPDK 22.11.11}.
     * @throws DpdkException when there is no row.
     */
    public static DpdkAbi of(final String version) {
        final String prefix = "DPDK ";
        for (final DpdkAbi row : ROWS) {
            if (version.startsWith(prefix + row.version + ".") || version.equals(prefix + row.version)) {
                return row;
            }
        }
        throw new DpdkException(
                "the DPDK library says it is \"" + version + "\", whose structures are not known here; known are "
                        + ROWS.stream().map(DpdkAbi::version).toList() + ": install one of these");
    }
}
