package io.tickwire.net.dpdk.ffi;

import static io.tickwire.net.dpdk.ffi.Downcalls.INT;
import static io.tickwire.net.dpdk.ffi.Downcalls.LONG;
import static io.tickwire.net.dpdk.ffi.Downcalls.SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import org.agrona.UnsafeApi;

/** {@code rte_eth_dev_*}: set-up, filters, counters. Answers are DPDK's: 0 for success, a negative errno otherwise, unless said. */
public final class EthCalls {
    private static final int ANY_SOCKET = -1;
    private static final int STATS_BYTES = 704;
    private static final int LINK_BYTES = 8;
    private static final int LINK_FLAGS_OFFSET = 4;
    private static final int LINK_UP_BIT = 1 << 2;
    private static final int MQ_MODE_RSS = 1;

    private final DpdkLibrary library;
    private final MethodHandle portByName;
    private final MethodHandle info;
    private final MethodHandle configure;
    private final MethodHandle adjustDescriptors;
    private final MethodHandle receiveQueueSetup;
    private final MethodHandle sendQueueSetup;
    private final MethodHandle start;
    private final MethodHandle stop;
    private final MethodHandle close;
    private final MethodHandle macAddress;
    private final MethodHandle mtu;
    private final MethodHandle promiscuous;
    private final MethodHandle allMulticast;
    private final MethodHandle multicastList;
    private final MethodHandle link;
    private final MethodHandle stats;
    private final MethodHandle timestampRegister;

    public EthCalls(final DpdkLibrary library) {
        this.library = library;
        portByName = function("rte_eth_dev_get_port_by_name", LONG, LONG);
        info = function("rte_eth_dev_info_get", SHORT, LONG);
        configure = function("rte_eth_dev_configure", SHORT, SHORT, SHORT, LONG);
        adjustDescriptors = function("rte_eth_dev_adjust_nb_rx_tx_desc", SHORT, LONG, LONG);
        receiveQueueSetup = function("rte_eth_rx_queue_setup", SHORT, SHORT, SHORT, INT, LONG, LONG);
        sendQueueSetup = function("rte_eth_tx_queue_setup", SHORT, SHORT, SHORT, INT, LONG);
        start = function("rte_eth_dev_start", SHORT);
        stop = function("rte_eth_dev_stop", SHORT);
        close = function("rte_eth_dev_close", SHORT);
        macAddress = function("rte_eth_macaddr_get", SHORT, LONG);
        mtu = function("rte_eth_dev_get_mtu", SHORT, LONG);
        promiscuous = function("rte_eth_promiscuous_enable", SHORT);
        allMulticast = function("rte_eth_allmulticast_enable", SHORT);
        multicastList = function("rte_eth_dev_set_mc_addr_list", SHORT, LONG, INT);
        link = function("rte_eth_link_get_nowait", SHORT, LONG);
        stats = function("rte_eth_stats_get", SHORT, LONG);
        timestampRegister = Downcalls.find(library.mbuf(), "rte_mbuf_dyn_rx_timestamp_register", INT, LONG, LONG);
    }

    private MethodHandle function(final String name, final MemoryLayout... arguments) {
        return Downcalls.find(library.ethdev(), name, INT, arguments);
    }

    /** Index of the port with a name, or -1. */
    public int portByName(final String name) {
        final long nameText = Downcalls.allocateText(name);
        final long result = UnsafeApi.allocateMemory(Long.BYTES);
        try {
            return Downcalls.callInt(portByName, nameText, result) == 0 ? UnsafeApi.getShort(result) & 0xFFFF : -1;
        } finally {
            UnsafeApi.freeMemory(nameText);
            UnsafeApi.freeMemory(result);
        }
    }

