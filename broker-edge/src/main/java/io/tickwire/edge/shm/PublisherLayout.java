package io.tickwire.edge.shm;

import java.nio.charset.StandardCharsets;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Byte layout of a publisher's file, little-endian; {@code docs/shared-memory.md} has it in full. It begins as a ring does ({@link
 * RingLayout}): the publisher is the writer of that ring of requests, the broker its one reader. Answers lie behind it.
 *
 * <pre>
 *               0 +------------------------------------------------------------------+
 *                 | a ring's header, with another magic number; 320: slots, 328: pid |  written by the publisher
 *            1024 | state (u32), error (i32), generation (u64), heartbeat (i64)      |  written by the broker
 *            1280 | head (i64): position behind the last request taken               |  written by the broker
 *            4096 +------------------------------------------------------------------+
 *                 | requests, frames as in a ring                                    |  capacity bytes
 * 4096 + capacity +------------------------------------------------------------------+
 *                 | answers: number, offset, error, append time                      |  slots of 32 bytes, written by the broker
 *                 +------------------------------------------------------------------+
 * </pre>
 */
final class PublisherLayout {
    /** "TWPUBL01" read as a little-endian long. */
    static final long MAGIC = 0x3130_4C42_5550_5754L;

    static final int VERSION = 1;
    static final String DIRECTORY = "publishers";
    static final String FILE_PREFIX = "publisher-";
    /** Being made: not looked at by the broker, but taken away once its maker is dead. */
    static final String UNFINISHED_PREFIX = "new-";

    static final int SLOTS_OFFSET = 320;
    static final int PID_OFFSET = 328;
    static final int BROKER_STATE_OFFSET = 1024;
    static final int BROKER_ERROR_OFFSET = 1028;
    static final int BROKER_GENERATION_OFFSET = 1032;
    static final int BROKER_HEARTBEAT_OFFSET = 1040;
    static final int HEAD_OFFSET = 1280;

    /** No broker has looked at it yet. */
    static final int STATE_WAITING = 0;

    static final int STATE_OPEN = RingLayout.STATE_OPEN;
    /** The broker has ended it; the error says why. */
    static final int STATE_CLOSED = RingLayout.STATE_CLOSED;
    /** A later broker found it left over: whether what was not answered has been written is not known. */
    static final int STATE_SUPERSEDED = RingLayout.STATE_SUPERSEDED;

    static final int SLOT_BYTES = 32;
    static final int SLOT_NUMBER_OFFSET = 0;
    static final int SLOT_RECORD_OFFSET_OFFSET = 8;
    static final int SLOT_ERROR_OFFSET = 16;
    static final int SLOT_APPEND_TIME_OFFSET = 24;

    static final int MAX_CAPACITY = 64 << 20;
    static final int MIN_SLOTS = 8;
    static final int MAX_SLOTS = 1 << 16;

    /** Byte range of the file that the publisher keeps locked while it lives. */
    static final long LOCKED_BYTES = 1;

    private PublisherLayout() {}

    static int fileLength(final int capacity, final int slots) {
        return RingLayout.HEADER_BYTES + capacity + slots * SLOT_BYTES;
    }

    static int slotIndex(final int capacity, final int slots, final long number) {
        return RingLayout.HEADER_BYTES + capacity + ((int) number & (slots - 1)) * SLOT_BYTES;
    }

    /** What is wrong with a header, or null. */
    static String fault(final UnsafeBuffer header, final long fileLength) {
        if (header.getLong(RingLayout.MAGIC_OFFSET) != MAGIC) {
            return "magic number missing";
        }
        if (header.getInt(RingLayout.VERSION_OFFSET) != VERSION) {
            return "version " + header.getInt(RingLayout.VERSION_OFFSET) + ", expected " + VERSION;
        }
        final long capacity = header.getLong(RingLayout.CAPACITY_OFFSET);
        final int slots = header.getInt(SLOTS_OFFSET);
        if (capacity < RingLayout.MIN_CAPACITY || capacity > MAX_CAPACITY || !BitUtil.isPowerOfTwo(capacity)) {
            return "capacity " + capacity;
        }
        if (slots < MIN_SLOTS || slots > MAX_SLOTS || !BitUtil.isPowerOfTwo(slots)) {
            return slots + " slots";
        }
        if (fileLength < fileLength((int) capacity, slots)) {
            return fileLength + " bytes for a capacity of " + capacity + " and " + slots + " slots";
        }
        final int topicLength = header.getInt(RingLayout.TOPIC_LENGTH_OFFSET);
        return topicLength < 1 || topicLength > RingLayout.MAX_TOPIC_BYTES
                ? "topic of " + topicLength + " bytes"
                : null;
    }

    /** The topic of a header without faults. */
    static String topic(final UnsafeBuffer header) {
        final byte[] name = new byte[header.getInt(RingLayout.TOPIC_LENGTH_OFFSET)];
        header.getBytes(RingLayout.TOPIC_OFFSET, name);
        return new String(name, StandardCharsets.UTF_8);
    }
}
