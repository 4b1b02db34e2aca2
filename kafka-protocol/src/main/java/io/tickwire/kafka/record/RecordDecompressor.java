package io.tickwire.kafka.record;

import java.io.IOException;
import java.io.InputStream;
import org.agrona.DirectBuffer;

/** Opens the records of a compressed batch; implemented over Kafka's own codecs in the {@code message} package. */
@FunctionalInterface
public interface RecordDecompressor {
    /**
     * Opens a stream of decompressed records.
     *
     * @param codec compression id, 1 to 4
     * @param offset index of the first byte after the batch header
     * @param length compressed bytes
     * @throws IOException when the bytes are not of that codec; the stream throws it, too, when it finds out later
     */
    InputStream open(int codec, DirectBuffer buffer, int offset, int length) throws IOException;
}
