package io.tickwire.kafka.record;

import io.tickwire.kafka.primitive.KafkaErrors;
import java.io.IOException;
import java.io.InputStream;
import org.agrona.DirectBuffer;

/**
 * Judges a batch the way Kafka's broker does before it appends it.
 *
 * <p>The order of the checks, and so the code that wins when several apply, follows Kafka 4.3: {@code
 * ProduceRequest.validateRecords}, then {@code UnifiedLog.analyzeAndValidateRecords}, then {@code LogValidator}. Two things are
 * stricter than there: record offset deltas must count 0, 1, 2 … (Kafka stores an uncompressed batch that breaks this and
 * rewrites a compressed one), and compressed records must use exactly their declared size (Kafka's skipping reader does not
 * look). No client library writes either.
 *
 * <p>Uncompressed batches are checked without allocation. Compressed ones are decompressed as a stream, which allocates in
 * the codec, in constant memory. Results hold until the next call. One thread per instance.
 */
public final class BatchValidator {
    private static final int HEADER_UP_TO_MAGIC_BYTES = RecordBatchFlyweight.MAGIC_OFFSET + 1;
    // Kafka LegacyRecord.RECORD_OVERHEAD_V0: no batch of any format declares less.
    private static final int SMALLEST_LENGTH = 14;
    // The year 2255; sums and differences of such times do not overflow.
    private static final long LATEST_PLAUSIBLE_MS = 9_000_000_000_000L;
    private static final int CODEC_ZSTD = 4;
    private static final int FIRST_VERSION_WITH_ZSTD = 7;
    // Kafka has no better code: CompressionType.forId throws an unchecked exception.
    private static final String UNKNOWN_CODEC = "Unknown compression type id";

    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private final RecordScan scan = new RecordScan();
    private final RecordCursor cursor = new RecordCursor();
    private final StreamCursor stream = new StreamCursor();
    private final Crc32C crc32c = new Crc32C();
    private final RecordErrors errors = new RecordErrors();
    private final RecordDecompressor decompressor;

    private BatchRules rules;
    private long nowMs;
    private String reason;
    private long maxTimestamp;
    private int maxTimestampOffsetDelta;

    /** A validator that opens compressed batches with {@code decompressor}. */
    public BatchValidator(final RecordDecompressor decompressor) {
        this.decompressor = decompressor;
    }

    /**
     * Checks what a client sent for one partition: exactly one batch.
     *
     * @param length bytes of the partition's records field
     * @param produceVersion version of the request, 3 or later
     * @return a code of {@link KafkaErrors}; on {@code NONE} append {@link #batchBytes()} bytes and then {@link #stamp} them
     */
    public short validateProduce(
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final int produceVersion,
            final BatchRules topicRules,
            final long appendTimeMs) {
        reset(topicRules, appendTimeMs);
        short code = validateFraming(buffer, offset, length, produceVersion);
        if (code == KafkaErrors.NONE) {
            code = validateWhole();
        }
        if (code == KafkaErrors.NONE) {
            code = validateClientHeader();
        }
        return code == KafkaErrors.NONE ? validateRecords() : code;
    }

    /**
     * Checks one batch of a trusted writer (a coordinator, a log being copied): size, CRC and records, but control batches, any
     * base offset and gaps between offsets are allowed and the topic's timestamp and key rules do not apply.
     *
     * @param length bytes available; the batch may be shorter, see {@link #batchBytes()}
     */
    public short validateInternal(final DirectBuffer buffer, final int offset, final int length) {
        reset(null, 0);
        final int size = nextBatchBytes(buffer, offset, length);
        if (size <= 0) {
            return fail(KafkaErrors.CORRUPT_MESSAGE, "Batch is incomplete or its length is not possible");
        }
        batch.wrap(buffer, offset);
        if (batch.magic() != RecordBatchFlyweight.MAGIC) {
            return fail(KafkaErrors.CORRUPT_MESSAGE, "Batch is not of format version 2");
        }
        if (size < RecordBatchFlyweight.HEADER_BYTES || !batch.crcMatches(crc32c)) {
            return fail(KafkaErrors.CORRUPT_MESSAGE, "Record is corrupt (stored crc does not match)");
        }
        if (batch.recordCount() < 0 || batch.lastOffsetDelta() < 0) {
            return fail(KafkaErrors.INVALID_RECORD, "Batch has an invalid offset range or count");
        }
        return batch.isCompressed() ? validateCompressed() : validateUncompressed();
    }

    private void reset(final BatchRules topicRules, final long appendTimeMs) {
        rules = topicRules;
        nowMs = appendTimeMs;
        reason = null;
        errors.clear();
        maxTimestamp = RecordBatchFlyweight.NO_TIMESTAMP;
        maxTimestampOffsetDelta = -1;
    }

