package io.tickwire.kafka.frame;

import io.tickwire.kafka.primitive.ByteReader;
import org.agrona.DirectBuffer;

/**
 * Header of a request, versions 1 and 2.
 *
 * <pre>
 *   0       2       4               8                    10
 *  +-------+-------+---------------+--------------------+---------- - - +---------------- - -
 *  |api key|version| correlation id| client id length   | client id     | tagged fields (v2)
 *  +-------+-------+---------------+--------------------+---------- - - +---------------- - -
 * </pre>
 *
 * Which version it has follows from key and version of the request ({@link HeaderVersions}). Header version 0, without a
 * client id, belonged to ControlledShutdown only, which clients do not send. One thread; no allocation; any bytes are safe.
 * Source: KIP-511, KIP-482.
 */
public final class RequestHeaderFlyweight {
    /** Fewest bytes of a header: key, version, correlation id and a null client id. */
    public static final int MIN_BYTES = 10;

    /** {@link #wrap}: read. */
    public static final int OK = 0;

    /** {@link #wrap}: too short, or with a client id or tagged fields that do not fit. */
    public static final int MALFORMED = 1;

    /** {@link #wrap}: not a Kafka API; Kafka closes the connection. */
    public static final int UNKNOWN_KEY = 2;

    private final ByteReader reader = new ByteReader();

    private short apiKey;
    private short apiVersion;
    private int correlationId;
    private int clientIdOffset;
    private int clientIdLength;

    /** Reads the header of a frame whose {@code length} bytes (after the size field) start at {@code offset}. */
    public int wrap(final DirectBuffer buffer, final int offset, final int length) {
        reader.wrap(buffer, offset, length);
        apiKey = reader.int16();
        apiVersion = reader.int16();
        correlationId = reader.int32();
        clientIdLength = ByteReader.NULL_LENGTH;
        clientIdOffset = reader.position();
        if (reader.malformed()) {
            return MALFORMED;
        }
        if (!HeaderVersions.isKnown(apiKey)) {
            return UNKNOWN_KEY;
        }
        clientIdLength = reader.stringLength(false);
        clientIdOffset = reader.position();
        reader.skip(Math.max(clientIdLength, 0));
        if (HeaderVersions.isFlexible(apiKey, apiVersion)) {
            reader.skipTaggedFields();
        }
        return reader.malformed() ? MALFORMED : OK;
    }

    public short apiKey() {
        return apiKey;
    }

    public short apiVersion() {
        return apiVersion;
    }

    public int correlationId() {
        return correlationId;
    }

    /** Index of the client id's first byte. */
    public int clientIdOffset() {
        return clientIdOffset;
    }

    /** Bytes of the client id, UTF-8; -1 for null. */
    public int clientIdLength() {
        return clientIdLength;
    }

    /** Index of the body's first byte. */
    public int bodyOffset() {
        return reader.position();
    }

    /** Bytes of the body. */
    public int bodyLength() {
        return reader.remaining();
    }
}
