package io.tickwire.edge.agent;

import io.tickwire.edge.config.TickwireConfig;
import io.tickwire.storage.catalog.LogCatalog;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What the control plane is built from.
 *
 * @param config the broker's settings
 * @param catalog opens and creates logs
 * @param conductor its thread for requests
 * @param partitions tells the shards
 * @param boundAddress where the Kafka listener is bound, once it is
 * @param threads makes the threads that Kafka's own parts need
 * @param brokerSettings told, on the control thread, how to look up each setting when one of the broker's has changed
 */
public record ControlContext(
        TickwireConfig config,
        LogCatalog catalog,
        Conductor conductor,
        PartitionDirectory partitions,
        Supplier<InetSocketAddress> boundAddress,
        ThreadFactory threads,
        Consumer<UnaryOperator<String>> brokerSettings) {}
