package io.tickwire.kafka.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.Seeds;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The quick pass beside the cursor, which is the judge: what the one accepts the other finds sound, fact for fact. */
class RecordScanTest {
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final int ROUNDS = 20_000;
    private static final int MUTATIONS = 4;
    private static final UnsafeBuffer BYTES = new UnsafeBuffer(new byte[300]);

    private final RecordScan scan = new RecordScan();
    private final RecordCursor cursor = new RecordCursor();

    private static int encode(final UnsafeBuffer target, final SplittableRandom random, final int records) {
        final RecordBatchEncoder encoder = new RecordBatchEncoder().begin(target, 0, target.capacity());
        final HeaderBlock headers = new HeaderBlock(64);
        headers.addLong(BYTES, 0, 3, 1L);
        // Every other batch has records that are built alike, with a different one now and then.
        final int different = random.nextBoolean() ? 1 : 8;
        int keyLength = random.nextInt(20);
        int valueLength = random.nextInt(300);
        long timestamp = NOW_MS;
        for (int i = 0; i < records; i++) {
            final boolean isDifferent = random.nextInt(different) == 0;
            if (isDifferent) {
                keyLength = random.nextInt(4) == 0 ? RecordBatchEncoder.NULL_LENGTH : random.nextInt(20);
                valueLength = random.nextInt(8) == 0 ? RecordBatchEncoder.NULL_LENGTH : random.nextInt(300);
                timestamp = NOW_MS + random.nextInt(-100_000, 100_000);
            }
            encoder.append(
                    timestamp,
                    BYTES,
                    0,
                    keyLength,
                    BYTES,
                    0,
                    valueLength,
                    isDifferent && random.nextInt(3) == 0 ? headers : HeaderBlock.EMPTY);
        }
        return encoder.finish();
    }

    private boolean accepts(final UnsafeBuffer batch, final int length, final int records) {
        final int header = RecordBatchFlyweight.HEADER_BYTES;
        return scan.accepts(batch, header, length - header, records);
    }

    /** Fails unless the cursor sees what the scan says. */
    private void compare(final UnsafeBuffer batch, final int length, final int records) {
        cursor.wrap(batch, 0, length);
        long smallest = Long.MAX_VALUE;
        long largest = Long.MIN_VALUE;
        int largestIndex = -1;
        boolean nullKey = false;
        int index = 0;
        while (cursor.next()) {
            final long delta = cursor.timestamp() - NOW_MS;
            if (delta > largest) {
                largest = delta;
                largestIndex = index;
            }
            smallest = Math.min(smallest, delta);
            nullKey |= cursor.keyLength() < 0;
            assertEquals(index++, cursor.offsetDelta());
        }
        assertFalse(cursor.isMalformed());
        assertEquals(records, index);
        final long base = new RecordBatchFlyweight().wrap(batch, 0).baseTimestamp() - NOW_MS;
        assertEquals(smallest, base + scan.smallestTimestampDelta());
        assertEquals(largest, base + scan.largestTimestampDelta());
        assertEquals(largestIndex, scan.largestTimestampIndex());
        assertEquals(nullKey, scan.hasNullKey());
    }

    @Test
    void whateverIsAcceptedIsSoundForTheCursor() {
        final SplittableRandom random = Seeds.random("RecordScanTest");
        final UnsafeBuffer batch = new UnsafeBuffer(ByteBuffer.allocateDirect(16 * 1024));
        int accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            final int records = 1 + random.nextInt(12);
            final int length = encode(batch, random, records);
            assertTrue(accepts(batch, length, records), "an ordinary batch");
            compare(batch, length, records);
            for (int i = random.nextInt(MUTATIONS); i >= 0; i--) {
                final int at =
                        RecordBatchFlyweight.HEADER_BYTES + random.nextInt(length - RecordBatchFlyweight.HEADER_BYTES);
                batch.putByte(at, (byte) (random.nextBoolean() ? random.nextInt(256) : batch.getByte(at) ^ 1));
            }
            if (accepts(batch, length, records)) {
                compare(batch, length, records);
                accepted++;
            }
        }
        assertTrue(accepted > 0, "some mutations change only contents");
    }

    @Test
    void recordsThatAreAlikeAreAcceptedWhateverTheirOffsetDeltaTakes() {
        final int records = 20_000; // One to three bytes.
        final UnsafeBuffer batch = new UnsafeBuffer(ByteBuffer.allocateDirect(records * 40));
        final RecordBatchEncoder encoder = new RecordBatchEncoder().begin(batch, 0, batch.capacity());
        for (int i = 0; i < records; i++) {
            encoder.append(NOW_MS, BYTES, 0, i % 1_000 == 7 ? 5 : 4, BYTES, 0, 20, HeaderBlock.EMPTY);
        }
        final int length = encoder.finish();
        assertTrue(accepts(batch, length, records));
        compare(batch, length, records);
    }

    @Test
    void oneRecordOutOfOrderAmongManyThatAreAlikeIsRefused() {
        final UnsafeBuffer batch = new UnsafeBuffer(ByteBuffer.allocateDirect(16 * 1024));
        final RecordBatchEncoder encoder = new RecordBatchEncoder().begin(batch, 0, batch.capacity());
        for (int i = 0; i < 50; i++) {
            encoder.append(NOW_MS, BYTES, 0, 4, BYTES, 0, 20, HeaderBlock.EMPTY);
        }
        final int length = encoder.finish();
        final int recordBytes = (length - RecordBatchFlyweight.HEADER_BYTES) / 50;
        for (int i = 0; i < 50; i++) {
            // Size, attributes, timestamp delta, offset delta: a byte each.
            final int at = RecordBatchFlyweight.HEADER_BYTES + i * recordBytes + 3;
            assertEquals(2 * i, batch.getByte(at));
            batch.putByte(at, (byte) (2 * i + 2));
            assertFalse(accepts(batch, length, 50), "record " + i);
            batch.putByte(at, (byte) (2 * i));
        }
        assertTrue(accepts(batch, length, 50));
    }

    @Test
    void cutOffAnywhereIsRefused() {
        final SplittableRandom random = new SplittableRandom(1);
        final UnsafeBuffer batch = new UnsafeBuffer(ByteBuffer.allocateDirect(16 * 1024));
        final int length = encode(batch, random, 5);
        for (int cut = RecordBatchFlyweight.HEADER_BYTES; cut < length; cut++) {
            assertFalse(accepts(batch, cut, 5), "cut at " + cut);
        }
        assertFalse(accepts(batch, length, 4), "left over");
        assertFalse(accepts(batch, length, 6), "missing");
    }
}
