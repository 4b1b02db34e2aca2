package io.tickwire.kafka.record;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * One quick pass over the records of an uncompressed batch that finds nothing wrong, or gives up.
 *
 * <p>It accepts only what nearly every client writes: well-formed records whose offset deltas count 0, 1, 2 … and whose
 * timestamps lie within 37 hours of the batch's first one. Whoever gets a refusal has to look again with {@link RecordCursor}, which
 * tells what is wrong, if anything. Cheaper than the cursor because nothing but local variables changes in the loop, and because
 * the fields in front of a key and in front of a value are taken from one load of eight bytes each where they fit.
 * Looks at off-heap memory only, as frames are; records on the heap are refused. Safe on any bytes. One thread per instance; no allocation.
 */
final class RecordScan {
    /** Not an outcome of {@link #varint}: the encoding is longer than the four bytes that are read here, or cut off. */
    private static final long UNUSUAL = -1;

    /** Not an outcome of {@link #quick} or {@link #thorough}. */
    private static final long REFUSED = -1;

    private static final int MAX_VARINT_BYTES = 4;
    private static final int LENGTH_SHIFT = 32;
    private static final int LOW_BITS = 0x7f;
    private static final int CONTINUES = 0x80;
    private static final int SECOND_CONTINUES = 0x8000;
    private static final int HIGH_BITS_OF_TWO = 0x3f80;
    private static final int ONE_BYTE = 0xff;
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    /** What {@link #quick} and {@link #thorough} tell of a record: its bytes, this bit, and the timestamp delta above. */
    private static final int NULL_KEY = 1 << 31;

    private static final int TIMESTAMP_SHIFT = 32;

    private final RecordTemplate template = new RecordTemplate();
    private long smallestTimestampDelta;
    private long largestTimestampDelta;
    private int largestTimestampIndex;
    private boolean hasNullKey;

    /**
     * Looks at {@code count} records, which must fill the range.
     *
     * @return true when all are well formed and in order
     */
    boolean accepts(final DirectBuffer buffer, final int offset, final int length, final int count) {
        buffer.boundsCheck(offset, length);
        if (buffer.byteArray() != null) {
            return false;
        }
        long at = buffer.addressOffset() + offset;
        final long end = at + length;
        long smallest = Long.MAX_VALUE;
        long largest = Long.MIN_VALUE;
        int largestIndex = -1;
        boolean nullKey = false;
        int bytesBefore = 0;
        template.forget();
        for (int index = 0; index < count; index++) {
            final int known = template.match(at, end);
            if (known != 0) {
                at += known;
                continue;
            }
            long record = quick(at, end, index);
            final boolean isQuick = record != REFUSED;
            if (!isQuick) {
                record = thorough(at, end, index);
                if (record == REFUSED) {
                    return false;
                }
            }
            final int bytes = (int) record & ~NULL_KEY;
            if (isQuick && bytes == bytesBefore) {
                template.learn(at, bytes);
            } else {
                template.forget();
            }
            bytesBefore = bytes;
            at += bytes;
            nullKey |= ((int) record & NULL_KEY) != 0;
            final int delta = (int) (record >> TIMESTAMP_SHIFT);
            if (delta > largest) {
                largest = delta;
                largestIndex = index;
            }
            smallest = Math.min(smallest, delta);
        }
        smallestTimestampDelta = smallest;
        largestTimestampDelta = largest;
        largestTimestampIndex = largestIndex;
        hasNullKey = nullKey;
        return at == end;
    }

    /**
     * A sound record as most are: size, timestamp delta and offset delta of one or two bytes, a key shorter than 64 bytes, no
     * headers, and no field at the very end of the batch.
     *
     * @return its bytes, timestamp delta as encoded, {@link #NULL_KEY}; or {@link #REFUSED} to have it looked at properly
     */
    private static long quick(final long start, final long end, final int index) {
        if (!LITTLE_ENDIAN || end - start < Long.BYTES) {
            return REFUSED;
        }
        long word = UnsafeApi.getLong(start);
        final int sizeBytes = bytesOfShort(word);
        final long recordEnd = start + sizeBytes + shortVarint(word);
        final boolean sizeFits = isShort(word);
        word >>>= 8 * (sizeBytes + 1); // Attributes take a byte, which says nothing today.
        final int timestampBytes = bytesOfShort(word);
        final int timestamp = shortVarint(word);
        final boolean timestampFits = isShort(word);
        word >>>= 8 * timestampBytes;
        final int offsetBytes = bytesOfShort(word);
        final int offsetDelta = shortVarint(word);
        final boolean offsetFits = isShort(word);
        final int key = (int) (word >>> (8 * offsetBytes)) & ONE_BYTE;
        final boolean nullKey = (key & 1) != 0;
        long at = start + sizeBytes + 1 + timestampBytes + offsetBytes + 1 + (nullKey ? 0 : key >>> 1);
        if (!sizeFits || !timestampFits || !offsetFits || key >= CONTINUES || end - at < Long.BYTES) {
            return REFUSED;
        }
        word = UnsafeApi.getLong(at);
        final long body = isShort(word) ? outcome(shortRaw(word), bytesOfShort(word)) : varint(at, end);
        at += bytes(body) + Math.max(value(body), 0);
        if (offsetDelta != index
                || body == UNUSUAL
                || recordEnd > end
                || at != recordEnd - 1
                || UnsafeApi.getByte(at) != 0) {
            return REFUSED;
        }
        return outcome(start, recordEnd, timestamp, nullKey);
    }

