package io.tickwire.edge.shm;

/**
 * Byte layout of a ring file, little-endian; {@code docs/shared-memory.md} has it in full and the C header repeats it.
 *
 * <pre>
 *      0 +-----------------------------------------------------------+
 *        | magic, version, geometry, generation, topic id, name,     |
 *        | start offset, previous generation                         |  written once, magic last
 *    512 | limit (i64), state (i32), retractions (i64), first (i64)  |  rarely written, read by every reader
 *    768 | tail (i64), nextOffset (i64)                              |  written per batch, read on attach only
 *   4096 +-----------------------------------------------------------+
 *        | frames, each on a 64-byte boundary, never wrapping        |  capacity bytes, a power of two
 *        +-----------------------------------------------------------+
 *
 *   Frame   0        8        12    13     14         16       24        32         40         48         56
 *          +--------+--------+-----+------+----------+--------+---------+----------+----------+----------+----------+
 *          |position| length | type| flags| keyLength| offset | feedSeq |exchangeNs| receiveNs| ingressNs| publishNs|
 *          +--------+--------+-----+------+----------+--------+---------+----------+----------+----------+----------+
 *          64
 *          +--------------------------------------------------------+
 *          | [headersLength, 0], key, value, headers, padding to 64 |
 *          +--------------------------------------------------------+
 * </pre>
 *
 * <p>Positions only grow; a position's byte is at {@code 4096 + (position & (capacity - 1))}. A frame is committed when the first word of its
 * slot equals its position. Before that the writer has put {@link #NOT_COMMITTED} there, so a reader at the tail can never take an older
 * payload for a commit. The writer raises {@code limit} beyond everything it is about to touch, a chunk at a time, before touching it:
 * what a reader copied from position {@code p} is whole if, after the copy, {@code limit <= p + capacity}.
 *
 * <p>A frame may be committed before its record is in the journal; {@code tail} and {@code nextOffset} move once it is. What the journal
 * then did not take is taken back with a {@link #TYPE_RETRACTED} frame, or, where the broker died in between, by a new ring whose {@code
 * start offset} lies below it.
 */
public final class RingLayout {
    /** "TWRING01" read as a little-endian long. */
    public static final long MAGIC = 0x3130_474e_4952_5754L;

    public static final int VERSION = 3;
    public static final int HEADER_BYTES = 4096;

    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = 8;
    public static final int HEADER_BYTES_OFFSET = 12;
    public static final int CAPACITY_OFFSET = 16;
    public static final int GENERATION_OFFSET = 24;
    public static final int TOPIC_ID_MSB_OFFSET = 32;
    public static final int TOPIC_ID_LSB_OFFSET = 40;
    public static final int PARTITION_OFFSET = 48;
    public static final int CHUNK_BYTES_OFFSET = 52;
    /** Nanoseconds to add to CLOCK_MONOTONIC to get the epoch time used in this ring's stamps. */
    public static final int EPOCH_OFFSET_NS_OFFSET = 56;

    public static final int TOPIC_LENGTH_OFFSET = 64;
    public static final int TOPIC_OFFSET = 68;
    /** Offset that the ring's first record had or will have: all below is what the log held when the ring was made. */
    public static final int START_OFFSET_OFFSET = 336;
    /** Generation of the broker that had the directory before this one, 0 when none is known. */
    public static final int PREVIOUS_GENERATION_OFFSET = 344;

    public static final int LIMIT_OFFSET = 512;
    public static final int STATE_OFFSET = 520;
    /** How many {@link #TYPE_RETRACTED} frames there have been; for readers that were lapped. */
    public static final int RETRACTIONS_OFFSET = 528;
    /** The offset of the first of them, the lowest of all. */
    public static final int FIRST_RETRACTED_OFFSET = 536;
    /** Position after the last frame whose records are in the journal. */
    public static final int TAIL_OFFSET = 768;
    /** Offset after the last record in the journal. */
    public static final int NEXT_OFFSET_OFFSET = 776;

