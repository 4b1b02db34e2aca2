package io.tickwire.kafka.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.Allocation;
import io.tickwire.kafka.Seeds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class RecordBatchEncoderTest {
    private static final DirectBuffer KEY = ascii("symbol__");
    private static final DirectBuffer VALUE = ascii("0123456789012345678901234567890123456789");

    private final RecordBatchEncoder encoder = new RecordBatchEncoder();
    private final UnsafeBuffer target = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 20));

    private static UnsafeBuffer ascii(final String text) {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void randomRecordsEncodeByteForByteAsKafkaEncodesThem() {
        final SplittableRandom random = Seeds.random("RecordBatchEncoderTest");
        for (int i = 0; i < 300; i++) {
            final SimpleRecord[] records = Batches.records(random, 20, 1_700_000_000_000L);
            final byte[] theirs = Batches.encode(CompressionType.NONE, records);
            encoder.begin(target, 7, theirs.length);
            for (final SimpleRecord record : records) {
                assertTrue(append(record) > 0);
            }
            final byte[] ours = new byte[encoder.finish()];
            target.getBytes(7, ours);
            // The leader epoch is the log's to set: Kafka's writer leaves -1, too.
            assertArrayEquals(theirs, ours);
        }
    }

    private int append(final SimpleRecord record) {
        final HeaderBlock headers = new HeaderBlock(1000);
        for (final Header header : record.headers()) {
            final byte[] key = header.key().getBytes(StandardCharsets.UTF_8);
            final byte[] value = header.value();
            assertTrue(headers.add(
                            new UnsafeBuffer(key),
                            0,
                            key.length,
                            value == null ? null : new UnsafeBuffer(value),
                            0,
                            value == null ? -1 : value.length)
                    >= 0);
        }
        final byte[] key = Utils.toNullableArray(record.key());
        final byte[] value = Utils.toNullableArray(record.value());
        return encoder.append(
                record.timestamp(),
                key == null ? null : new UnsafeBuffer(key),
                0,
                key == null ? -1 : key.length,
                value == null ? null : new UnsafeBuffer(value),
                0,
                value == null ? -1 : value.length,
                headers);
    }

    @Test
    void recordThatDoesNotFitLeavesBatchAsItWas() {
        encoder.begin(target, 0, RecordBatchFlyweight.HEADER_BYTES + 100);
        assertTrue(append40() > 0);
        final int length = encoder.length();
        assertEquals(RecordBatchEncoder.INSUFFICIENT_SPACE, append40());
        assertEquals(length, encoder.finish());
        assertEquals(1, new RecordBatchFlyweight().wrap(target, 0).recordCount());
        assertTrue(new RecordBatchFlyweight().wrap(target, 0).crcMatches(new Crc32C()));
    }

    @Test
    void recordThatFillsTheRegionExactlyFits() {
        encoder.begin(target, 0, 4096);
        final int written = append40();
        encoder.begin(target, 0, RecordBatchFlyweight.HEADER_BYTES + written);
        assertEquals(written, append40());
        encoder.begin(target, 0, RecordBatchFlyweight.HEADER_BYTES + written - 1);
        assertEquals(RecordBatchEncoder.INSUFFICIENT_SPACE, append40());
    }

    private int append40() {
        return encoder.append(1L, KEY, 0, 8, VALUE, 0, 40, HeaderBlock.EMPTY);
    }

    @Test
    void regionSmallerThanAHeaderIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> encoder.begin(target, 0, 60));
    }

    @Test
    void headerValueChangedInPlaceIsWhatTheNextRecordCarries() {
        final HeaderBlock headers = new HeaderBlock(64);
        final int at = headers.addLong(KEY, 0, 3, 1L);
        assertEquals(HeaderBlock.INSUFFICIENT_SPACE, headers.add(VALUE, 0, 40, VALUE, 0, 40));
        encoder.begin(target, 0, 4096);
        for (long i = 0; i < 3; i++) {
            headers.setLong(at, 100 + i);
            encoder.append(5, null, 0, -1, VALUE, 0, 1, headers);
        }
        encoder.finish();
        final RecordCursor cursor = new RecordCursor().wrap(target, 0, encoder.length());
        for (long i = 0; i < 3; i++) {
            assertTrue(cursor.next());
            assertTrue(cursor.nextHeader());
            assertEquals("sym", target.getStringWithoutLengthAscii(cursor.headerKeyOffset(), cursor.headerKeyLength()));
            assertEquals(100 + i, target.getLong(cursor.headerValueOffset(), java.nio.ByteOrder.BIG_ENDIAN));
            assertFalse(cursor.nextHeader());
        }
    }

    @Test
    void steadyStateAllocatesNothing() {
        final HeaderBlock headers = new HeaderBlock(64);
        final int at = headers.addLong(KEY, 0, 3, 1L);
        final double perBatch = Allocation.bytesPerCall(20_000, () -> {
            encoder.begin(target, 0, 4096);
            for (int i = 0; i < 10; i++) {
                headers.setLong(at, i);
                encoder.append(1_700_000_000_000L + i, KEY, 0, 8, VALUE, 0, 40, headers);
            }
            encoder.finish();
        });
        assertEquals(0.0, perBatch, 0.1);
        assertEquals(10, encoder.recordCount());
    }
}
