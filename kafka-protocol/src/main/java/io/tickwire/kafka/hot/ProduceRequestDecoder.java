package io.tickwire.kafka.hot;

import io.tickwire.kafka.primitive.ByteReader;
import org.agrona.DirectBuffer;

/**
 * Reads a Produce request, versions 3 to 13, where it lies.
 *
 * <pre>
 *   if (!decoder.wrap(frame, header.bodyOffset(), header.bodyLength(), header.apiVersion())) close the connection
 *   while (decoder.nextTopic())
 *       while (decoder.nextPartition()) append(decoder.recordsOffset(), decoder.recordsLength());
 * </pre>
 *
 * {@link #wrap} walks the whole structure once (records are stepped over), so the iteration afterwards meets nothing it could
 * fail on, and counts are known. Ranges are indexes into the wrapped buffer. Names are for versions up to 12, ids from 13
 * (KIP-516). One thread per instance; no allocation; any bytes are safe. Source: Kafka {@code ProduceRequest.json}.
 */
public final class ProduceRequestDecoder {
    /** API key. */
    public static final short API_KEY = 0;

    /** First version served. */
    public static final short MIN_VERSION = 3;

    /** Last version served. */
    public static final short MAX_VERSION = 13;

    private static final int FIRST_FLEXIBLE = 9;
    private static final int FIRST_WITH_TOPIC_ID = 13;
    // An index and a records length.
    private static final int MIN_PARTITION_BYTES = 5;

    private final ByteReader reader = new ByteReader();
    private final TopicKey topic = new TopicKey();
    private final TopicArray topics = new TopicArray(reader, topic, MIN_PARTITION_BYTES);

    private boolean flexible;
    private int transactionalIdOffset;
    private int transactionalIdLength;
    private short acks;
    private int timeoutMs;
    private int totalPartitionCount;
    private int partition;
    private int recordsOffset;
    private int recordsLength;

    /**
     * Reads and checks the body of a request.
     *
     * @param version {@link #MIN_VERSION} to {@link #MAX_VERSION}
     * @return false when it is malformed: Kafka closes the connection
     */
    public boolean wrap(final DirectBuffer buffer, final int offset, final int length, final short version) {
        assert version >= MIN_VERSION && version <= MAX_VERSION;
        flexible = version >= FIRST_FLEXIBLE;
        reader.wrap(buffer, offset, length);
        transactionalIdLength = reader.stringLength(flexible);
        transactionalIdOffset = reader.position();
        reader.skip(Math.max(transactionalIdLength, 0));
        acks = reader.int16();
        timeoutMs = reader.int32();
        if (!topics.begin(flexible, version >= FIRST_WITH_TOPIC_ID)) {
            return false;
        }
        totalPartitionCount = 0;
        while (nextTopic()) {
            totalPartitionCount += topics.partitionCount();
            while (nextPartition()) {
                if (reader.malformed()) {
                    return false;
                }
            }
        }
        if (flexible) {
            reader.skipTaggedFields();
        }
        if (reader.malformed()) {
            return false;
        }
        rewind();
        return true;
    }

    /** Goes back to before the first topic. */
    public void rewind() {
        topics.rewind();
    }

    /** Goes to the next topic, over partitions of the current one that were not read. */
    public boolean nextTopic() {
        while (nextPartition()) {
            // Stepping over.
        }
        return topics.nextTopic();
    }

    /** Goes to the next partition of the current topic. */
    public boolean nextPartition() {
        if (!topics.nextPartition()) {
            return false;
        }
        partition = reader.int32();
        recordsLength = reader.bytesLength(flexible);
        recordsOffset = reader.position();
        reader.skip(Math.max(recordsLength, 0));
        if (flexible) {
            reader.skipTaggedFields();
        }
        return true;
    }

    /** What the ranges index into. */
    public DirectBuffer buffer() {
        return reader.buffer();
    }

    /** Index of the transactional id. */
    public int transactionalIdOffset() {
        return transactionalIdOffset;
    }

    /** Bytes of the transactional id, UTF-8; -1 for null. */
    public int transactionalIdLength() {
        return transactionalIdLength;
    }

    /** 0, 1 or -1 for all; anything else is the client's mistake (INVALID_REQUIRED_ACKS). */
    public short acks() {
        return acks;
    }

    /** Milliseconds to wait for replicas. */
    public int timeoutMs() {
        return timeoutMs;
    }

    /** Topics of the request. */
    public int topicCount() {
        return topics.count();
    }

    /** Partitions of all topics. */
    public int totalPartitionCount() {
        return totalPartitionCount;
    }

    /** Name or id of the current topic. */
    public TopicKey topic() {
        return topic;
    }

    /** Partitions of the current topic. */
    public int partitionCount() {
        return topics.partitionCount();
    }

    /** Index of the current partition in its topic. */
    public int partition() {
        return partition;
    }

    /** Index of the current partition's first record byte. */
    public int recordsOffset() {
        return recordsOffset;
    }

    /** Bytes of the current partition's records; -1 for null. */
    public int recordsLength() {
        return recordsLength;
    }
}
