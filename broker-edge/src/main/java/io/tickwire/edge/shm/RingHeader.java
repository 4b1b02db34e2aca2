package io.tickwire.edge.shm;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What is written once into the header of a fresh, zeroed ring; the magic number last.
 *
 * @param capacity bytes of frames, a power of two.
 * @param generation of the broker's run, 0 when the broker is not known.
 * @param previousGeneration of the run before, 0 when there was none.
 * @param topic its name, of {@link RingLayout#MAX_TOPIC_BYTES} in UTF-8 at most.
 * @param nextOffset what the first record will have.
 * @param epochOffsetNs what to add to CLOCK_MONOTONIC to get the stamps' epoch time.
 */
record RingHeader(
        int capacity,
        long generation,
        long previousGeneration,
        String topic,
        long topicIdMsb,
        long topicIdLsb,
        int partition,
        long nextOffset,
        long epochOffsetNs) {

    void write(final UnsafeBuffer ring, final long magic, final int version) {
        final byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        final int chunkBytes = RingLayout.chunkBytes(capacity);
        ring.putInt(RingLayout.VERSION_OFFSET, version);
        ring.putInt(RingLayout.HEADER_BYTES_OFFSET, RingLayout.HEADER_BYTES);
        ring.putLong(RingLayout.CAPACITY_OFFSET, capacity);
        ring.putLong(RingLayout.GENERATION_OFFSET, generation);
        ring.putLong(RingLayout.TOPIC_ID_MSB_OFFSET, topicIdMsb);
        ring.putLong(RingLayout.TOPIC_ID_LSB_OFFSET, topicIdLsb);
        ring.putInt(RingLayout.PARTITION_OFFSET, partition);
        ring.putInt(RingLayout.CHUNK_BYTES_OFFSET, chunkBytes);
        ring.putLong(RingLayout.EPOCH_OFFSET_NS_OFFSET, epochOffsetNs);
        ring.putInt(RingLayout.TOPIC_LENGTH_OFFSET, name.length);
        ring.putBytes(RingLayout.TOPIC_OFFSET, name);
        ring.putLong(RingLayout.START_OFFSET_OFFSET, nextOffset);
        ring.putLong(RingLayout.PREVIOUS_GENERATION_OFFSET, previousGeneration);
        ring.putInt(RingLayout.STATE_OFFSET, RingLayout.STATE_OPEN);
        // Positions start at one capacity, so that no word of the fresh, zeroed ring equals a position.
        ring.putLong(RingLayout.TAIL_OFFSET, capacity);
        ring.putLong(RingLayout.LIMIT_OFFSET, capacity + (long) chunkBytes);
        ring.putLong(RingLayout.NEXT_OFFSET_OFFSET, nextOffset);
        ring.putLong(RingLayout.HEADER_BYTES, RingLayout.NOT_COMMITTED);
        ring.putLongRelease(RingLayout.MAGIC_OFFSET, magic);
    }
}
