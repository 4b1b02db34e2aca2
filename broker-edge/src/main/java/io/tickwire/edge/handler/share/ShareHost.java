package io.tickwire.edge.handler.share;

import io.tickwire.edge.agent.Deadlines;
import io.tickwire.edge.agent.PartitionTable;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * What share groups use of the shard they run on.
 *
 * @param partitions its partitions
 * @param deadlines its deadlines
 * @param post runs a task on its thread, from any thread; false when the shard has ended
 * @param nowNs the duty cycle's monotonic time
 */
public record ShareHost(PartitionTable partitions, Deadlines deadlines, Predicate<Runnable> post, LongSupplier nowNs) {}
