package io.tickwire.edge.connection;

import io.tickwire.edge.handler.HandlerTable;
import java.util.concurrent.Executor;

/** What a connection uses of its shard. */
public interface ConnectionHost {
    /** All handlers. */
    HandlerTable handlers();

    /** Runs control-plane requests; may reject. */
    Executor conductor();

    /** Runs a task on the shard's thread, from any thread; false when the shard has ended. */
    boolean post(Runnable task);

    /** Runs a task on the shard's thread after a while; called there. */
    void later(long delayNs, Runnable task);

    /** The duty cycle's monotonic time. */
    long nowNs();

    /** The connection has ended. */
    void closed(Connection connection);

    /** Counts of the shard's connections. */
    ConnectionCounters counters();

    /** What has failed on the shard. */
    InternalErrors errors();

    /** Bounds on connections. */
    ConnectionLimits limits();
}
