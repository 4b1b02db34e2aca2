package io.tickwire.edge.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything the operator set, checked.
 *
 * @param dataDir directory of the journals and the cluster state
 * @param kafka the Kafka listener
 * @param net the transport
 * @param feeds the feeds, by name
 * @param shm shared memory
 * @param threading the shards' threads
 * @param metricsListen where metrics are served; empty for nowhere
 * @param broker Kafka's broker settings that were given, by Kafka's names
 */
public record TickwireConfig(
        Path dataDir,
        Kafka kafka,
        Net net,
        List<FeedConfig> feeds,
        ShmConfig shm,
        ThreadingConfig threading,
        Optional<HostPort> metricsListen,
        Map<String, String> broker) {
    /** Copies the collections. */
    public TickwireConfig {
        feeds = List.copyOf(feeds);
        broker = Map.copyOf(broker);
    }

    /** A whole-number broker setting of Kafka, given or by default. */
    public int brokerInt(String kafkaName) {
        return (int) KafkaSettings.value(broker, kafkaName);
    }

    /** A long broker setting of Kafka, given or by default. */
    public long brokerLong(String kafkaName) {
        return (long) KafkaSettings.value(broker, kafkaName);
    }

    /** A broker setting of Kafka that is a fraction or a rate, given or by default. */
    public double brokerDouble(String kafkaName) {
        return (double) KafkaSettings.value(broker, kafkaName);
    }

    /** A yes-or-no broker setting of Kafka, given or by default. */
    public boolean brokerBoolean(String kafkaName) {
        return (boolean) KafkaSettings.value(broker, kafkaName);
    }

    /**
     * The Kafka listener.
     *
     * @param listen address and port bound
     * @param advertised told to clients; empty for the bound one
     * @param inflightBytes most memory for incomplete requests
     */
    public record Kafka(HostPort listen, Optional<HostPort> advertised, long inflightBytes) {}

    /**
     * The transport.
     *
     * @param mode which one
     * @param dpdk used in mode dpdk
     */
    public record Net(NetMode mode, DpdkConfig dpdk) {}
}
