package io.tickwire.kafka.record;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse.RecordError;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.PrimitiveRef;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.apache.kafka.storage.internals.log.RecordValidationException;

/**
 * What Kafka's broker says to a batch: its own classes, in the order in which KafkaApis and UnifiedLog call them.
 *
 * @param code error code
 * @param recordErrors indexes of refused records
 * @param appended the bytes it would append at offset {@link #OFFSET} in epoch {@link #EPOCH}, or null
 * @param rebuilt true when it had to write the batch anew
 */
record KafkaVerdict(short code, List<Integer> recordErrors, ByteBuffer appended, boolean rebuilt) {
    static final long OFFSET = 1_000_000L;
    static final int EPOCH = 7;
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    static KafkaVerdict of(final byte[] field, final short version, final BatchRules rules, final long nowMs) {
        final MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(field.clone()));
        try {
            ProduceRequest.validateRecords(version, records);
            final CompressionType type = analyze(records, rules);
            final TimestampType timestampType =
                    rules.logAppendTime() ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
            final MutableRecordBatch only = records.batches().iterator().next();
            final MemoryRecords trimmed = MemoryRecords.readableRecords(
                    records.buffer().duplicate().limit(only.sizeInBytes()).slice());
            final LogValidator.ValidationResult result = new LogValidator(
                            trimmed,
                            PARTITION,
                            new FixedTime(nowMs),
                            type,
                            Compression.of(type).build(),
                            rules.keyRequired(),
                            (byte) 2,
                            timestampType,
                            rules.timestampBeforeMaxMs(),
                            rules.timestampAfterMaxMs(),
                            EPOCH,
                            AppendOrigin.CLIENT)
                    .validateMessagesAndAssignOffsets(
                            PrimitiveRef.ofLong(OFFSET), NoMetrics.INSTANCE, BufferSupplier.NO_CACHING);
            return new KafkaVerdict(
                    (short) 0,
                    List.of(),
                    result.validatedRecords().buffer().duplicate(),
                    result.messageSizeMaybeChanged());
        } catch (final RecordValidationException e) {
            return refusal(
                    e.invalidException(),
                    e.recordErrors().stream().map(RecordErrorIndex::of).toList());
        } catch (final RuntimeException | Error e) {
            // ReplicaManager catches every Throwable here.
            return refusal(e, List.of());
        }
    }

    private static KafkaVerdict refusal(final Throwable cause, final List<Integer> recordErrors) {
        return new KafkaVerdict(Errors.forException(cause).code(), recordErrors, null, false);
    }

    // UnifiedLog.analyzeAndValidateRecords is private: its checks for a client's single batch.
    private static CompressionType analyze(final MemoryRecords records, final BatchRules rules) {
        final MutableRecordBatch batch = records.batches().iterator().next();
        if (batch.baseOffset() != 0) {
            throw new InvalidRecordException("base offset");
        }
        if (batch.sizeInBytes() > rules.maxBatchBytes()) {
            throw new RecordTooLargeException("size");
        }
        if (!batch.isValid()) {
            throw new CorruptRecordException("crc");
        }
        return batch.compressionType();
    }

    private static final class RecordErrorIndex {
        private static int of(final RecordError error) {
            return error.batchIndex;
        }
    }

    private record FixedTime(long nowMs) implements Time {
        @Override
        public long milliseconds() {
            return nowMs;
        }

        @Override
        public long nanoseconds() {
            return nowMs * 1_000_000L;
        }

        @Override
        public void sleep(final long ms) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void waitObject(
                final Object object, final java.util.function.Supplier<Boolean> condition, final long deadlineMs) {
            throw new UnsupportedOperationException();
        }
    }

    private enum NoMetrics implements LogValidator.MetricsRecorder {
        INSTANCE;

        @Override
        public void recordInvalidMagic() {}

        @Override
        public void recordInvalidOffset() {}

        @Override
        public void recordInvalidSequence() {}

        @Override
        public void recordInvalidChecksums() {}

        @Override
        public void recordNoKeyCompactedTopic() {}
    }
}
