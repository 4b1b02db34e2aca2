package io.tickwire.storage.log;

/** How far a read may see. */
public enum Isolation {
    /** To the high watermark: Kafka's read_uncommitted. */
    UNCOMMITTED,
    /** To the last stable offset: Kafka's read_committed. */
    COMMITTED,
    /** To the end of the log: coordinators, compaction, copies. */
    LOG_END
}
