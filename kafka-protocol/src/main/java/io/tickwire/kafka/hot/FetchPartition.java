package io.tickwire.kafka.hot;

import io.tickwire.kafka.primitive.ByteReader;

/** One partition of a Fetch request; overwritten by the decoder that owns it. Fields that a version lacks have Kafka's defaults. */
public final class FetchPartition {
    private static final int FIRST_WITH_LOG_START = 5;
    private static final int FIRST_WITH_LEADER_EPOCH = 9;
    private static final int FIRST_FLEXIBLE = 12;
    private static final int FIRST_WITH_DIRECTORY = 17;
    private static final int FIRST_WITH_HIGH_WATERMARK = 18;

    private int index;
    private int currentLeaderEpoch;
    private long fetchOffset;
    private int lastFetchedEpoch;
    private long logStartOffset;
    private int maxBytes;
    private long directoryIdHigh;
    private long directoryIdLow;
    private long highWatermark;

    void read(final ByteReader reader, final int version) {
        index = reader.int32();
        currentLeaderEpoch = version >= FIRST_WITH_LEADER_EPOCH ? reader.int32() : -1;
        fetchOffset = reader.int64();
        lastFetchedEpoch = version >= FIRST_FLEXIBLE ? reader.int32() : -1;
        logStartOffset = version >= FIRST_WITH_LOG_START ? reader.int64() : -1L;
        maxBytes = reader.int32();
        directoryIdHigh = 0;
        directoryIdLow = 0;
        highWatermark = Long.MAX_VALUE;
        if (version >= FIRST_FLEXIBLE) {
            readTaggedFields(reader, version);
        }
    }

    private void readTaggedFields(final ByteReader reader, final int version) {
        final int count = reader.unsignedVarint();
        for (int i = 0; i < count && !reader.malformed(); i++) {
            final int tag = reader.unsignedVarint();
            final int size = reader.unsignedVarint();
            if (size < 0 || size > reader.remaining()) {
                reader.fail();
                return;
            }
            final int end = reader.position() + size;
            // Kafka's reader refuses a tag that a later version gave a meaning.
            if ((tag == 0 && version < FIRST_WITH_DIRECTORY) || (tag == 1 && version < FIRST_WITH_HIGH_WATERMARK)) {
                reader.fail();
            } else if (tag == 0) {
                directoryIdHigh = reader.int64();
                directoryIdLow = reader.int64();
            } else if (tag == 1) {
                highWatermark = reader.int64();
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

    /** Index in its topic. */
    public int index() {
        return index;
    }

    /** Leader epoch the client knows; -1 for none. */
    public int currentLeaderEpoch() {
        return currentLeaderEpoch;
    }

    /** First offset wanted. */
    public long fetchOffset() {
        return fetchOffset;
    }

    /** Epoch of the last record the client has; -1 for none. */
    public int lastFetchedEpoch() {
        return lastFetchedEpoch;
    }

    /** A follower's log start offset; -1 from consumers. */
    public long logStartOffset() {
        return logStartOffset;
    }

    /** Most bytes of this partition; one batch is sent even if larger. */
    public int maxBytes() {
        return maxBytes;
    }

    /** Most significant half of a follower's directory id. */
    public long directoryIdHigh() {
        return directoryIdHigh;
    }

    /** Least significant half of a follower's directory id. */
    public long directoryIdLow() {
        return directoryIdLow;
    }

    /** A follower's high watermark; {@link Long#MAX_VALUE} from consumers. */
    public long highWatermark() {
        return highWatermark;
    }
}
