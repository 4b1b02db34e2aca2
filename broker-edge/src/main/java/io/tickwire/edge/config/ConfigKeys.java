package io.tickwire.edge.config;

import java.nio.file.Path;
import java.util.List;

/** Every setting there is, in the order of the reference table. */
public final class ConfigKeys {
    static final ConfigKey<Path> DATA_DIR =
            ConfigKey.required("data.dir", ConfigType.PATH, "directory of the journals and the cluster state");
    static final ConfigKey<HostPort> KAFKA_LISTEN = ConfigKey.of(
            "kafka.listen",
            ConfigType.HOST_PORT,
            "127.0.0.1:9092",
            "where Kafka clients connect; port 0 picks a free one");
    static final ConfigKey<HostPort> KAFKA_ADVERTISED = ConfigKey.of(
            "kafka.advertised", ConfigType.HOST_PORT, "", "address told to clients; by default the one listened on");
    static final ConfigKey<Long> KAFKA_INFLIGHT = ConfigKey.of(
            "kafka.inflight.bytes",
            ConfigType.SIZE,
            "256 MiB",
            "most memory for requests that are not complete yet, all connections together");
    static final ConfigKey<NetMode> NET_MODE = ConfigKey.of(
            "net.mode", ConfigType.choice(NetMode.class), "kernel", "kernel sockets, or the userspace stack over DPDK");
    static final ConfigKey<HostPort> METRICS_LISTEN = ConfigKey.of(
            "metrics.listen", ConfigType.HOST_PORT, "", "where metrics are served over HTTP; by default not at all");

    private ConfigKeys() {}

    /** All settings but Kafka's own, which are taken as {@code kafka.NAME}. */
    public static List<ConfigKey<?>> all() {
        return List.of(
                DATA_DIR,
                KAFKA_LISTEN,
                KAFKA_ADVERTISED,
                KAFKA_INFLIGHT,
                NET_MODE,
                DpdkConfig.DEVICE,
                DpdkConfig.EAL_ARGS,
                DpdkConfig.ADDRESS,
                DpdkConfig.GATEWAY,
                DpdkConfig.CORE,
                DpdkConfig.FRAMES,
                DpdkConfig.MTU,
                DpdkConfig.HUGE_MEGABYTES,
                DpdkConfig.PROMISCUOUS,
                DpdkConfig.OFFLOADS,
                FeedConfig.GROUP,
                FeedConfig.SOURCE,
                FeedConfig.PORT,
                FeedConfig.INTERFACE,
                FeedConfig.FRAMING,
                FeedConfig.PROTOCOL,
                FeedConfig.TOPIC,
                ShmConfig.ENABLED,
                ShmConfig.DIR,
                ShmConfig.RING_BYTES,
                ShmConfig.MAX_BYTES,
                ShmConfig.MAX_CHANNELS,
                ShmConfig.PERMISSIONS,
                ShmConfig.MAX_PUBLISHERS,
                ShmConfig.PUBLISHER_PERMISSIONS,
                ShmConfig.FEED_FIRST,
                ThreadingConfig.MODE,
                ThreadingConfig.SHARDS,
                ThreadingConfig.SPIN_US,
                ThreadingConfig.CPUS,
                ThreadingConfig.CONTROL_CPUS,
                ThreadingConfig.PRIORITY,
                ThreadingConfig.LOCK_MEMORY,
                ThreadingConfig.NUMA_NODE,
                METRICS_LISTEN);
    }
}
