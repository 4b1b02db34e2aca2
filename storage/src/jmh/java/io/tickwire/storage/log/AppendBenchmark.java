package io.tickwire.storage.log;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.kafka.record.HeaderBlock;
import io.tickwire.kafka.record.RecordBatchEncoder;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.journal.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.IoUtil;
import org.agrona.UnsafeApi;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Appending one batch of one record: as a client's, checked and copied; beside the bare journal. Run with {@code -prof gc}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class AppendBenchmark {
    private static final int LEADER_EPOCH = 0;
    private static final long NOW_MS = 1_700_000_000_000L;

    /** Bytes of the record's value. */
    @Param({"64", "1024", "16384"})
    public int valueBytes;

    private final AppendResult result = new AppendResult();
    private Path directory;
    private LogCatalog catalog;
    private PartitionLog log;
    private Journal journal;
    private UnsafeBuffer batch;
    private long batchAddress;
    private long appends;

    /** Opens an empty log and an empty journal. */
    @Setup
    public void setUp() throws IOException {
        directory = Files.createTempDirectory("tickwire-append");
        catalog = LogCatalog.open(directory.resolve("data"), CatalogOptions.defaults());
        log = catalog.create(
                new TopicKey("bench", 1, 1, 0), LogSettings.defaults().withSegmentBytes(256 << 20));
        journal = Journal.open(directory.resolve("raw"), 0, 1 << 20, 256 << 20);
        final UnsafeBuffer target = new UnsafeBuffer(new byte[valueBytes + 200]);
        final RecordBatchEncoder encoder = new RecordBatchEncoder().begin(target, 0, target.capacity());
        encoder.append(NOW_MS, null, 0, RecordBatchEncoder.NULL_LENGTH, target, 100, valueBytes, HeaderBlock.EMPTY);
        final int length = encoder.finish();
        batchAddress = UnsafeApi.allocateMemory(length);
        batch = new UnsafeBuffer(batchAddress, length);
        batch.putBytes(0, target, 0, length);
    }

    /** Removes everything. */
    @TearDown
    public void tearDown() throws IOException {
        catalog.close();
        journal.close();
        UnsafeApi.freeMemory(batchAddress);
        IoUtil.delete(directory.toFile(), false);
    }

    /** Checked, copied, published. */
    @Benchmark
    public long partitionLog() {
        final short code = log.append(batch, 0, batch.capacity(), AppendOrigin.CLIENT, LEADER_EPOCH, NOW_MS, result);
        if (code != KafkaErrors.NONE) {
            throw new IllegalStateException("append answers " + code);
        }
        return result.baseOffset();
    }

    /** The same bytes as a Chronicle entry: what the journal alone costs. */
    @Benchmark
    public long bareJournal() {
        appends += batch.capacity();
        if (appends > 256 << 20) {
            journal.roll();
            appends = 0;
        }
        final long address = journal.claim(batch.capacity());
        UnsafeApi.copyMemory(batchAddress, address, batch.capacity());
        journal.commit(batch.capacity());
        return address;
    }
}