    /** Size of the batch at {@code offset}; 0 when it is not there whole, -1 when it cannot be one. */
    private static int nextBatchBytes(final DirectBuffer buffer, final int offset, final int length) {
        // Kafka ByteBufferLogInputStream.nextBatchSize.
        if (length < RecordBatchFlyweight.LOG_OVERHEAD_BYTES) {
            return 0;
        }
        final int declared = buffer.getInt(offset + RecordBatchFlyweight.LENGTH_OFFSET, java.nio.ByteOrder.BIG_ENDIAN);
        if (declared < SMALLEST_LENGTH) {
            return -1;
        }
        if (length < HEADER_UP_TO_MAGIC_BYTES) {
            return 0;
        }
        final byte magic = buffer.getByte(offset + RecordBatchFlyweight.MAGIC_OFFSET);
        if (magic < 0 || magic > RecordBatchFlyweight.MAGIC) {
            return -1;
        }
        return declared > length - RecordBatchFlyweight.LOG_OVERHEAD_BYTES
                ? 0
                : declared + RecordBatchFlyweight.LOG_OVERHEAD_BYTES;
    }

    /** Kafka ProduceRequest.validateRecords. */
    private short validateFraming(final DirectBuffer buffer, final int offset, final int length, final int version) {
        final int size = nextBatchBytes(buffer, offset, length);
        if (size < 0) {
            return fail(KafkaErrors.CORRUPT_MESSAGE, "Record batch has an impossible size or magic");
        }
        if (size == 0) {
            return fail(
                    KafkaErrors.INVALID_RECORD, "Produce requests must have at least one record batch per partition");
        }
        batch.wrap(buffer, offset);
        if (batch.magic() != RecordBatchFlyweight.MAGIC) {
            return fail(
                    KafkaErrors.INVALID_RECORD,
                    "Produce requests are only allowed to contain record batches with magic version 2");
        }
        if (size < RecordBatchFlyweight.HEADER_BYTES) {
            return fail(KafkaErrors.CORRUPT_MESSAGE, "Record batch is smaller than its header");
        }
        if (version < FIRST_VERSION_WITH_ZSTD && batch.codec() >= CODEC_ZSTD) {
            return batch.codec() == CODEC_ZSTD
                    ? fail(
                            KafkaErrors.UNSUPPORTED_COMPRESSION_TYPE,
                            "Produce requests before version 7 are not allowed to use ZStandard compression")
                    : fail(KafkaErrors.UNKNOWN_SERVER_ERROR, UNKNOWN_CODEC);
        }
        final int second = nextBatchBytes(buffer, offset + size, length - size);
        if (second < 0) {
            return fail(KafkaErrors.CORRUPT_MESSAGE, "Bytes after the record batch are not a batch");
        }
        if (second > 0) {
            return fail(
                    KafkaErrors.INVALID_RECORD,
                    "Produce requests are only allowed to contain exactly one record batch per partition");
        }
        return KafkaErrors.NONE;
    }

    /** Kafka UnifiedLog.analyzeAndValidateRecords. */
    private short validateWhole() {
        if (batch.baseOffset() != 0) {
            return fail(KafkaErrors.INVALID_RECORD, "The baseOffset of the record batch should be 0");
        }
        if (batch.sizeInBytes() > rules.maxBatchBytes()) {
            return fail(KafkaErrors.MESSAGE_TOO_LARGE, "The record batch exceeds the maximum configured value");
        }
        if (!batch.crcMatches(crc32c)) {
            return fail(KafkaErrors.CORRUPT_MESSAGE, "Record is corrupt (stored crc does not match)");
        }
        if (batch.codec() > CODEC_ZSTD) {
            return fail(KafkaErrors.UNKNOWN_SERVER_ERROR, UNKNOWN_CODEC);
        }
        return KafkaErrors.NONE;
    }

    /** Kafka LogValidator.validateBatch. */
    private short validateClientHeader() {
        final int count = batch.recordCount();
        if (batch.lastOffsetDelta() < 0 || count <= 0 || batch.lastOffsetDelta() != count - 1) {
            return fail(KafkaErrors.INVALID_RECORD, "Inconsistent batch offset range and count of records");
        }
        if (batch.isControl()) {
            return fail(KafkaErrors.INVALID_RECORD, "Clients are not allowed to write control records");
        }
        if (batch.hasProducerId() && batch.baseSequence() < 0) {
            return fail(KafkaErrors.INVALID_RECORD, "Invalid sequence number in record batch with producerId");
        }
        return KafkaErrors.NONE;
    }

    private short validateRecords() {
        final short code = batch.isCompressed() ? validateCompressed() : validateUncompressed();
        if (code != KafkaErrors.NONE) {
            return code;
        }
        final short recordsCode = errors.code();
        if (recordsCode != KafkaErrors.NONE) {
            reason = recordsCode == KafkaErrors.INVALID_TIMESTAMP
                    ? "One or more records have been rejected due to invalid timestamp"
                    : "One or more records have been rejected";
        }
        return recordsCode;
    }

