package io.tickwire.kafka.message;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Requests of any key and version through Kafka's generated classes.
 *
 * <p>Memory stays in proportion to the frame whatever its counts and lengths say ({@link BudgetedReadable}); the frame itself is
 * limited by whoever receives it. Stateless; any thread; allocates.
 */
public final class KafkaRequests {
    private KafkaRequests() {}

    /**
     * A request with its header.
     *
     * @param header as Kafka reads it
     * @param request the body; it owns its memory
     */
    public record Parsed(RequestHeader header, AbstractRequest request) {}

    /**
     * Copies a frame to the heap and reads it.
     *
     * @param length bytes after the size field
     */
    public static Parsed parse(final DirectBuffer buffer, final int offset, final int length)
            throws MalformedRequestException {
        final byte[] copy = new byte[length];
        buffer.getBytes(offset, copy);
        final ByteBuffer frame = ByteBuffer.wrap(copy);
        final RequestHeader header;
        try {
            header = RequestHeader.parse(frame);
        } catch (final RuntimeException e) {
            throw new MalformedRequestException("request header: " + e.getMessage(), e);
        }
        return new Parsed(header, parseBody(header, frame));
    }

    /**
     * Reads the body that follows a header.
     *
     * <p>An ApiVersions request of a version that does not exist is read as Kafka's {@code RequestContext} reads it: as an empty
     * request of version 0 that remembers the version asked for, so that the answer can tell the client what there is (KIP-511).
     *
     * @param body positioned after the header; the request may keep slices of it
     */
    public static AbstractRequest parseBody(final RequestHeader header, final ByteBuffer body)
            throws MalformedRequestException {
        final ApiKeys key = header.apiKey();
        final short version = header.apiVersion();
        if (key == ApiKeys.API_VERSIONS && !header.isApiVersionSupported()) {
            return new ApiVersionsRequest(new ApiVersionsRequestData(), (short) 0, version);
        }
        if (!key.hasValidVersion() || !header.isApiVersionSupported()) {
            throw new MalformedRequestException("version " + version + " of " + key + " is not served", null);
        }
        try {
            return AbstractRequest.parseRequest(key, version, new BudgetedReadable(body)).request;
        } catch (final RuntimeException e) {
            throw new MalformedRequestException(key + " version " + version + ": " + e.getMessage(), e);
        }
    }
}
