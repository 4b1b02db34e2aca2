package io.tickwire.edge.handler;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;

/** Responses of Kafka's generated classes as bytes for the wire. */
public final class ResponseBytes {
    private static final int LENGTH_BYTES = 4;

    private ResponseBytes() {}

    /**
     * Writes length, header and body.
     *
     * @param version version of the body: the request's, or 0 for an ApiVersions request of an unknown version
     * @return a heap buffer, ready to be read
     */
    public static ByteBuffer of(RequestHeader request, ApiMessage body, short version) {
        short headerVersion = request.apiKey().responseHeaderVersion(version);
        ResponseHeaderData header = new ResponseHeaderData().setCorrelationId(request.correlationId());
        ObjectSerializationCache cache = new ObjectSerializationCache();
        int size = header.size(cache, headerVersion) + body.size(cache, version);
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH_BYTES + size).putInt(size);
        ByteBufferAccessor writer = new ByteBufferAccessor(bytes);
        header.write(writer, cache, headerVersion);
        body.write(writer, cache, version);
        return bytes.flip();
    }
}
