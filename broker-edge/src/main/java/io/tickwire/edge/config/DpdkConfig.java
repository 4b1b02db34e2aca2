package io.tickwire.edge.config;

import java.util.List;

/**
 * The DPDK device and its addresses.
 *
 * @param device what EAL attaches, such as {@code 0000:01:00.0} or {@code net_memif0,…}
 * @param ealArgs further EAL arguments
 * @param address own address with prefix length
 * @param gateway default gateway; empty for none
 */
public record DpdkConfig(String device, List<String> ealArgs, String address, String gateway) {
    static final ConfigKey<String> DEVICE = ConfigKey.of(
            "net.dpdk.device", ConfigType.TEXT, "", "device: a PCI address or a virtual device with its arguments");
    static final ConfigKey<List<String>> EAL_ARGS =
            ConfigKey.of("net.dpdk.eal", ConfigType.LIST, "", "further EAL arguments, separated by commas");
    static final ConfigKey<String> ADDRESS = ConfigKey.of(
            "net.dpdk.address", ConfigType.TEXT, "", "own IPv4 address with prefix length, such as 10.0.0.5/24");
    static final ConfigKey<String> GATEWAY = ConfigKey.of("net.dpdk.gateway", ConfigType.TEXT, "", "default gateway");

    static DpdkConfig load(Values values) {
        return new DpdkConfig(values.get(DEVICE), values.get(EAL_ARGS), values.get(ADDRESS), values.get(GATEWAY));
    }
}
