package io.tickwire.kafka.record;

import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * One quick pass over the records of an uncompressed batch that finds nothing wrong, or gives up.
 *
 * <p>It accepts only what nearly every client writes: well-formed records whose offset deltas count 0, 1, 2 … and whose
 * timestamps lie within 37 hours of the batch's first one. Whoever gets a refusal has to look again with {@link RecordCursor}, which
 * tells what is wrong, if anything. Cheaper than the cursor because nothing but local variables changes in the loop.
 * Looks at off-heap memory only, as frames are; records on the heap are refused. Safe on any bytes. One thread per instance; no allocation.
 */
final class RecordScan {
    /** Not an outcome of {@link #varint}: the encoding is longer than the four bytes that are read here, or cut off. */
    private static final long UNUSUAL = -1;

    private static final int MAX_VARINT_BYTES = 4;
    private static final int LENGTH_SHIFT = 32;
    private static final int LOW_BITS = 0x7f;

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
        for (int index = 0; index < count; index++) {
            final long size = varint(at, end);
            at += bytes(size);
            final long recordEnd = at + value(size);
            // Attributes take a byte, which says nothing today.
            final long timestamp = varint(at + 1, end);
            if (size == UNUSUAL || timestamp == UNUSUAL || recordEnd < at || recordEnd > end) {
                return false;
            }
            at += 1 + bytes(timestamp);
            final int delta = value(timestamp);
            if (delta > largest) {
                largest = delta;
                largestIndex = index;
            }
            smallest = Math.min(smallest, delta);
            final long offsetDelta = varint(at, recordEnd);
            at += bytes(offsetDelta);
            final long key = varint(at, recordEnd);
            nullKey |= value(key) < 0;
            at += bytes(key) + Math.max(value(key), 0);
            final long body = at > recordEnd ? UNUSUAL : varint(at, recordEnd);
            at += bytes(body) + Math.max(value(body), 0);
            if (offsetDelta == UNUSUAL || value(offsetDelta) != index || key == UNUSUAL || body == UNUSUAL) {
                return false;
            }
            if (at >= recordEnd || endOfHeaders(at, recordEnd) != recordEnd) {
                return false;
            }
            at = recordEnd;
        }
        smallestTimestampDelta = smallest;
        largestTimestampDelta = largest;
        largestTimestampIndex = largestIndex;
        hasNullKey = nullKey;
        return at == end;
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
        return ((long) bytes << LENGTH_SHIFT) | (((raw >>> 1) ^ -(raw & 1)) & 0xffff_ffffL);
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
