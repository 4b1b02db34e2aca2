package io.tickwire.kafka.hot;

import io.tickwire.kafka.frame.ResponseHeader;
import io.tickwire.kafka.primitive.ByteWriter;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes a Fetch response, versions 4 to 18, around records that stay where they are: encoded bytes go to an off-heap scratch
 * buffer, and the sink gets, in order, runs of that buffer and the records' own addresses.
 *
 * <pre>
 *   encoder.begin(scratch, sink, version, correlationId, throttleMs, error, sessionId, topicCount);
 *   per topic:  encoder.topic(key, partitionCount);
 *     per partition: encoder.partition(index, error, highWatermark, lastStableOffset, logStartOffset);
 *                    encoder.abortedTransactions(count or -1);  count × encoder.abortedTransaction(id, firstOffset);
 *                    encoder.records(preferredReadReplica, totalBytes);  encoder.slice(address, length)… or copy(…)
 *                    encoder.endPartition();
 *     encoder.endTopic();
 *   long total = encoder.end(null);
 * </pre>
 *
 * What a version lacks is left out. If scratch or sink is too small, {@link #end} answers {@link #OVERFLOW}: nothing of the sink
 * may be sent then. One thread per instance; no allocation. Source: Kafka {@code FetchResponse.json}.
 */
public final class FetchResponseEncoder {
    /** The response does not fit the scratch buffer, the sink or an INT32 size. */
    public static final int OVERFLOW = -1;

    private static final int FIRST_WITH_LOG_START = 5;
    private static final int FIRST_WITH_SESSION = 7;
    private static final int FIRST_WITH_PREFERRED_REPLICA = 11;
    private static final int FIRST_FLEXIBLE = 12;
    private static final int FIRST_WITH_TOPIC_ID = 13;
    private static final int FIRST_WITH_ENDPOINTS = 16;
    private static final int TAG_DIVERGING_EPOCH = 0;
    private static final int TAG_CURRENT_LEADER = 1;
    // INT32 and INT32, or INT32 and INT64, and no tagged fields.
    private static final int LEADER_BYTES = 9;
    private static final int DIVERGING_BYTES = 13;

    private final ByteWriter writer = new ByteWriter();
    private SliceSink sink;
    private int start;
    private int runStart;
    private long sliceBytes;
    private long recordsLeft;
    private boolean sinkFull;
    private int version;
    private boolean flexible;

    /**
     * Starts a response.
     *
     * @param scratch off-heap, for everything but slices; stays unchanged until the sink was sent
     */
    public void begin(
            final MutableDirectBuffer scratch,
            final SliceSink target,
            final short apiVersion,
            final int correlationId,
            final int throttleTimeMs,
            final short errorCode,
            final int sessionId,
            final int topicCount) {
        assert scratch.byteArray() == null;
        writer.wrap(scratch, 0, scratch.capacity());
        sink = target;
        start = 0;
        runStart = 0;
        sliceBytes = 0;
        recordsLeft = 0;
        sinkFull = false;
        version = apiVersion;
        flexible = apiVersion >= FIRST_FLEXIBLE;
        ResponseHeader.begin(writer, correlationId, flexible);
        writer.int32(throttleTimeMs);
        if (version >= FIRST_WITH_SESSION) {
            writer.int16(errorCode);
            writer.int32(sessionId);
        }
        writer.arrayCount(flexible, topicCount);
    }

    /** Starts a topic of {@code partitionCount} partitions. */
    public void topic(final TopicKey key, final int partitionCount) {
        key.write(writer, flexible, version >= FIRST_WITH_TOPIC_ID);
        writer.arrayCount(flexible, partitionCount);
    }

    /** Starts a partition; then {@link #abortedTransactions}. */
    public void partition(
            final int index,
            final short errorCode,
            final long highWatermark,
            final long lastStableOffset,
            final long logStartOffset) {
        writer.int32(index);
        writer.int16(errorCode);
        writer.int64(highWatermark);
        writer.int64(lastStableOffset);
        if (version >= FIRST_WITH_LOG_START) {
            writer.int64(logStartOffset);
        }
    }

    /** Number of aborted transactions that follow; -1 for null, as under read uncommitted. */
    public void abortedTransactions(final int count) {
        writer.arrayCount(flexible, count);
    }

    /** One aborted transaction. */
    public void abortedTransaction(final long producerId, final long firstOffset) {
        writer.int64(producerId);
        writer.int64(firstOffset);
        writer.noTaggedFields(flexible);
    }

    /**
     * Starts the records.
     *
     * @param preferredReadReplica -1 for none
     * @param totalBytes of the slices and copies that follow; -1 for null, which only Kafka's own tests send
     */
    public void records(final int preferredReadReplica, final int totalBytes) {
        assert recordsLeft == 0;
        if (version >= FIRST_WITH_PREFERRED_REPLICA) {
            writer.int32(preferredReadReplica);
        }
        if (flexible) {
            writer.unsignedVarint(totalBytes + 1);
        } else {
            writer.int32(totalBytes);
        }
        recordsLeft = Math.max(totalBytes, 0);
    }

    /** Puts records into the response from where they lie. */
    public void slice(final long address, final int length) {
        flushRun();
        if (!sinkFull && length > 0) {
            sinkFull = !sink.add(address, length);
        }
        sliceBytes += length;
        recordsLeft -= length;
    }

    /** Copies records into the scratch buffer: for small ones cheaper than a piece of their own. */
    public void copy(final DirectBuffer source, final int offset, final int length) {
        writer.bytes(source, offset, length);
        recordsLeft -= length;
    }

    /** Ends a partition. */
    public void endPartition() {
        assert recordsLeft == 0 : recordsLeft;
        writer.noTaggedFields(flexible);
    }

    /** Ends a partition and names the current leader (KIP-951), where the version can. */
    public void endPartition(final int leaderId, final int leaderEpoch) {
        assert recordsLeft == 0 : recordsLeft;
        if (!flexible) {
            return;
        }
        writer.unsignedVarint(1);
        writer.unsignedVarint(TAG_CURRENT_LEADER);
        writer.unsignedVarint(LEADER_BYTES);
        writer.int32(leaderId);
        writer.int32(leaderEpoch);
        writer.unsignedVarint(0);
    }

    /** Ends a partition and tells the client where its log diverges (KIP-595), where the version can. */
    public void endPartitionDiverging(final int epoch, final long endOffset) {
        assert recordsLeft == 0 : recordsLeft;
        if (!flexible) {
            return;
        }
        writer.unsignedVarint(1);
        writer.unsignedVarint(TAG_DIVERGING_EPOCH);
        writer.unsignedVarint(DIVERGING_BYTES);
        writer.int32(epoch);
        writer.int64(endOffset);
        writer.unsignedVarint(0);
    }

    /** Ends a topic. */
    public void endTopic() {
        writer.noTaggedFields(flexible);
    }

    /**
     * Ends the response.
     *
     * @param endpoints of the leaders that were named, or null
     * @return bytes of all pieces, size field included, or {@link #OVERFLOW}
     */
    public int end(final NodeEndpoints endpoints) {
        if (endpoints != null && version >= FIRST_WITH_ENDPOINTS) {
            endpoints.write(writer);
        } else {
            writer.noTaggedFields(flexible);
        }
        flushRun();
        final long total = writer.length() + sliceBytes;
        if (writer.overflowed() || sinkFull || total > Integer.MAX_VALUE) {
            return OVERFLOW;
        }
        ResponseHeader.finish(writer, start, (int) total);
        return (int) total;
    }

    private void flushRun() {
        final int length = writer.position() - runStart;
        if (length > 0 && !sinkFull) {
            sinkFull = !sink.add(writer.buffer().addressOffset() + runStart, length);
        }
        runStart = writer.position();
    }
}
