package io.tickwire.edge.agent;

/** Work that shares a shard's thread, such as a feed. */
public interface ShardTask {
    /** Called once on the shard's thread, before the first {@link #doWork}. */
    void onStart(ShardContext context);

    /**
     * One bounded piece of work.
     *
     * @param nowNs monotonic time of the duty cycle
     * @param nowEpochMs wall clock of the duty cycle
     * @return work done, 0 when there was none
     */
    int doWork(long nowNs, long nowEpochMs);

    /** Called once on the shard's thread, at its end. */
    void onClose();
}
