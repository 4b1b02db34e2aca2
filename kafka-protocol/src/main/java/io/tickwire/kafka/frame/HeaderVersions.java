package io.tickwire.kafka.frame;

/**
 * From which version on each API uses flexible encoding (KIP-482), and so request header version 2.
 *
 * <p>A table instead of a call into Kafka's classes, so that the frame decoder depends on nothing; a test holds it against the
 * pinned client library.
 */
public final class HeaderVersions {
    private static final byte NEVER = Byte.MAX_VALUE;

    // Indexed by API key, ten to a line.
    private static final byte[] FIRST_FLEXIBLE = {
        9, 12, 6, 9, NEVER, NEVER, NEVER, NEVER, 8, 6, // 0
        3, 6, 4, 4, 4, 5, 3, NEVER, 3, 5, // 10
        4, 2, 2, 4, 3, 3, 3, 0, 3, 2, // 20
        2, 2, 4, 2, 2, 2, 2, 2, 2, 2, // 30
        2, 2, 2, 2, 1, 0, 0, NEVER, 1, 1, // 40
        0, 0, 0, 1, 1, 0, 0, 0, 0, 0, // 50
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 60
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 70
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 80
        0, 0, 0, // 90
    };

    private HeaderVersions() {}

    /** True for a key that Kafka has assigned. */
    public static boolean isKnown(final short apiKey) {
        return apiKey >= 0 && apiKey < FIRST_FLEXIBLE.length;
    }

    /** True when requests of this known key and version are flexible; defined for versions that do not exist, too. */
    public static boolean isFlexible(final short apiKey, final short apiVersion) {
        return apiVersion >= FIRST_FLEXIBLE[apiKey];
    }

    /** Assigned keys: 0 to this, exclusive. */
    public static int keyCount() {
        return FIRST_FLEXIBLE.length;
    }
}
