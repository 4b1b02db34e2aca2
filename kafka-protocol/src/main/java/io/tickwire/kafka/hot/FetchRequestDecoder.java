package io.tickwire.kafka.hot;

import io.tickwire.kafka.primitive.ByteReader;
import org.agrona.DirectBuffer;

/**
 * Reads a Fetch request, versions 4 to 18, where it lies: sessions (KIP-227), forgotten topics, topic ids (KIP-516) and the
 * tagged fields.
 *
 * <pre>
 *   if (!decoder.wrap(frame, header.bodyOffset(), header.bodyLength(), header.apiVersion())) close the connection
 *   while (decoder.nextTopic()) while (decoder.nextPartition()) …;
 *   while (decoder.nextForgottenTopic()) while (decoder.nextForgottenPartition()) …;
 * </pre>
 *
 * {@link #wrap} walks the whole structure once, so the iteration afterwards meets nothing it could fail on. Fields that a
 * version lacks have Kafka's defaults. Partition fields are on {@link #partition()}. One thread per instance; no allocation;
 * any bytes are safe. Source: Kafka {@code FetchRequest.json}.
 */
public final class FetchRequestDecoder {
    /** API key. */
    public static final short API_KEY = 1;

    /** First version served. */
    public static final short MIN_VERSION = 4;

    /** Last version served. */
    public static final short MAX_VERSION = 18;

    private static final int FIRST_WITH_SESSION = 7;
    private static final int FIRST_WITH_RACK = 11;
    private static final int FIRST_FLEXIBLE = 12;
    private static final int FIRST_WITH_TOPIC_ID = 13;
    private static final int FIRST_WITH_REPLICA_STATE = 15;
    // An index, an offset and a size.
    private static final int MIN_PARTITION_BYTES = 16;

    private final ByteReader reader = new ByteReader();
    private final TopicKey topic = new TopicKey();
    private final TopicArray topics = new TopicArray(reader, topic, MIN_PARTITION_BYTES);
    private final TopicArray forgotten = new TopicArray(reader, topic, Integer.BYTES);
    private final FetchPartition partition = new FetchPartition();

    private int version;
    private boolean flexible;
    private int clusterIdOffset;
    private int clusterIdLength;
    private int replicaId;
    private long replicaEpoch;
    private int maxWaitMs;
    private int minBytes;
    private int maxBytes;
    private byte isolationLevel;
    private int sessionId;
    private int sessionEpoch;
    private int totalPartitionCount;
    private int rackOffset;
    private int rackLength;
    private int forgottenPartition;

    /**
     * Reads and checks the body of a request.
     *
     * @param apiVersion {@link #MIN_VERSION} to {@link #MAX_VERSION}
     * @return false when it is malformed: Kafka closes the connection
     */
    public boolean wrap(final DirectBuffer buffer, final int offset, final int length, final short apiVersion) {
        assert apiVersion >= MIN_VERSION && apiVersion <= MAX_VERSION;
        version = apiVersion;
        flexible = apiVersion >= FIRST_FLEXIBLE;
        final boolean areIds = apiVersion >= FIRST_WITH_TOPIC_ID;
        reader.wrap(buffer, offset, length);
        readFixedFields();
        if (!topics.begin(flexible, areIds)) {
            return false;
        }
        walkTopics();
        if (version < FIRST_WITH_SESSION) {
            forgotten.clear();
        } else if (!forgotten.begin(flexible, areIds)) {
            return false;
        }
        walkForgotten();
        readRack();
        if (flexible) {
            readTaggedFields();
        }
        if (reader.malformed()) {
            return false;
        }
        rewind();
        return true;
    }

    private void readFixedFields() {
        clusterIdOffset = 0;
        clusterIdLength = ByteReader.NULL_LENGTH;
        replicaEpoch = -1;
        replicaId = version < FIRST_WITH_REPLICA_STATE ? reader.int32() : -1;
        maxWaitMs = reader.int32();
        minBytes = reader.int32();
        maxBytes = reader.int32();
        isolationLevel = reader.int8();
        sessionId = 0;
        sessionEpoch = -1;
        if (version >= FIRST_WITH_SESSION) {
            sessionId = reader.int32();
            sessionEpoch = reader.int32();
        }
    }

