package io.tickwire.kafka.hot;

import io.tickwire.kafka.primitive.ByteWriter;
import java.nio.charset.StandardCharsets;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where the leaders named in a response are reached (KIP-951): the tagged field 0 of Produce and Fetch responses, encoded
 * once. Built off the hot path; immutable after {@link Builder#build()}.
 */
public final class NodeEndpoints {
    private final UnsafeBuffer encoded;

    private NodeEndpoints(final UnsafeBuffer encoded) {
        this.encoded = encoded;
    }

    /** Writes a section of tagged fields that holds this one. */
    void write(final ByteWriter writer) {
        writer.unsignedVarint(1);
        writer.unsignedVarint(0);
        writer.unsignedVarint(encoded.capacity());
        writer.bytes(encoded, 0, encoded.capacity());
    }

    /** Collects endpoints. */
    public static final class Builder {
        private final ExpandableArrayBuffer body = new ExpandableArrayBuffer();
        private final ByteWriter writer = new ByteWriter().wrap(body, 0, 0);
        private int length;
        private int count;

        /** Adds a node; {@code rack} may be null. */
        public Builder add(final int nodeId, final String host, final int port, final String rack) {
            final byte[] hostBytes = host.getBytes(StandardCharsets.UTF_8);
            final byte[] rackBytes = rack == null ? null : rack.getBytes(StandardCharsets.UTF_8);
            final int room = 32 + hostBytes.length + (rackBytes == null ? 0 : rackBytes.length);
            body.checkLimit(length + room);
            writer.wrap(body, length, room);
            writer.int32(nodeId);
            writer.string(true, new UnsafeBuffer(hostBytes), 0, hostBytes.length);
            writer.int32(port);
            if (rackBytes == null) {
                writer.unsignedVarint(0);
            } else {
                writer.string(true, new UnsafeBuffer(rackBytes), 0, rackBytes.length);
            }
            writer.unsignedVarint(0);
            length += writer.length();
            count++;
            return this;
        }

        /** The endpoints so far. */
        public NodeEndpoints build() {
            final UnsafeBuffer target = new UnsafeBuffer(new byte[5 + length]);
            writer.wrap(target, 0, target.capacity());
            writer.arrayCount(true, count);
            writer.bytes(body, 0, length);
            return new NodeEndpoints(new UnsafeBuffer(target, 0, writer.length()));
        }
    }
}
