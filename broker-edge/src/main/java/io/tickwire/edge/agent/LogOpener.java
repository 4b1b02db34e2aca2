package io.tickwire.edge.agent;

import io.tickwire.storage.log.PartitionLog;

/** Opens the files of logs, on a thread that may wait for the disk. */
public interface LogOpener {
    /** Opens a log some time, so that its first append need not wait. Any thread; does not block. */
    void openAhead(PartitionLog log);

    /**
     * Opens a log before those that nobody waits for.
     *
     * @param then run on the opener's thread afterwards, whatever came of it: an append tells what is wrong
     */
    void open(PartitionLog log, Runnable then);
}
