package io.tickwire.edge.config;

/** How the shards use the machine. */
public enum ThreadingMode {
    /** One shard, whose thread parks when idle: for a machine that does other things too. */
    SHARED,
    /** A thread for each shard, which parks when idle. */
    PARKING,
    /** A core for each shard, whose thread never parks. */
    DEDICATED
}