    /** Any sound record. */
    private static long thorough(final long start, final long end, final int index) {
        final long size = varint(start, end);
        long at = start + bytes(size);
        final long recordEnd = at + value(size);
        // Attributes take a byte, which says nothing today.
        final long timestamp = varint(at + 1, end);
        if (size == UNUSUAL || timestamp == UNUSUAL || recordEnd < at || recordEnd > end) {
            return REFUSED;
        }
        at += 1 + bytes(timestamp);
        final long offsetDelta = varint(at, recordEnd);
        at += bytes(offsetDelta);
        final long key = varint(at, recordEnd);
        at += bytes(key) + Math.max(value(key), 0);
        final long body = at > recordEnd ? UNUSUAL : varint(at, recordEnd);
        at += bytes(body) + Math.max(value(body), 0);
        if (offsetDelta == UNUSUAL || value(offsetDelta) != index || key == UNUSUAL || body == UNUSUAL) {
            return REFUSED;
        }
        if (at >= recordEnd || endOfHeaders(at, recordEnd) != recordEnd) {
            return REFUSED;
        }
        return outcome(start, recordEnd, value(timestamp), value(key) < 0);
    }

    private static long outcome(final long start, final long end, final int timestampDelta, final boolean nullKey) {
        return ((long) timestampDelta << TIMESTAMP_SHIFT)
                | (((int) (end - start) | (nullKey ? NULL_KEY : 0)) & 0xffff_ffffL);
    }

    private static long endOfHeaders(final long start, final long end) {
        final long count = varint(start, end);
        if (count == UNUSUAL) {
            return UNUSUAL;
        }
        long at = start + bytes(count);
        // A header takes two bytes at least: no count keeps this loop longer than the record.
        for (int i = value(count); i != 0; i--) {
            final long name = at >= end ? UNUSUAL : varint(at, end);
            if (name == UNUSUAL || value(name) < 0) {
                return UNUSUAL;
            }
            at += bytes(name) + value(name);
            final long content = at >= end ? UNUSUAL : varint(at, end);
            if (content == UNUSUAL) {
                return UNUSUAL;
            }
            at += bytes(content) + Math.max(value(content), 0);
        }
        return at;
    }

    /** A zigzag varint of at most four bytes: its value below, its length above. */
    private static long varint(final long at, final long end) {
        if (at >= end) {
            return UNUSUAL;
        }
        final int first = UnsafeApi.getByte(at);
        return first >= 0 ? outcome(first, 1) : longer(at, end, first & LOW_BITS);
    }

    private static long longer(final long at, final long end, final int first) {
        int raw = first;
        for (int i = 1; i < MAX_VARINT_BYTES && at + i < end; i++) {
            final int next = UnsafeApi.getByte(at + i);
            raw |= (next & LOW_BITS) << (7 * i);
            if (next >= 0) {
                return outcome(raw, i + 1);
            }
        }
        return UNUSUAL;
    }

    private static long outcome(final int raw, final int bytes) {
        return ((long) bytes << LENGTH_SHIFT) | (zigzag(raw) & 0xffff_ffffL);
    }

    /** True when the varint at the low end of a little-endian word has one or two bytes. */
    private static boolean isShort(final long word) {
        return (word & (word << 8) & SECOND_CONTINUES) == 0;
    }

    static int bytesOfShort(final long word) {
        return (word & CONTINUES) == 0 ? 1 : 2;
    }

    private static int shortRaw(final long word) {
        final int low = (int) word & LOW_BITS;
        return (word & CONTINUES) == 0 ? low : low | ((int) (word >>> 1) & HIGH_BITS_OF_TWO);
    }

    private static int shortVarint(final long word) {
        return zigzag(shortRaw(word));
    }

    private static int zigzag(final int raw) {
        return (raw >>> 1) ^ -(raw & 1);
    }

    private static int value(final long varint) {
        return (int) varint;
    }

    private static int bytes(final long varint) {
        return (int) (varint >> LENGTH_SHIFT);
    }

    /** Smallest timestamp delta of the records accepted, milliseconds. */
    long smallestTimestampDelta() {
        return smallestTimestampDelta;
    }

    /** Largest timestamp delta of the records accepted, milliseconds. */
    long largestTimestampDelta() {
        return largestTimestampDelta;
    }

    /** Index of the first record that has it. */
    int largestTimestampIndex() {
        return largestTimestampIndex;
    }

    /** True when a record accepted has no key. */
    boolean hasNullKey() {
        return hasNullKey;
    }
}
