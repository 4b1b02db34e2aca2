package io.tickwire.edge.agent;

/** Looks after the logs a shard owns. */
final class LogKeeper {
    private final PartitionTable partitions;

    LogKeeper(PartitionTable partitions) {
        this.partitions = partitions;
    }

    /** Makes everything durable; at the end. */
    void flush() {
        for (ShardPartition partition : partitions.all()) {
            if (partition.isWritable()) {
                partition.log().flush();
            }
        }
    }
}