    public static final int STATE_OPEN = 1;
    /** The broker closed the channel: shut down, or the partition was deleted. */
    public static final int STATE_CLOSED = 2;
    /** A later broker found this file left over and gave it up. */
    public static final int STATE_SUPERSEDED = 3;

    public static final int FRAME_ALIGNMENT = 64;
    public static final int FRAME_POSITION_OFFSET = 0;
    public static final int FRAME_LENGTH_OFFSET = 8;
    public static final int FRAME_TYPE_OFFSET = 12;
    public static final int FRAME_FLAGS_OFFSET = 13;
    public static final int FRAME_KEY_LENGTH_OFFSET = 14;
    public static final int FRAME_RECORD_OFFSET_OFFSET = 16;
    public static final int FRAME_FEED_SEQUENCE_OFFSET = 24;
    public static final int FRAME_EXCHANGE_NS_OFFSET = 32;
    public static final int FRAME_RECEIVE_NS_OFFSET = 40;
    public static final int FRAME_INGRESS_NS_OFFSET = 48;
    public static final int FRAME_PUBLISH_NS_OFFSET = 56;
    /** The header of a frame is one cache line; key, value and headers follow. */
    public static final int FRAME_BODY_OFFSET = 64;
    /** With {@link #FLAG_HEADERS} the body begins with the length of the headers (u32) and four bytes of zero. */
    public static final int HEADERS_LENGTH_BYTES = 8;

    public static final byte TYPE_RECORD = 1;
    /** Fills the ring up to its end; carries nothing. */
    public static final byte TYPE_PADDING = 2;
    /** Offsets {@code offset..feedSequence} (inclusive) hold records that only the journal has: compressed, or too large for the ring. */
    public static final byte TYPE_IN_JOURNAL = 3;
    /** Offsets {@code offset..feedSequence} (inclusive) hold no records: transaction markers. */
    public static final byte TYPE_NO_RECORDS = 4;

    /** Offsets {@code offset..feedSequence} (inclusive) were published ahead and are not in the journal: they are given out anew. */
    public static final byte TYPE_RETRACTED = 5;

    public static final int FLAG_NULL_KEY = 1;
    public static final int FLAG_NULL_VALUE = 2;
    /** A conflating subscriber must not replace this record by a later one of the same key (trades, status). */
    public static final int FLAG_KEEP = 4;
    /** Part of a transaction whose outcome was open when it was published. */
    public static final int FLAG_TRANSACTIONAL = 8;
    /** Carries Kafka record headers. */
    public static final int FLAG_HEADERS = 16;

    /** In a slot's first word: nothing committed here yet. */
    public static final long NOT_COMMITTED = -1L;

    public static final int MAX_KEY_BYTES = 0xFFFF;
    public static final int MIN_CAPACITY = 64 * 1024;
    public static final int MAX_CAPACITY = 1 << 30;
    public static final int MAX_TOPIC_BYTES = 249;

    private RingLayout() {}

    /** Bytes of a frame without its padding, as its length field says. */
    static int usedLength(final int keyLength, final int valueLength, final int headersLength) {
        return FRAME_BODY_OFFSET
                + (headersLength == 0 ? 0 : HEADERS_LENGTH_BYTES)
                + keyLength
                + valueLength
                + headersLength;
    }

    /** Bytes that a frame takes in the ring, padding included. */
    static int alignedLength(final int usedLength) {
        return (usedLength + FRAME_ALIGNMENT - 1) & -FRAME_ALIGNMENT;
    }

    /** Longest frame a ring of this capacity takes; longer records are announced as {@link #TYPE_IN_JOURNAL}. */
    public static int maxFrameLength(final int capacity) {
        return capacity >> 3;
    }

    /** Step in which the writer raises its limit: what a reader can lose of the ring's length. */
    public static int chunkBytes(final int capacity) {
        return Math.max(4096, capacity >> 6);
    }
}
