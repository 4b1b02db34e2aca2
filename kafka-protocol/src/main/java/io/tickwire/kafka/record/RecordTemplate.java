package io.tickwire.kafka.record;

import org.agrona.UnsafeApi;

/**
 * Knows records again that differ from a sound one only in their offset delta, which counts on, and in what key and value hold:
 * all bytes that say how such a record is built are the same, so it is sound, too. Batches of equally large records, as feeds
 * make them, consist of little else.
 *
 * <p>Off-heap memory of a little-endian machine. One thread per instance; no allocation.
 */
final class RecordTemplate {
    private static final long CONTINUES = 0x8080_8080_8080_8080L;

    /** One more, as a zigzag varint. */
    private static final long NEXT_OFFSET = 2;

    private long prefix;
    private long prefixMask;
    private long step;
    private int bodyAt;
    private long body;
    private long bodyMask;
    private int recordBytes;

    /** Knows nothing. */
    void forget() {
        recordBytes = 0;
    }

    /**
     * Takes a record that {@link RecordScan#quick} accepted: eight bytes hold all up to the length of the key, there are eight
     * bytes from the length of the value on, and there are no headers.
     */
    void learn(final long start, final int bytes) {
        final long word = UnsafeApi.getLong(start);
        final int timestampAt = RecordScan.bytesOfShort(word) + 1;
        final int offsetAt = timestampAt + RecordScan.bytesOfShort(word >>> (8 * timestampAt));
        final int keyLengthAt = offsetAt + RecordScan.bytesOfShort(word >>> (8 * offsetAt));
        prefixMask = lowest(keyLengthAt + 1);
        prefix = word & prefixMask;
        step = NEXT_OFFSET << (8 * offsetAt);
        final int keyLength = (int) (word >>> (8 * keyLengthAt)) & 0xff;
        bodyAt = keyLengthAt + 1 + ((keyLength & 1) != 0 ? 0 : keyLength >>> 1);
        final long bodyWord = UnsafeApi.getLong(start + bodyAt);
        bodyMask = lowest((Long.numberOfTrailingZeros(~bodyWord & CONTINUES) >> 3) + 1);
        body = bodyWord & bodyMask;
        recordBytes = bytes;
    }

    private static long lowest(final int bytes) {
        return -1L >>> ((Long.BYTES - bytes) * 8);
    }

    /**
     * Compares the record at {@code start} with the last one that was learnt or matched, behind which it lies.
     *
     * @return its bytes when it is such a record with the next offset delta, 0 when that remains to be seen
     */
    int match(final long start, final long end) {
        final long expected = prefix + step;
        // The length of the body lies within the record, so that eight bytes from there on lie before the end. An
        // offset delta that needs another byte, or changes two, is looked at properly.
        if (recordBytes == 0 || end - start < recordBytes + Long.BYTES || ((expected ^ prefix) & CONTINUES) != 0) {
            return 0;
        }
        if ((UnsafeApi.getLong(start) & prefixMask) != expected
                || (UnsafeApi.getLong(start + bodyAt) & bodyMask) != body
                || UnsafeApi.getByte(start + recordBytes - 1) != 0) {
            return 0;
        }
        prefix = expected;
        return recordBytes;
    }
}
