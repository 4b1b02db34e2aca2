package io.tickwire.kafka.message;

import io.tickwire.kafka.primitive.ByteReader;
import org.agrona.DirectBuffer;

/**
 * Checks the lengths that Snappy data declares before the codec allocates what they say.
 *
 * <p>Producers write the framing of snappy-java: a 16-byte header, then chunks of an INT32 size and a raw Snappy block. A block
 * begins with its uncompressed length as a varint, and the codec reserves that much (and the chunk's size, up to 512 MiB) before it
 * looks at the data. A block cannot expand more than 64 bytes for each 3-byte copy element (Snappy format description, "Copies"),
 * so a longer promise is a lie. Data without the header is one raw block.
 */
final class SnappyBounds {
    private static final int MAGIC_HEAD = 0x82534E41;
    private static final int HEADER_BYTES = 16;
    private static final int BYTES_PER_COPY = 64;
    private static final int COPY_ELEMENT_BYTES = 3;

    private final ByteReader reader = new ByteReader();

    /** True when every declared length can be kept. */
    boolean plausible(final DirectBuffer buffer, final int offset, final int length) {
        reader.wrap(buffer, offset, length);
        if (length < HEADER_BYTES || reader.int32() != MAGIC_HEAD) {
            reader.wrap(buffer, offset, length);
            return blockPlausible(length);
        }
        reader.skip(HEADER_BYTES - Integer.BYTES);
        while (reader.remaining() > 0) {
            final int chunk = reader.int32();
            if (chunk == MAGIC_HEAD) {
                // Streams written one after the other.
                reader.skip(HEADER_BYTES - Integer.BYTES);
            } else {
                final int end = reader.position() + chunk;
                if (reader.malformed() || chunk < 0 || chunk > reader.remaining() || !blockPlausible(chunk)) {
                    return false;
                }
                reader.position(end);
            }
        }
        return !reader.malformed();
    }

    private boolean blockPlausible(final int compressedBytes) {
        final int uncompressed = reader.unsignedVarint();
        return !reader.malformed()
                && uncompressed >= 0
                && (long) uncompressed * COPY_ELEMENT_BYTES <= (long) compressedBytes * BYTES_PER_COPY;
    }
}
