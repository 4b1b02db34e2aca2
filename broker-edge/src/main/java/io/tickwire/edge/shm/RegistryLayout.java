package io.tickwire.edge.shm;

/**
 * Byte layout of the registry file, little-endian: which ring file carries which topic-partition, and whether the broker lives.
 *
 * <pre>
 *      0 +----------------------------------------------------------------+
 *        | magic, version, geometry, generation, pid, start, epoch offset |  written once, magic last
 *    128 | state (i32)                                                    |
 *    192 | heartbeat (i64, CLOCK_MONOTONIC ns)                            |  every 100 ms or so
 *    256 | entryCount (i32)                                               |  entries ever used, grows only
 *    320 | journalPathLength (i32), journal path (UTF-8)                  |
 *   4096 +----------------------------------------------------------------+
 *        | entries of 512 bytes                                           |
 *        +----------------------------------------------------------------+
 *   Entry: state (i32) 0, partition (i32) 4, topic id (2 x i64) 8, ring file bytes (i64) 24,
 *          topicLength (i32) 32, topic 36, fileNameLength (i32) 288, file name 292
 * </pre>
 *
 * <p>An entry is filled before its state becomes {@link #ENTRY_OPEN}. It may be used again for another channel once closed, so a reader
 * checks what it found against the ring file's own header.
 */
public final class RegistryLayout {
    /** "TWREGI01" read as a little-endian long. */
    public static final long MAGIC = 0x3130_4947_4552_5754L;

    public static final int VERSION = 1;
    public static final int HEADER_BYTES = 4096;
    public static final String FILE_NAME = "registry";
    public static final String LOCK_NAME = "lock";

    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = 8;
    public static final int HEADER_BYTES_OFFSET = 12;
    public static final int ENTRY_BYTES_OFFSET = 16;
    public static final int ENTRY_CAPACITY_OFFSET = 20;
    public static final int GENERATION_OFFSET = 24;
    public static final int PID_OFFSET = 32;
    public static final int STARTED_EPOCH_MS_OFFSET = 40;
    public static final int EPOCH_OFFSET_NS_OFFSET = 48;
    public static final int STATE_OFFSET = 128;
    public static final int HEARTBEAT_OFFSET = 192;
    public static final int ENTRY_COUNT_OFFSET = 256;
    public static final int JOURNAL_PATH_LENGTH_OFFSET = 320;
    public static final int JOURNAL_PATH_OFFSET = 324;
    public static final int MAX_JOURNAL_PATH_BYTES = 3072;

    public static final int ENTRY_BYTES = 512;
    public static final int ENTRY_STATE_OFFSET = 0;
    public static final int ENTRY_PARTITION_OFFSET = 4;
    public static final int ENTRY_TOPIC_ID_MSB_OFFSET = 8;
    public static final int ENTRY_TOPIC_ID_LSB_OFFSET = 16;
    public static final int ENTRY_FILE_BYTES_OFFSET = 24;
    public static final int ENTRY_TOPIC_LENGTH_OFFSET = 32;
    public static final int ENTRY_TOPIC_OFFSET = 36;
    public static final int ENTRY_FILE_NAME_LENGTH_OFFSET = 288;
    public static final int ENTRY_FILE_NAME_OFFSET = 292;
    public static final int MAX_FILE_NAME_BYTES = 128;

    public static final int ENTRY_UNUSED = 0;
    public static final int ENTRY_OPEN = 1;
    public static final int ENTRY_CLOSED = 2;

    private RegistryLayout() {}

    static int entryBase(final int index) {
        return HEADER_BYTES + index * ENTRY_BYTES;
    }

    static long fileLength(final int entryCapacity) {
        return HEADER_BYTES + (long) entryCapacity * ENTRY_BYTES;
    }
}