    /** What the driver can do. */
    public PortCapabilities capabilities(final int port) {
        final long memory = UnsafeApi.allocateMemory(DpdkAbi.INFO_BYTES);
        try {
            UnsafeApi.setMemory(memory, DpdkAbi.INFO_BYTES, (byte) 0);
            final int answer = Downcalls.callInt(info, (short) port, memory);
            if (answer != 0) {
                throw new DpdkException(
                        "port " + port + " does not describe itself: " + Libc.errorText(-answer), -answer);
            }
            final int queuesOffset = library.abi().maxRxQueuesOffset();
            return new PortCapabilities(
                    Downcalls.text(UnsafeApi.getLong(memory + DpdkAbi.INFO_DRIVER_NAME_OFFSET), 64),
                    UnsafeApi.getShort(memory + DpdkAbi.INFO_MAX_MTU_OFFSET) & 0xFFFF,
                    UnsafeApi.getShort(memory + queuesOffset) & 0xFFFF,
                    UnsafeApi.getShort(memory + queuesOffset + Short.BYTES) & 0xFFFF,
                    UnsafeApi.getLong(memory + DpdkAbi.INFO_RX_OFFLOADS_OFFSET),
                    UnsafeApi.getLong(memory + DpdkAbi.INFO_TX_OFFLOADS_OFFSET),
                    UnsafeApi.getLong(memory + DpdkAbi.INFO_RSS_FUNCTIONS_OFFSET),
                    UnsafeApi.getShort(memory + DpdkAbi.INFO_RETA_SIZE_OFFSET) & 0xFFFF,
                    UnsafeApi.getByte(memory + DpdkAbi.INFO_RSS_KEY_BYTES_OFFSET) & 0xFF,
                    UnsafeApi.getShort(memory + DpdkAbi.INFO_TX_MAX_SEGMENTS_OFFSET) & 0xFFFF);
        } finally {
            UnsafeApi.freeMemory(memory);
        }
    }

    /**
     * Configures a stopped port, with equally many receive and transmit queues.
     *
     * @param rssFunctions hash functions that spread frames over the receive queues, 0 for none.
     * @param rssKey key of the hash; empty for the driver's own.
     */
    public int configure(
            final int port,
            final int queues,
            final int mtuBytes,
            final long receiveOffloads,
            final long sendOffloads,
            final long rssFunctions,
            final byte[] rssKey) {
        final int bytes = library.abi().ethConfBytes();
        final long conf = UnsafeApi.allocateMemory(bytes);
        final long key = UnsafeApi.allocateMemory(rssKey.length + 1L);
        try {
            UnsafeApi.setMemory(conf, bytes, (byte) 0);
            UnsafeApi.putInt(conf + DpdkAbi.CONF_RX_MQ_MODE_OFFSET, rssFunctions == 0 ? 0 : MQ_MODE_RSS);
            UnsafeApi.putInt(conf + DpdkAbi.CONF_RX_MTU_OFFSET, mtuBytes);
            UnsafeApi.putLong(conf + DpdkAbi.CONF_RX_OFFLOADS_OFFSET, receiveOffloads);
            UnsafeApi.putLong(conf + DpdkAbi.CONF_TX_OFFLOADS_OFFSET, sendOffloads);
            final long rss = conf + DpdkAbi.CONF_RSS_OFFSET;
            UnsafeApi.putLong(rss + DpdkAbi.RSS_FUNCTIONS_OFFSET, rssFunctions);
            if (rssKey.length > 0) {
                for (int i = 0; i < rssKey.length; i++) {
                    UnsafeApi.putByte(key + i, rssKey[i]);
                }
                UnsafeApi.putLong(rss + DpdkAbi.RSS_KEY_OFFSET, key);
                UnsafeApi.putByte(rss + DpdkAbi.RSS_KEY_LENGTH_OFFSET, (byte) rssKey.length);
            }
            return Downcalls.callInt(configure, (short) port, (short) queues, (short) queues, conf);
        } finally {
            UnsafeApi.freeMemory(conf);
            UnsafeApi.freeMemory(key);
        }
    }

    /** Descriptor counts nearest to those wanted that the driver takes: receive in the low 16 bits, transmit above them. */
    public int adjustDescriptors(final int port, final int receive, final int send) {
        final long memory = UnsafeApi.allocateMemory(Long.BYTES);
        try {
            UnsafeApi.putShort(memory, (short) receive);
            UnsafeApi.putShort(memory + Short.BYTES, (short) send);
            Downcalls.callInt(adjustDescriptors, (short) port, memory, memory + Short.BYTES);
            return UnsafeApi.getInt(memory);
        } finally {
            UnsafeApi.freeMemory(memory);
        }
    }

