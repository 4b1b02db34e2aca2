package io.tickwire.kafka.message;

import org.agrona.MutableDirectBuffer;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** Responses of any key and version through Kafka's generated classes. Stateless; any thread; allocates. */
public final class KafkaResponses {
    /** The response does not fit; nothing was written. */
    public static final int OVERFLOW = -1;

    private KafkaResponses() {}

    /**
     * Writes size field, header and body.
     *
     * @param version of the body: the request's, or 0 for an ApiVersions request of an unknown version
     * @return bytes written, or {@link #OVERFLOW}
     */
    public static int write(
            final MutableDirectBuffer target,
            final int offset,
            final int maxLength,
            final ApiKeys key,
            final short version,
            final int correlationId,
            final ApiMessage body) {
        final short headerVersion = key.responseHeaderVersion(version);
        final ResponseHeaderData header = new ResponseHeaderData().setCorrelationId(correlationId);
        final ObjectSerializationCache cache = new ObjectSerializationCache();
        final long size = (long) header.size(cache, headerVersion) + body.size(cache, version);
        final long total = size + Integer.BYTES;
        if (total > maxLength) {
            return OVERFLOW;
        }
        final DirectBufferWritable writer = new DirectBufferWritable(target, offset);
        writer.writeInt((int) size);
        header.write(writer, cache, headerVersion);
        body.write(writer, cache, version);
        assert writer.position() - offset == total;
        return (int) total;
    }
}
