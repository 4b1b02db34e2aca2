package io.tickwire.kafka.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.kafka.record.BatchRules;
import io.tickwire.kafka.record.BatchValidator;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecompressorTest {
    private static final long NOW_MS = 5_000;

    private final Recompressor recompressor = new Recompressor();
    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();

    private static SimpleRecord[] records() {
        List<SimpleRecord> records = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Header[] headers = {new RecordHeader("h" + i, new byte[i])};
            byte[] key = i % 3 == 0 ? null : ("key" + i).getBytes(StandardCharsets.UTF_8);
            byte[] value = i % 5 == 0 ? null : "value ".repeat(i).getBytes(StandardCharsets.UTF_8);
            records.add(new SimpleRecord(1_000 + i % 7, key, value, headers));
        }
        return records.toArray(SimpleRecord[]::new);
    }

    private static List<String> describe(MutableRecordBatch read) {
        List<String> lines = new ArrayList<>();
        lines.add(read.producerId() + " " + read.producerEpoch() + " " + read.baseSequence() + " "
                + read.isTransactional() + " " + read.lastOffset() + " " + read.maxTimestamp());
        read.forEach(record -> lines.add(record.offset() + " " + record.timestamp() + " "
                + StandardCharsets.UTF_8.decode(record.hasKey() ? record.key() : ByteBuffer.allocate(0)) + " "
                + record.hasValue() + " " + record.valueSize() + " " + List.of(record.headers())));
        return lines;
    }

    private static MutableRecordBatch read(DirectBuffer buffer, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(0, bytes);
        return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes))
                .batches()
                .iterator()
                .next();
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"NONE", "GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void batchRecompressedHasTheSameRecordsAndIsSound(CompressionType from) {
        for (CompressionType to : List.of(
                CompressionType.NONE,
                CompressionType.GZIP,
                CompressionType.SNAPPY,
                CompressionType.LZ4,
                CompressionType.ZSTD)) {
            MemoryRecords source =
                    MemoryRecords.withTransactionalRecords(Compression.of(from).build(), 7L, (short) 3, 11, records());
            UnsafeBuffer buffer = new UnsafeBuffer(source.buffer());
            DirectBuffer written = recompressor.recompress(
                    batch.wrap(buffer, 0), Compression.of(to).build());
            MutableRecordBatch result = read(written, written.capacity());
            assertEquals(to, result.compressionType());
            assertEquals(describe(read(buffer, source.sizeInBytes())), describe(result));
            BatchValidator validator = new BatchValidator(new KafkaDecompressor());
            assertEquals(
                    0,
                    validator.validateProduce(written, 0, written.capacity(), 13, BatchRules.DEFAULTS, NOW_MS),
                    validator.reason());
        }
    }

    @Test
    void levelIsObeyed() {
        byte[] value = "abcdefgh, ijklmnop, ".repeat(5_000).getBytes(StandardCharsets.UTF_8);
        UnsafeBuffer buffer =
                new UnsafeBuffer(MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1, null, value))
                        .buffer());
        int fast = recompressor
                .recompress(batch.wrap(buffer, 0), Compression.gzip().level(1).build())
                .capacity();
        int small = recompressor
                .recompress(batch.wrap(buffer, 0), Compression.gzip().level(9).build())
                .capacity();
        assertTrue(small < fast, small + " and " + fast);
    }
}