    private void walkTopics() {
        totalPartitionCount = 0;
        while (nextTopic()) {
            totalPartitionCount += topics.partitionCount();
            while (nextPartition()) {
                // Checked by the reader.
            }
        }
    }

    private void walkForgotten() {
        while (nextForgottenTopic()) {
            while (nextForgottenPartition()) {
                // Checked by the reader.
            }
        }
    }

    private void readRack() {
        rackLength = 0;
        rackOffset = reader.position();
        if (version >= FIRST_WITH_RACK) {
            rackLength = reader.stringLength(flexible);
            rackOffset = reader.position();
            if (rackLength < 0) {
                reader.fail();
                rackLength = 0;
            }
            reader.skip(rackLength);
        }
    }

    private void readTaggedFields() {
        final int count = reader.unsignedVarint();
        for (int i = 0; i < count && !reader.malformed(); i++) {
            final int tag = reader.unsignedVarint();
            final int size = reader.unsignedVarint();
            if (size < 0 || size > reader.remaining()) {
                reader.fail();
                return;
            }
            final int end = reader.position() + size;
            if (tag == 0) {
                clusterIdLength = reader.stringLength(true);
                clusterIdOffset = reader.position();
                reader.skip(Math.max(clusterIdLength, 0));
            } else if (tag == 1) {
                if (version < FIRST_WITH_REPLICA_STATE) {
                    // Kafka's reader refuses a tag that a later version gave a meaning.
                    reader.fail();
                    return;
                }
                replicaId = reader.int32();
                replicaEpoch = reader.int64();
                reader.skipTaggedFields();
            } else {
                reader.skip(size);
            }
            if (reader.position() != end) {
                reader.fail();
            }
        }
        if (count < 0) {
            reader.fail();
        }
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
        partition.read(reader, version);
        return true;
    }

    /** Goes to before the first forgotten topic; after this the topics need {@link #rewind()}. */
    public void rewindForgotten() {
        forgotten.rewind();
    }

    /** Goes to the next topic that the session is to forget; call {@link #rewindForgotten()} first. */
    public boolean nextForgottenTopic() {
        while (nextForgottenPartition()) {
            // Stepping over.
        }
        return forgotten.nextTopic();
    }

    /** Goes to the next partition of the current forgotten topic. */
    public boolean nextForgottenPartition() {
        if (!forgotten.nextPartition()) {
            return false;
        }
        forgottenPartition = reader.int32();
        return true;
    }

    /** What the ranges index into. */
    public DirectBuffer buffer() {
        return reader.buffer();
    }

    /** Index of the cluster id. */
    public int clusterIdOffset() {
        return clusterIdOffset;
    }

    /** Bytes of the cluster id; -1 for null. */
    public int clusterIdLength() {
        return clusterIdLength;
    }

    /** -1 for a consumer. */
    public int replicaId() {
        return replicaId;
    }

    /** -1 for a consumer. */
    public long replicaEpoch() {
        return replicaEpoch;
    }

    public int maxWaitMs() {
        return maxWaitMs;
    }

    public int minBytes() {
        return minBytes;
    }

    public int maxBytes() {
        return maxBytes;
    }

    /** 0 read uncommitted, 1 read committed. */
    public byte isolationLevel() {
        return isolationLevel;
    }

    /** 0 for none. */
    public int sessionId() {
        return sessionId;
    }

    /** 0 asks for a new session, -1 for none or its end. */
    public int sessionEpoch() {
        return sessionEpoch;
    }

    /** Topics of the request. */
    public int topicCount() {
        return topics.count();
    }

    /** Partitions of all topics. */
    public int totalPartitionCount() {
        return totalPartitionCount;
    }

    /** Topics that the session is to forget. */
    public int forgottenCount() {
        return forgotten.count();
    }

    /** Index of the client's rack. */
    public int rackOffset() {
        return rackOffset;
    }

    /** Bytes of the client's rack; 0 for none. */
    public int rackLength() {
        return rackLength;
    }

    /** Name or id of the current topic, forgotten or not. */
    public TopicKey topic() {
        return topic;
    }

    /** Partitions of the current topic, forgotten ones aside. */
    public int partitionCount() {
        return topics.partitionCount();
    }

    /** The current partition. */
    public FetchPartition partition() {
        return partition;
    }

    /** Index of the current forgotten partition. */
    public int forgottenPartition() {
        return forgottenPartition;
    }
}
