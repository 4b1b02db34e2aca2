package io.tickwire.edge.agent;

import java.util.List;

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

    /** How long the thread may park before it asks again; by default as long as it likes. */
    default long longestParkNs() {
        return Long.MAX_VALUE;
    }

    /** How long a thread with these tasks may park, if it is not longer than {@code mostNs}. Allocates nothing. */
    static long longestParkNs(List<ShardTask> tasks, long mostNs) {
        long delayNs = mostNs;
        for (int i = 0; i < tasks.size(); i++) {
            delayNs = Math.min(delayNs, tasks.get(i).longestParkNs());
        }
        return delayNs;
    }

    /** Called once on the shard's thread, at its end. */
    void onClose();
}
