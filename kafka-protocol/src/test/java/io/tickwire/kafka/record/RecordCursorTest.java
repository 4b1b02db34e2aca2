package io.tickwire.kafka.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.Seeds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class RecordCursorTest {
    private static final long NOW = 1_700_000_000_000L;
    private final RecordCursor cursor = new RecordCursor();

    @Test
    void recordsWrittenByKafkaAreReadAsKafkaReadsThem() {
        final SplittableRandom random = Seeds.random("RecordCursorTest");
        for (int i = 0; i < 300; i++) {
            check(Batches.encode(CompressionType.NONE, Batches.records(random, 20, NOW)));
        }
    }

    private void check(final byte[] batch) {
        final UnsafeBuffer buffer = new UnsafeBuffer(batch);
        cursor.wrap(buffer, 0, batch.length);
        for (final Record record :
                MemoryRecords.readableRecords(ByteBuffer.wrap(batch)).records()) {
            assertTrue(cursor.next());
            assertEquals(record.offset(), cursor.offset());
            assertEquals(record.timestamp(), cursor.timestamp());
            assertArrayEquals(
                    Utils.toNullableArray(record.key()), range(buffer, cursor.keyOffset(), cursor.keyLength()));
            assertArrayEquals(
                    Utils.toNullableArray(record.value()), range(buffer, cursor.valueOffset(), cursor.valueLength()));
            assertEquals(record.headers().length, cursor.headerCount());
            for (final Header header : record.headers()) {
                assertTrue(cursor.nextHeader());
                assertArrayEquals(
                        header.key().getBytes(StandardCharsets.UTF_8),
                        range(buffer, cursor.headerKeyOffset(), cursor.headerKeyLength()));
                assertArrayEquals(
                        header.value(), range(buffer, cursor.headerValueOffset(), cursor.headerValueLength()));
            }
            assertFalse(cursor.nextHeader());
        }
        assertFalse(cursor.next());
        assertFalse(cursor.isMalformed());
    }

    private static byte[] range(final UnsafeBuffer buffer, final int offset, final int length) {
        if (length < 0) {
            return null;
        }
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return bytes;
    }

    @Test
    void damagedBatchIsMalformedExactlyWhenKafkaSaysSo() {
        final SplittableRandom random = Seeds.random("RecordCursorTest.damaged");
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            final byte[] batch = Batches.encode(CompressionType.NONE, Batches.records(random, 4, NOW));
            for (int k = random.nextInt(1, 4); k > 0; k--) {
                final int at = random.nextInt(RecordBatchFlyweight.RECORD_COUNT_OFFSET, batch.length);
                batch[at] = (byte) random.nextInt(256);
            }
            cursor.wrap(new UnsafeBuffer(batch), 0, batch.length);
            int count = 0;
            while (cursor.next()) {
                count++;
            }
            int theirs = 0;
            boolean invalid = false;
            try {
                for (final Record ignored :
                        MemoryRecords.readableRecords(ByteBuffer.wrap(batch)).records()) {
                    theirs++;
                }
            } catch (final InvalidRecordException
                    | IllegalArgumentException e) { // The latter for a varint that is too long.
                invalid = true;
            }
            assertEquals(invalid, cursor.isMalformed());
            if (!invalid) {
                assertEquals(theirs, count);
            }
            refused += invalid ? 1 : 0;
        }
        assertTrue(refused > 1000, "too few damaged batches were refused: " + refused);
    }

    @Test
    void truncatedBatchIsMalformedAtEveryLength() {
        final byte[] batch = Batches.encode(CompressionType.NONE, Batches.records(Seeds.random("truncated"), 4, NOW));
        for (int length = 0; length < batch.length; length++) {
            assertFalse(
                    cursor.wrap(new UnsafeBuffer(batch, 0, length), 0, length).next());
            assertTrue(cursor.isMalformed());
        }
    }
}
