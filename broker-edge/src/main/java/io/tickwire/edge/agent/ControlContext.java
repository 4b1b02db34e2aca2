package io.tickwire.edge.agent;

import io.tickwire.edge.config.TickwireConfig;
import io.tickwire.storage.catalog.LogCatalog;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

/**
 * What the control plane is built from.
 *
 * @param config the broker's settings
 * @param catalog opens and creates logs
 * @param conductor its thread for requests
 * @param partitions tells the shards
 * @param boundAddress where the Kafka listener is bound, once it is
 * @param threads makes the threads that Kafka's own parts need
 */
public record ControlContext(
        TickwireConfig config,
        LogCatalog catalog,
        Conductor conductor,
        PartitionDirectory partitions,
        Supplier<InetSocketAddress> boundAddress,
        ThreadFactory threads) {}
