package io.tickwire.kafka.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tickwire.kafka.frame.RequestHeaderFlyweight;
import io.tickwire.kafka.hot.FetchRequestDecoder;
import io.tickwire.kafka.hot.ProduceRequestDecoder;
import io.tickwire.kafka.message.KafkaDecompressor;
import io.tickwire.kafka.message.KafkaRequests;
import io.tickwire.kafka.message.MalformedRequestException;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.BatchRules;
import io.tickwire.kafka.record.BatchValidator;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordCursor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Any bytes into each parser: no exception, and where ours accepts, Kafka's own reader accepts the same. The first byte
 * picks the version where there is one. Without {@code JAZZER_FUZZ=1} the committed inputs run as plain tests.
 */
class ProtocolFuzzTest {
    private static byte[] tail(final byte[] input) {
        return Arrays.copyOfRange(input, 1, input.length);
    }

    private static short version(final byte pick, final short min, final short max) {
        return (short) (min + (pick & 0xFF) % (max - min + 1));
    }

    @FuzzTest(maxDuration = "1m")
    void requestHeader(final byte[] input) {
        final RequestHeaderFlyweight header = new RequestHeaderFlyweight();
        final int outcome = header.wrap(new UnsafeBuffer(input), 0, input.length);
        if (outcome != RequestHeaderFlyweight.OK) {
            return;
        }
        assertTrue(header.bodyOffset() + header.bodyLength() == input.length);
        try {
            final RequestHeader theirs = RequestHeader.parse(ByteBuffer.wrap(input));
            assertEquals(theirs.apiKey().id, header.apiKey());
            assertEquals(theirs.apiVersion(), header.apiVersion());
            assertEquals(theirs.correlationId(), header.correlationId());
        } catch (final RuntimeException e) {
            // Kafka's reader refuses versions that it does not have, here; ours leaves that to the handler table.
            assertTrue(e.getClass().getSimpleName().contains("Invalid")
                    || e.getClass().getSimpleName().contains("Unsupported"));
        }
    }

    @FuzzTest(maxDuration = "1m")
    void produceRequest(final byte[] input) {
        if (input.length == 0) {
            return;
        }
        final byte[] body = tail(input);
        final short version = version(input[0], ProduceRequestDecoder.MIN_VERSION, ProduceRequestDecoder.MAX_VERSION);
        final ProduceRequestDecoder decoder = new ProduceRequestDecoder();
        if (!decoder.wrap(new UnsafeBuffer(body), 0, body.length, version)) {
            return;
        }
        final ProduceRequestData data = new ProduceRequestData(new ByteBufferAccessor(ByteBuffer.wrap(body)), version);
        assertEquals(data.topicData().size(), decoder.topicCount());
        int partitions = 0;
        while (decoder.nextTopic()) {
            while (decoder.nextPartition()) {
                assertTrue(decoder.recordsOffset() + Math.max(decoder.recordsLength(), 0) <= body.length);
                partitions++;
            }
        }
        assertEquals(decoder.totalPartitionCount(), partitions);
    }

    @FuzzTest(maxDuration = "1m")
    void fetchRequest(final byte[] input) {
        if (input.length == 0) {
            return;
        }
        final byte[] body = tail(input);
        final short version = version(input[0], FetchRequestDecoder.MIN_VERSION, FetchRequestDecoder.MAX_VERSION);
        final FetchRequestDecoder decoder = new FetchRequestDecoder();
        if (!decoder.wrap(new UnsafeBuffer(body), 0, body.length, version)) {
            return;
        }
        final FetchRequestData data = new FetchRequestData(new ByteBufferAccessor(ByteBuffer.wrap(body)), version);
        assertEquals(data.topics().size(), decoder.topicCount());
        assertEquals(data.forgottenTopicsData().size(), decoder.forgottenCount());
        assertEquals(data.sessionId(), decoder.sessionId());
        int partitions = 0;
        while (decoder.nextTopic()) {
            while (decoder.nextPartition()) {
                partitions++;
            }
        }
        assertEquals(decoder.totalPartitionCount(), partitions);
        decoder.rewindForgotten();
        while (decoder.nextForgottenTopic()) {
            while (decoder.nextForgottenPartition()) {
                partitions++;
            }
        }
    }

    @FuzzTest(maxDuration = "1m")
    void batchValidator(final byte[] input) {
        if (input.length == 0) {
            return;
        }
        final byte[] field = tail(input);
        final UnsafeBuffer buffer = new UnsafeBuffer(field);
        // Without this the fuzzer would never get past the CRC.
        final RecordBatchFlyweight batch = new RecordBatchFlyweight().wrapMutable(buffer, 0);
        final boolean whole = field.length >= RecordBatchFlyweight.HEADER_BYTES
                && batch.sizeInBytes() >= RecordBatchFlyweight.HEADER_BYTES
                && batch.sizeInBytes() <= field.length;
        if (whole && (input[0] & 1) == 0) {
            batch.sealCrc(new io.tickwire.kafka.record.Crc32C());
        }
        final BatchValidator validator = new BatchValidator(new KafkaDecompressor());
        final int version = 3 + ((input[0] >> 1) & 7);
        final short code =
                validator.validateProduce(buffer, 0, field.length, version, BatchRules.DEFAULTS, 1_700_000_000_000L);
        if (code == KafkaErrors.NONE) {
            assertTrue(whole);
            assertEquals(batch.recordCount() - 1, batch.lastOffsetDelta());
        } else {
            assertTrue(validator.reason() != null);
        }
        validator.validateInternal(buffer, 0, field.length);
    }

    @FuzzTest(maxDuration = "1m")
    void recordCursor(final byte[] input) {
        final RecordCursor cursor = new RecordCursor().wrap(new UnsafeBuffer(input), 0, input.length);
        int count = 0;
        while (cursor.next()) {
            count++;
            assertTrue(cursor.keyOffset() + Math.max(cursor.keyLength(), 0) <= input.length);
            assertTrue(cursor.valueOffset() + Math.max(cursor.valueLength(), 0) <= input.length);
            while (cursor.nextHeader()) {
                assertTrue(cursor.headerValueOffset() + Math.max(cursor.headerValueLength(), 0) <= input.length);
            }
        }
        if (cursor.isMalformed() || input.length < RecordBatchFlyweight.HEADER_BYTES || input[16] != 2) {
            return;
        }
        int theirs = 0;
        try {
            for (final Record ignored : MemoryRecords.readableRecords(ByteBuffer.wrap(input))
                    .batches()
                    .iterator()
                    .next()) {
                theirs++;
            }
        } catch (final InvalidRecordException e) {
            throw new AssertionError("Kafka refuses what the cursor reads", e);
        }
        assertEquals(theirs, count);
    }

    @FuzzTest(maxDuration = "1m")
    void anyRequest(final byte[] input) {
        try {
            assertTrue(KafkaRequests.parse(new UnsafeBuffer(input), 0, input.length)
                            .request()
                    != null);
        } catch (final MalformedRequestException e) {
            assertTrue(e.getMessage() != null);
        }
    }
}