    private short validateUncompressed() {
        if (hasOnlySoundRecords()) {
            return KafkaErrors.NONE;
        }
        cursor.wrap(batch.buffer(), batch.offset(), batch.sizeInBytes());
        int index = 0;
        while (cursor.next()) {
            if (!judge(index++, cursor.offsetDelta(), cursor.timestamp(), cursor.keyLength() >= 0)) {
                return fail(KafkaErrors.INVALID_RECORD, "Record offsets inside the batch are not consecutive");
            }
        }
        return cursor.isMalformed()
                ? fail(KafkaErrors.INVALID_RECORD, "Found invalid record structure")
                : KafkaErrors.NONE;
    }

    /** True when one quick pass shows that {@link #judge} would refuse no record; false when that remains to be seen. */
    private boolean hasOnlySoundRecords() {
        final int start = batch.offset() + RecordBatchFlyweight.HEADER_BYTES;
        final int length = batch.sizeInBytes() - RecordBatchFlyweight.HEADER_BYTES;
        final long first = batch.baseTimestamp();
        if (rules == null || batch.isLogAppendTime() || first != Math.clamp(first, 0, LATEST_PLAUSIBLE_MS)) {
            return false;
        }
        if (!scan.accepts(batch.buffer(), start, length, batch.recordCount())
                || (rules.keyRequired() && scan.hasNullKey())) {
            return false;
        }
        final long earliest = first + scan.smallestTimestampDelta();
        final long latest = first + scan.largestTimestampDelta();
        if (earliest < 0
                || (!rules.logAppendTime() && (rules.outOfRange(earliest, nowMs) || rules.outOfRange(latest, nowMs)))) {
            return false;
        }
        maxTimestamp = latest;
        maxTimestampOffsetDelta = scan.largestTimestampIndex();
        return true;
    }

    private short validateCompressed() {
        final int start = batch.offset() + RecordBatchFlyweight.HEADER_BYTES;
        final int length = batch.sizeInBytes() - RecordBatchFlyweight.HEADER_BYTES;
        try (InputStream input = decompressor.open(batch.codec(), batch.buffer(), start, length)) {
            stream.wrap(input);
            final int count = batch.recordCount();
            for (int index = 0; index < count; index++) {
                if (!stream.next()) {
                    return fail(KafkaErrors.INVALID_RECORD, "Found invalid record structure");
                }
                final long timestamp = batch.isLogAppendTime()
                        ? batch.maxTimestamp()
                        : batch.baseTimestamp() + stream.timestampDelta();
                if (!judge(index, stream.offsetDelta(), timestamp, stream.hasKey())) {
                    return fail(KafkaErrors.INVALID_RECORD, "Record offsets inside the batch are not consecutive");
                }
            }
            return stream.atEnd()
                    ? KafkaErrors.NONE
                    : fail(KafkaErrors.INVALID_RECORD, "Records still remaining after the declared count");
        } catch (final IOException e) {
            return fail(KafkaErrors.UNKNOWN_SERVER_ERROR, "Failed to decompress record stream");
        }
    }

    /** Kafka LogValidator.validateRecord; false when the offset delta is out of order. */
    private boolean judge(final int index, final int offsetDelta, final long timestamp, final boolean hasKey) {
        if (timestamp > maxTimestamp) {
            maxTimestamp = timestamp;
            maxTimestampOffsetDelta = offsetDelta;
        }
        if (rules == null) {
            return offsetDelta >= 0 && offsetDelta <= batch.lastOffsetDelta();
        }
        if (offsetDelta != index) {
            return false;
        }
        if (rules.keyRequired() && !hasKey) {
            errors.add(index, false);
        } else if (!rules.logAppendTime() && timestamp != RecordBatchFlyweight.NO_TIMESTAMP) {
            if (rules.outOfRange(timestamp, nowMs)) {
                errors.add(index, true);
            }
        } else if (batch.isLogAppendTime()) {
            errors.add(index, true);
        }
        return true;
    }

    private short fail(final short code, final String why) {
        reason = why;
        return code;
    }

    /** Bytes of the judged batch: what follows it in the field, an incomplete batch, is not appended. */
    public int batchBytes() {
        return batch.sizeInBytes();
    }

    /** Why the last batch was refused, or null. A constant: nothing is formatted. */
    public String reason() {
        return reason;
    }

    /** The records that the topic's rules refused. */
    public RecordErrors recordErrors() {
        return errors;
    }

    /** Largest timestamp of the records, milliseconds, or -1. */
    public long maxTimestamp() {
        return maxTimestamp;
    }

    /** Offset delta of the first record with {@link #maxTimestamp()}, or -1. */
    public int maxTimestampOffsetDelta() {
        return maxTimestampOffsetDelta;
    }

    /**
     * Writes timestamp type and maximal timestamp into the appended copy of the batch that {@link #validateProduce} just
     * accepted, and its CRC if that changed anything, as the broker does.
     */
    public void stamp(final RecordBatchFlyweight appended) {
        appended.stampTimestamp(rules.logAppendTime(), rules.logAppendTime() ? nowMs : maxTimestamp, crc32c);
    }
}
