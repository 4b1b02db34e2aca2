package io.tickwire.kafka.hot;

import io.tickwire.kafka.primitive.ByteReader;

/**
 * A place in an array of topics with an array of partitions each, as Produce and Fetch have it. The decoder that owns it reads what a
 * partition consists of, between two calls of {@link #nextPartition()}. No allocation; any bytes are safe.
 */
final class TopicArray {
    // A compact name, or the length of another, and a count.
    private static final int MIN_TOPIC_BYTES = 2;

    private final ByteReader reader;
    private final TopicKey topic;
    private final int minPartitionBytes;

    private boolean flexible;
    private boolean hasIds;
    private int count;
    private int start;
    private int topicsLeft;
    private int partitionCount;
    private int partitionsLeft;
    private boolean isInsideTopic;

    /** Reads from {@code reader} into {@code topic}; a partition has at least so many bytes. */
    TopicArray(final ByteReader reader, final TopicKey topic, final int minPartitionBytes) {
        this.reader = reader;
        this.topic = topic;
        this.minPartitionBytes = minPartitionBytes;
    }

    /** Stands for an array that the version does not have. */
    void clear() {
        count = 0;
        start = reader.position();
        rewind();
    }

    /** Reads the number of topics, at the reader's place; false when it is malformed. */
    boolean begin(final boolean isFlexible, final boolean areIds) {
        flexible = isFlexible;
        hasIds = areIds;
        count = reader.arrayCount(isFlexible, MIN_TOPIC_BYTES);
        start = reader.position();
        rewind();
        return !reader.malformed() && count >= 0;
    }

    /** Puts the reader before the first topic. */
    void rewind() {
        reader.position(start);
        topicsLeft = count;
        partitionsLeft = 0;
        isInsideTopic = false;
    }

    /** Goes to the next topic; all partitions of the current one have been read. */
    boolean nextTopic() {
        assert !isInsideTopic;
        if (topicsLeft <= 0 || reader.malformed()) {
            return false;
        }
        topicsLeft--;
        topic.read(reader, flexible, hasIds);
        partitionCount = reader.arrayCount(flexible, minPartitionBytes);
        if (partitionCount < 0) {
            partitionCount = 0;
            reader.fail();
        }
        partitionsLeft = partitionCount;
        isInsideTopic = true;
        return true;
    }

    /** Goes to before the next partition of the current topic; at their end, over the topic's tagged fields. */
    boolean nextPartition() {
        if (!isInsideTopic) {
            return false;
        }
        if (partitionsLeft == 0 || reader.malformed()) {
            isInsideTopic = false;
            if (flexible) {
                reader.skipTaggedFields();
            }
            return false;
        }
        partitionsLeft--;
        return true;
    }

    int count() {
        return count;
    }

    int partitionCount() {
        return partitionCount;
    }
}