    public int receiveQueueSetup(final int port, final int queue, final int descriptors, final long pool) {
        return Downcalls.callInt(
                receiveQueueSetup, (short) port, (short) queue, (short) descriptors, ANY_SOCKET, 0L, pool);
    }

    public int sendQueueSetup(final int port, final int queue, final int descriptors) {
        return Downcalls.callInt(sendQueueSetup, (short) port, (short) queue, (short) descriptors, ANY_SOCKET, 0L);
    }

    public int start(final int port) {
        return Downcalls.callInt(start, (short) port);
    }

    public int stop(final int port) {
        return Downcalls.callInt(stop, (short) port);
    }

    public int close(final int port) {
        return Downcalls.callInt(close, (short) port);
    }

    /** The port's Ethernet address in the low 48 bits. */
    public long macAddress(final int port) {
        final long memory = UnsafeApi.allocateMemory(Long.BYTES);
        try {
            UnsafeApi.putLong(memory, 0);
            Downcalls.callInt(macAddress, (short) port, memory);
            return Long.reverseBytes(UnsafeApi.getLong(memory)) >>> Short.SIZE;
        } finally {
            UnsafeApi.freeMemory(memory);
        }
    }

    public int mtu(final int port) {
        final long memory = UnsafeApi.allocateMemory(Long.BYTES);
        try {
            UnsafeApi.putLong(memory, 0);
            Downcalls.callInt(mtu, (short) port, memory);
            return UnsafeApi.getShort(memory) & 0xFFFF;
        } finally {
            UnsafeApi.freeMemory(memory);
        }
    }

    public int promiscuous(final int port) {
        return Downcalls.callInt(promiscuous, (short) port);
    }

    public int allMulticast(final int port) {
        return Downcalls.callInt(allMulticast, (short) port);
    }

    /** Lets exactly these group addresses in. */
    public int multicastList(final int port, final long[] macAddresses, final int count) {
        final long list = UnsafeApi.allocateMemory(count * 6L + Long.BYTES);
        try {
            for (int i = 0; i < count; i++) {
                // Each store spills two bytes over the next entry, which is written later.
                UnsafeApi.putLong(list + i * 6L, Long.reverseBytes(macAddresses[i] << Short.SIZE));
            }
            return Downcalls.callInt(multicastList, (short) port, count == 0 ? 0L : list, count);
        } finally {
            UnsafeApi.freeMemory(list);
        }
    }

    public boolean isLinkUp(final int port) {
        final long memory = UnsafeApi.allocateMemory(LINK_BYTES);
        try {
            UnsafeApi.putLong(memory, 0);
            return Downcalls.callInt(link, (short) port, memory) == 0
                    && (UnsafeApi.getShort(memory + LINK_FLAGS_OFFSET) & LINK_UP_BIT) != 0;
        } finally {
            UnsafeApi.freeMemory(memory);
        }
    }

    /** The first eight counters of {@code rte_eth_stats}: packets in, out, bytes in, out, missed, errors in, out, without mbuf. */
    public void stats(final int port, final long[] counters) {
        final long memory = UnsafeApi.allocateMemory(STATS_BYTES);
        try {
            UnsafeApi.setMemory(memory, STATS_BYTES, (byte) 0);
            Downcalls.callInt(stats, (short) port, memory);
            for (int i = 0; i < 8; i++) {
                counters[i] = UnsafeApi.getLong(memory + (long) i * Long.BYTES);
            }
        } finally {
            UnsafeApi.freeMemory(memory);
        }
    }

    /** Makes room for time stamps in mbufs: the field's offset, and the flag that tells of a stamp, in {@code flag[0]}; -1 for none. */
    public int registerTimestamp(final long[] flag) {
        final long memory = UnsafeApi.allocateMemory(2L * Long.BYTES);
        try {
            if (Downcalls.callInt(timestampRegister, memory, memory + Long.BYTES) != 0) {
                return -1;
            }
            flag[0] = UnsafeApi.getLong(memory + Long.BYTES);
            return UnsafeApi.getInt(memory);
        } finally {
            UnsafeApi.freeMemory(memory);
        }
    }
}
