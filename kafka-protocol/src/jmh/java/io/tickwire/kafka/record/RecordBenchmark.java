package io.tickwire.kafka.record;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Encoding, checking and walking one batch in off-heap memory; run with {@code -prof gc}: 0 B/op. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class RecordBenchmark {
    private static final long NOW_MS = 1_700_000_000_000L;

    /** Records of a batch. */
    @Param({"1", "10", "200"})
    public int records;

    /** Bytes of a value. */
    @Param({"40", "1024"})
    public int valueBytes;

    private final RecordBatchEncoder encoder = new RecordBatchEncoder();
    private final BatchValidator validator = new BatchValidator((codec, buffer, offset, length) -> {
        throw new java.io.IOException("not compressed");
    });
    private final RecordCursor cursor = new RecordCursor();
    private final Crc32C crc32c = new Crc32C();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
    private final HeaderBlock headers = new HeaderBlock(64);
    private final UnsafeBuffer target = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 18));
    private final UnsafeBuffer batch = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 18));
    private UnsafeBuffer value;
    private int batchBytes;
    private int sequenceAt;

    /** Encodes the batch that the reading benchmarks share. */
    @Setup
    public void encodeOnce() {
        value = new UnsafeBuffer(new byte[valueBytes]);
        sequenceAt = headers.addLong(key, 0, 3, 1L);
        batchBytes = encodeInto(batch);
    }

    private int encodeInto(final UnsafeBuffer to) {
        encoder.begin(to, 0, to.capacity());
        for (int i = 0; i < records; i++) {
            headers.setLong(sequenceAt, i);
            encoder.append(NOW_MS + i, key, 0, 8, value, 0, valueBytes, headers);
        }
        return encoder.finish();
    }

    /** A batch with one header per record, CRC included. */
    @Benchmark
    public int encode() {
        return encodeInto(target);
    }

    /** The broker's whole judgement. */
    @Benchmark
    public short validate() {
        return validator.validateProduce(batch, 0, batchBytes, 13, BatchRules.DEFAULTS, NOW_MS);
    }

    /** CRC-32C alone. */
    @Benchmark
    public int crc() {
        return crc32c.compute(
                batch, RecordBatchFlyweight.ATTRIBUTES_OFFSET, batchBytes - RecordBatchFlyweight.ATTRIBUTES_OFFSET);
    }

    /** All records and their headers. */
    @Benchmark
    public long walk() {
        long sum = 0;
        cursor.wrap(batch, 0, batchBytes);
        while (cursor.next()) {
            sum += cursor.valueOffset() + cursor.timestamp();
            while (cursor.nextHeader()) {
                sum += cursor.headerValueOffset();
            }
        }
        return sum;
    }
}
