package io.tickwire.edge.agent;

import io.tickwire.edge.connection.ConnectionLimits;
import io.tickwire.edge.connection.ConnectionQuota;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.net.transport.KernelTransport;
import io.tickwire.net.transport.KernelTransportSettings;

/** A shard for tests that step it by hand. */
final class HandShard {
    private HandShard() {}

    /** Returns one over kernel sockets, with room for few connections. */
    static Shard make() {
        return new Shard(
                0,
                KernelTransport.open(KernelTransportSettings.defaults()),
                Runnable::run,
                new ConnectionLimits(1_000, 1_000, 1_000),
                new ConnectionQuota(10, 10),
                ShardStats.unshared(),
                0);
    }
}
