package io.tickwire.kafka;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;

/** Messages as Kafka's generated classes write them. */
public final class KafkaBytes {
    private KafkaBytes() {}

    /** The bytes of a message alone. */
    public static byte[] body(final ApiMessage message, final short version) {
        return toArray(MessageUtil.toByteBufferAccessor(message, version).buffer());
    }

    /** The bytes of a response with size field and header. */
    public static byte[] response(
            final ApiKeys key, final ApiMessage message, final short version, final int correlationId) {
        final byte[] header =
                body(new ResponseHeaderData().setCorrelationId(correlationId), key.responseHeaderVersion(version));
        final byte[] body = body(message, version);
        return ByteBuffer.allocate(4 + header.length + body.length)
                .putInt(header.length + body.length)
                .put(header)
                .put(body)
                .array();
    }

    /** What remains of a buffer. */
    public static byte[] toArray(final ByteBuffer buffer) {
        final byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
