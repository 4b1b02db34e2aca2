package io.tickwire.storage.crash;

/** At which moment the child is to die. */
enum Aim {
    /** Any, while it writes. */
    RANDOM,
    /** Any, start-up and recovery included. */
    START_UP,
    /** While it closes cleanly. */
    CLOSE,
    /** A journal file has appeared: the roll has begun. */
    ROLL,
    /** An index file has appeared. */
    INDEX,
    /** A snapshot of the producers is being written. */
    SNAPSHOT,
    /** A manifest is being written. */
    MANIFEST,
    /** The list of segments has got shorter, the files are still there. */
    RETENTION,
    /** The log start has moved, the manifest does not say so yet. */
    DELETE_RECORDS,
    /** A compaction has begun. */
    COMPACTION,
    /** A compacted segment is in the list, the files of the old ones are still there. */
    SWAP
}
