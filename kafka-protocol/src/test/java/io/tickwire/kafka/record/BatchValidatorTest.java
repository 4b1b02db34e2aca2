package io.tickwire.kafka.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.Allocation;
import io.tickwire.kafka.Seeds;
import io.tickwire.kafka.message.KafkaDecompressor;
import io.tickwire.kafka.primitive.KafkaErrors;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class BatchValidatorTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final short LATEST = 13;
    private final BatchValidator validator = new BatchValidator(new KafkaDecompressor());

    private short judge(final byte[] field, final BatchRules rules) {
        return validator.validateProduce(offHeap(field), 0, field.length, LATEST, rules, NOW);
    }

    /** Where frames lie. */
    private static UnsafeBuffer offHeap(final byte[] bytes) {
        return new UnsafeBuffer(
                ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
    }

    private static byte[] plain() {
        return Batches.encode(
                CompressionType.NONE,
                new SimpleRecord(NOW, "k".getBytes(java.nio.charset.StandardCharsets.US_ASCII), new byte[10]),
                new SimpleRecord(NOW + 5, null, new byte[3]),
                new SimpleRecord(NOW - 5, (byte[]) null, null));
    }

    private static byte[] plain(final int offset, final int size, final long value) {
        final byte[] batch = plain();
        final ByteBuffer buffer = ByteBuffer.wrap(batch);
        switch (size) {
            case 1 -> buffer.put(offset, (byte) value);
            case 2 -> buffer.putShort(offset, (short) value);
            case 4 -> buffer.putInt(offset, (int) value);
            default -> buffer.putLong(offset, value);
        }
        return batch;
    }

    private static BatchRules rules(final int maxBytes, final boolean logAppendTime, final boolean keyRequired) {
        return new BatchRules(maxBytes, logAppendTime, 1_000_000L, 1_000_000L, keyRequired);
    }

    @Test
    void validBatchOfEveryCodecIsAcceptedWithItsFacts() {
        for (final CompressionType type : CompressionType.values()) {
            final byte[] batch = Batches.encode(
                    type,
                    new SimpleRecord(NOW, new byte[1], new byte[200]),
                    new SimpleRecord(NOW + 9, (byte[]) null, null));
            assertEquals(KafkaErrors.NONE, judge(batch, BatchRules.DEFAULTS), type.name);
            assertEquals(batch.length, validator.batchBytes());
            assertEquals(NOW + 9, validator.maxTimestamp());
            assertEquals(1, validator.maxTimestampOffsetDelta());
            assertNull(validator.reason());
        }
    }

    @Test
    void oldFormatsAreInvalidRecords() {
        assertEquals(
                KafkaErrors.INVALID_RECORD, judge(plain(RecordBatchFlyweight.MAGIC_OFFSET, 1, 1), BatchRules.DEFAULTS));
        assertEquals(
                KafkaErrors.INVALID_RECORD, judge(plain(RecordBatchFlyweight.MAGIC_OFFSET, 1, 0), BatchRules.DEFAULTS));
        assertEquals(
                KafkaErrors.CORRUPT_MESSAGE,
                judge(plain(RecordBatchFlyweight.MAGIC_OFFSET, 1, 3), BatchRules.DEFAULTS));
    }

    @Test
    void flippedBitAnywhereUnderTheCrcIsCorrupt() {
        final byte[] batch = plain();
        for (int i = RecordBatchFlyweight.ATTRIBUTES_OFFSET; i < batch.length; i++) {
            batch[i] ^= 0x10;
            assertEquals(KafkaErrors.CORRUPT_MESSAGE, judge(batch, BatchRules.DEFAULTS), "byte " + i);
            batch[i] ^= 0x10;
        }
    }

    @Test
    void emptyFieldAndTwoBatchesAreInvalidRecords() {
        assertEquals(KafkaErrors.INVALID_RECORD, judge(new byte[0], BatchRules.DEFAULTS));
        final byte[] one = plain();
        final byte[] two = Arrays.copyOf(one, one.length * 2);
        System.arraycopy(one, 0, two, one.length, one.length);
        assertEquals(KafkaErrors.INVALID_RECORD, judge(two, BatchRules.DEFAULTS));
    }

    @Test
    void incompleteSecondBatchIsTrimmed() {
        final byte[] one = plain();
        final byte[] more = Arrays.copyOf(one, one.length + 20);
        System.arraycopy(one, 0, more, one.length, 20);
        assertEquals(KafkaErrors.NONE, judge(more, BatchRules.DEFAULTS));
        assertEquals(one.length, validator.batchBytes());
    }

    @Test
    void batchAboveTheLimitIsTooLarge() {
        final byte[] batch = plain();
        assertEquals(KafkaErrors.NONE, judge(batch, rules(batch.length, false, false)));
        assertEquals(KafkaErrors.MESSAGE_TOO_LARGE, judge(batch, rules(batch.length - 1, false, false)));
    }

    @Test
    void controlBatchFromAClientIsInvalid() {
        final byte[] marker = Batches.toBytes(MemoryRecords.withEndTransactionMarker(
                1L, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0)));
        assertEquals(KafkaErrors.INVALID_RECORD, judge(marker, BatchRules.DEFAULTS));
        assertEquals(KafkaErrors.NONE, validator.validateInternal(new UnsafeBuffer(marker), 0, marker.length));
    }

    @Test
    void zstdBeforeVersionSevenIsUnsupported() {
        final byte[] batch = Batches.encode(CompressionType.ZSTD, new SimpleRecord(NOW, null, new byte[9]));
        assertEquals(
                KafkaErrors.UNSUPPORTED_COMPRESSION_TYPE,
                validator.validateProduce(new UnsafeBuffer(batch), 0, batch.length, 6, BatchRules.DEFAULTS, NOW));
        assertEquals(
                KafkaErrors.NONE,
                validator.validateProduce(new UnsafeBuffer(batch), 0, batch.length, 7, BatchRules.DEFAULTS, NOW));
    }

    @Test
    void recordsWithoutKeyOnCompactedTopicAreListed() {
        assertEquals(KafkaErrors.INVALID_RECORD, judge(plain(), rules(1000, false, true)));
        assertEquals(2, validator.recordErrors().count());
        assertEquals(1, validator.recordErrors().recordIndex(0));
        assertEquals(2, validator.recordErrors().recordIndex(1));
        assertNotNull(validator.reason());
    }

    @Test
    void timestampOutOfRangeIsListedAndWinsOverMissingKeys() {
        final byte[] batch = Batches.encode(
                CompressionType.NONE,
                new SimpleRecord(NOW, (byte[]) null, null),
                new SimpleRecord(NOW + 1_000_001, new byte[1], null),
                new SimpleRecord(NOW - 1_000_001, new byte[1], null),
                new SimpleRecord(NOW - 1_000_000, new byte[1], null));
        assertEquals(KafkaErrors.INVALID_TIMESTAMP, judge(batch, rules(1000, false, true)));
        assertEquals(3, validator.recordErrors().total());
        assertEquals(KafkaErrors.NONE, judge(batch, rules(1000, true, false)));
    }

    @Test
    void recordOffsetsOutOfOrderAreInvalid() {
        final byte[] batch = plain();
        final RecordCursor cursor = new RecordCursor().wrap(new UnsafeBuffer(batch), 0, batch.length);
        cursor.next();
        final int second = cursor.headersOffset() + cursor.headersLength();
        // length, attributes, timestamp delta 5, offset delta 1 (zigzag 2).
        assertEquals(2, batch[second + 3]);
        batch[second + 3] = 4;
        assertEquals(KafkaErrors.INVALID_RECORD, judge(Batches.reseal(batch), BatchRules.DEFAULTS));
        assertEquals("Record offsets inside the batch are not consecutive", validator.reason());
    }

    @Test
    void manyRefusedRecordsAreCountedAndTheFirstKept() {
        final SimpleRecord[] records = IntStream.range(0, 1000)
                .mapToObj(i -> new SimpleRecord(NOW, null, new byte[1]))
                .toArray(SimpleRecord[]::new);
        assertEquals(
                KafkaErrors.INVALID_RECORD,
                judge(Batches.encode(CompressionType.NONE, records), rules(100_000, false, true)));
        assertEquals(1000, validator.recordErrors().total());
        assertEquals(RecordErrors.CAPACITY, validator.recordErrors().count());
    }

    @Test
    void damagedBatchesAreJudgedAsKafkaJudgesThem() {
        final SplittableRandom random = Seeds.random("BatchValidatorTest");
        final Map<String, Integer> seen = new TreeMap<>();
        for (int i = 0; i < Integer.getInteger("tickwire.rounds", 20_000); i++) {
            final CompressionType type =
                    random.nextInt(3) > 0 ? CompressionType.NONE : CompressionType.forId(random.nextInt(5));
            final SimpleRecord[] records = Batches.records(random, 4, NOW);
            final byte[] field = Mutations.damage(
                    random,
                    random.nextBoolean()
                            ? Batches.encode(type, records)
                            : Batches.encodeIdempotent(type, random.nextInt(5), (short) 1, random.nextInt(9), records));
            final BatchRules rules = new BatchRules(
                    random.nextInt(10) == 0 ? 200 : 100_000,
                    random.nextBoolean(),
                    random.nextBoolean() ? 50_000 : Long.MAX_VALUE,
                    random.nextBoolean() ? 50_000 : 1_000_000,
                    random.nextInt(4) == 0);
            final short version = (short) random.nextInt(3, LATEST + 1);
            compare(field, version, rules, seen);
        }
        System.out.println("codes seen: " + seen);
        assertTrue(seen.getOrDefault("0", 0) > 500, "too few accepted");
        assertTrue(seen.getOrDefault("87", 0) > 500, "too few invalid");
    }

    private void compare(
            final byte[] field, final short version, final BatchRules rules, final Map<String, Integer> seen) {
        final KafkaVerdict kafka = KafkaVerdict.of(field, version, rules, NOW);
        final UnsafeBuffer buffer = offHeap(field);
        final short ours = validator.validateProduce(buffer, 0, field.length, version, rules, NOW);
        if (ours != kafka.code() && stricterOnPurpose(kafka, field)) {
            seen.merge("stricter", 1, Integer::sum);
            return;
        }
        assertEquals(kafka.code(), ours, () -> validator.reason() + " " + Arrays.toString(field));
        seen.merge(Short.toString(ours), 1, Integer::sum);
        final List<Integer> indexes = IntStream.range(
                        0, validator.recordErrors().count())
                .mapToObj(validator.recordErrors()::recordIndex)
                .toList();
        if (!kafka.recordErrors().isEmpty() && !stricterOnPurpose(kafka, field)) {
            assertEquals(kafka.recordErrors(), indexes);
        }
        if (ours == KafkaErrors.NONE) {
            final byte[] appended = Arrays.copyOf(field, validator.batchBytes());
            final RecordBatchFlyweight batch = new RecordBatchFlyweight().wrapMutable(new UnsafeBuffer(appended), 0);
            batch.baseOffset(KafkaVerdict.OFFSET).partitionLeaderEpoch(KafkaVerdict.EPOCH);
            validator.stamp(batch);
            assertEquals(kafka.appended(), ByteBuffer.wrap(appended));
        }
    }

    // Documented differences: offset deltas out of order, and the size that a compressed record declares. In a damaged
    // stream the
    // two readers may also stumble over different faults first.
    private boolean stricterOnPurpose(final KafkaVerdict kafka, final byte[] field) {
        final String reason = String.valueOf(validator.reason());
        final boolean compressed =
                (field[RecordBatchFlyweight.ATTRIBUTES_OFFSET + 1] & RecordBatchFlyweight.CODEC_MASK) != 0;
        return reason.startsWith("Record offsets inside")
                || (compressed && reason.startsWith("Found invalid record"))
                || (compressed
                        && kafka.code() == KafkaErrors.INVALID_RECORD
                        && reason.startsWith("Failed to decompress"));
    }

    @Test
    void anyBytesAsInternalBatchGiveACode() {
        final SplittableRandom random = Seeds.random("BatchValidatorTest.internal");
        for (int i = 0; i < 5_000; i++) {
            final byte[] field =
                    Mutations.damage(random, Batches.encode(CompressionType.NONE, Batches.records(random, 3, NOW)));
            final short code = validator.validateInternal(new UnsafeBuffer(field), 0, field.length);
            if (code == KafkaErrors.NONE) {
                assertTrue(new RecordBatchFlyweight()
                        .wrap(new UnsafeBuffer(field), 0)
                        .crcMatches(new Crc32C()));
            }
        }
    }

    @Test
    void uncompressedBatchIsJudgedWithoutAllocation() {
        final byte[] batch = plain();
        final UnsafeBuffer buffer = new UnsafeBuffer(batch);
        final double perCall = Allocation.bytesPerCall(
                20_000,
                () -> assertEquals(
                        KafkaErrors.NONE,
                        validator.validateProduce(buffer, 0, batch.length, LATEST, BatchRules.DEFAULTS, NOW)));
        assertEquals(0.0, perCall, 0.1);
    }
}
