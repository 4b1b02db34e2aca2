package io.tickwire.edge.config;

import java.util.List;

/**
 * The DPDK port that carries everything in mode dpdk: its device, its addresses, and what its process is given.
 *
 * @param device what DPDK attaches, such as {@code 0000:01:00.0} or {@code net_af_packet0,iface=v0}
 * @param ealArgs further arguments for DPDK's environment
 * @param address own address with prefix length
 * @param gateway default gateway; empty for none
 * @param core CPU that the thread which polls the port is bound to, if there is one; -1 for any
 * @param frames size of each queue's pool
 * @param mtuBytes largest IP packet
 * @param hugeMegabytes huge pages reserved; 0 for ordinary memory, which serves virtual devices only
 * @param promiscuous whether frames to other stations are let in
 * @param offloads whether checksums and segmentation are left to the device when it can
 */
public record DpdkConfig(
        String device,
        List<String> ealArgs,
        String address,
        String gateway,
        int core,
        int frames,
        int mtuBytes,
        int hugeMegabytes,
        boolean promiscuous,
        boolean offloads) {
    static final ConfigKey<String> DEVICE = ConfigKey.of(
            "net.dpdk.device", ConfigType.TEXT, "", "device: a PCI address or a virtual device with its arguments");
    static final ConfigKey<List<String>> EAL_ARGS =
            ConfigKey.of("net.dpdk.eal", ConfigType.LIST, "", "further EAL arguments, separated by commas");
    static final ConfigKey<String> ADDRESS = ConfigKey.of(
            "net.dpdk.address", ConfigType.TEXT, "", "own IPv4 address with prefix length, such as 10.0.0.5/24");
    static final ConfigKey<String> GATEWAY = ConfigKey.of("net.dpdk.gateway", ConfigType.TEXT, "", "default gateway");
    static final ConfigKey<Integer> CORE = ConfigKey.of(
            "net.dpdk.core",
            ConfigType.integer(-1, 1023),
            "-1",
            "CPU of the one shard that polls the port; -1 leaves it to the kernel");
    static final ConfigKey<Integer> FRAMES = ConfigKey.of(
            "net.dpdk.frames",
            ConfigType.integer(1023, 1 << 20),
            "16383",
            "frames in the pool of each queue; 2^n - 1 wastes least");
    static final ConfigKey<Integer> MTU =
            ConfigKey.of("net.dpdk.mtu", ConfigType.integer(576, 9216), "1500", "largest IP packet in bytes");
    static final ConfigKey<Integer> HUGE_MEGABYTES = ConfigKey.of(
            "net.dpdk.huge.mb",
            ConfigType.integer(0, 1 << 20),
            "0",
            "megabytes of huge pages to reserve; 0 uses ordinary memory, which PCI devices cannot");
    static final ConfigKey<Boolean> PROMISCUOUS =
            ConfigKey.of("net.dpdk.promiscuous", ConfigType.BOOL, "false", "lets frames to other stations in");
    static final ConfigKey<Boolean> OFFLOADS = ConfigKey.of(
            "net.dpdk.offloads",
            ConfigType.BOOL,
            "true",
            "leaves checksums and segmentation to the device when it can");

    static DpdkConfig load(Values values) {
        return new DpdkConfig(
                values.get(DEVICE),
                values.get(EAL_ARGS),
                values.get(ADDRESS),
                values.get(GATEWAY),
                values.get(CORE),
                values.get(FRAMES),
                values.get(MTU),
                values.get(HUGE_MEGABYTES),
                values.get(PROMISCUOUS),
                values.get(OFFLOADS));
    }
}
