package io.tickwire.kafka.hot;

import io.tickwire.kafka.frame.ResponseHeader;
import io.tickwire.kafka.primitive.ByteWriter;
import io.tickwire.kafka.record.RecordErrors;
import org.agrona.MutableDirectBuffer;

/**
 * Writes a Produce response, versions 3 to 13, with its size and header.
 *
 * <pre>
 *   encoder.begin(out, 0, out.capacity(), version, correlationId, topicCount);
 *   per topic:  encoder.topic(key, partitionCount);
 *     per partition: encoder.partition(index, error, baseOffset, logAppendTimeMs, logStartOffset, recordErrors, message);
 *                    encoder.endPartition();  or with the current leader's id and epoch
 *     encoder.endTopic();
 *   int total = encoder.end(throttleTimeMs, null);
 * </pre>
 *
 * What a version lacks is left out. Nothing is written past the given room: {@link #end} then answers {@link #OVERFLOW}. One
 * thread per instance; no allocation. Source: Kafka {@code ProduceResponse.json}.
 */
public final class ProduceResponseEncoder {
    /** The response does not fit. */
    public static final int OVERFLOW = -1;

    private static final int FIRST_WITH_LOG_START = 5;
    private static final int FIRST_WITH_RECORD_ERRORS = 8;
    private static final int FIRST_FLEXIBLE = 9;
    private static final int FIRST_WITH_LEADER = 10;
    private static final int FIRST_WITH_TOPIC_ID = 13;
    // INT32 leader id, INT32 leader epoch, no tagged fields.
    private static final int LEADER_BYTES = 9;

    private final ByteWriter writer = new ByteWriter();
    private int start;
    private int version;
    private boolean flexible;

    /** Starts a response of {@code topicCount} topics. */
    public void begin(
            final MutableDirectBuffer target,
            final int offset,
            final int maxLength,
            final short apiVersion,
            final int correlationId,
            final int topicCount) {
        writer.wrap(target, offset, maxLength);
        start = offset;
        version = apiVersion;
        flexible = apiVersion >= FIRST_FLEXIBLE;
        ResponseHeader.begin(writer, correlationId, flexible);
        writer.arrayCount(flexible, topicCount);
    }

    /** Starts a topic of {@code partitionCount} partitions. */
    public void topic(final TopicKey key, final int partitionCount) {
        key.write(writer, flexible, version >= FIRST_WITH_TOPIC_ID);
        writer.arrayCount(flexible, partitionCount);
    }

    /**
     * Starts a partition's answer.
     *
     * @param baseOffset of the appended batch, -1 on error
     * @param logAppendTimeMs -1 under CreateTime
     * @param errors refused records, or null for none (KIP-467)
     * @param errorMessage ASCII, or null for the error's own text
     */
    public void partition(
            final int index,
            final short errorCode,
            final long baseOffset,
            final long logAppendTimeMs,
            final long logStartOffset,
            final RecordErrors errors,
            final String errorMessage) {
        writer.int32(index);
        writer.int16(errorCode);
        writer.int64(baseOffset);
        writer.int64(logAppendTimeMs);
        if (version >= FIRST_WITH_LOG_START) {
            writer.int64(logStartOffset);
        }
        if (version >= FIRST_WITH_RECORD_ERRORS) {
            recordErrors(errors);
            writer.ascii(flexible, errorMessage);
        }
    }

    private void recordErrors(final RecordErrors errors) {
        final int count = errors == null ? 0 : errors.count();
        writer.arrayCount(flexible, count);
        for (int i = 0; i < count; i++) {
            writer.int32(errors.recordIndex(i));
            writer.ascii(flexible, errors.message(i));
            writer.noTaggedFields(flexible);
        }
    }

    /** Ends a partition's answer. */
    public void endPartition() {
        writer.noTaggedFields(flexible);
    }

    /** Ends a partition's answer and names the current leader (KIP-951), where the version can. */
    public void endPartition(final int leaderId, final int leaderEpoch) {
        if (version < FIRST_WITH_LEADER) {
            writer.noTaggedFields(flexible);
            return;
        }
        writer.unsignedVarint(1);
        writer.unsignedVarint(0);
        writer.unsignedVarint(LEADER_BYTES);
        writer.int32(leaderId);
        writer.int32(leaderEpoch);
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
     * @return bytes from the start, size field included, or {@link #OVERFLOW}
     */
    public int end(final int throttleTimeMs, final NodeEndpoints endpoints) {
        writer.int32(throttleTimeMs);
        if (endpoints != null && version >= FIRST_WITH_LEADER) {
            endpoints.write(writer);
        } else {
            writer.noTaggedFields(flexible);
        }
        if (writer.overflowed()) {
            return OVERFLOW;
        }
        ResponseHeader.finish(writer, start, writer.length());
        return writer.length();
    }
}
