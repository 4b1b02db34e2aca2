package io.tickwire.kafka.frame;

import io.tickwire.kafka.primitive.ByteWriter;

/** Header of a response: correlation id, and from the first flexible version on a section of tagged fields. */
public final class ResponseHeader {
    private static final short API_VERSIONS = 18;

    private ResponseHeader() {}

    /** True when the response header has tagged fields; ApiVersions never has (KIP-511: its reader does not know the version yet). */
    public static boolean isFlexible(final short apiKey, final short apiVersion) {
        return apiKey != API_VERSIONS && HeaderVersions.isFlexible(apiKey, apiVersion);
    }

    /** Writes room for the size, then the header; {@link #finish} fills in the size. */
    public static void begin(final ByteWriter writer, final int correlationId, final boolean flexible) {
        writer.int32(0);
        writer.int32(correlationId);
        writer.noTaggedFields(flexible);
    }

    /**
     * Fills in the size of a response that {@link #begin} started at {@code start}.
     *
     * @param totalBytes of the whole response with its size field, gathered slices included
     */
    public static void finish(final ByteWriter writer, final int start, final int totalBytes) {
        writer.patchInt32(start, totalBytes - Frames.SIZE_BYTES);
    }
}
