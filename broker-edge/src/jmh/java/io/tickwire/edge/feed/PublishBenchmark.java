package io.tickwire.edge.feed;

import io.tickwire.edge.shm.PublisherFiles;
import io.tickwire.edge.shm.PublisherPort;
import io.tickwire.edge.shm.PublisherSettings;
import io.tickwire.edge.shm.SharedMemoryPublisher;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.LogPretoucher;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From offer to the answer with the offset, one request at a time: the publisher on one thread, a spinning shard's work on another, the
 * record checked and in the journal in between.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class PublishBenchmark {
    @Param({"64", "1344"})
    public int valueBytes;

    private final UnsafeBuffer value = new UnsafeBuffer(new byte[2048]);
    private Path directory;
    private LogCatalog catalog;
    private LogPretoucher pretoucher;
    private PublisherPort port;
    private SharedMemoryPublisher publisher;
    private Thread shard;
    private volatile boolean running = true;
    private long answered;

    @Setup(Level.Trial)
    public void start() throws IOException {
        directory = Files.createTempDirectory(Path.of("/dev/shm"), "publish-benchmark");
        catalog = LogCatalog.open(directory.resolve("data"), CatalogOptions.defaults());
        pretoucher = new LogPretoucher();
        final Thread ahead = new Thread(pretoucher, "pretoucher");
        ahead.setDaemon(true);
        ahead.start();
        catalog.pretoucher(pretoucher);
        final PartitionLog log = catalog.create(new TopicKey("orders", 1, 2, 0), LogSettings.defaults());
        final PublisherFiles files = PublisherFiles.open(directory, PosixFilePermissions.fromString("rwx------"));
        publisher = SharedMemoryPublisher.open(PublisherSettings.of(directory, "orders", 0));
        port = PublisherPort.open(files.unknown(_ -> false).get(0));
        final PublishSession session = new PublishSession(port, new PublishCounters());
        shard = new Thread(() -> {
            log.bindOwner();
            session.begin(log, 0, 1, System.nanoTime());
            while (running) {
                if (session.doWork(System.currentTimeMillis()) == 0) {
                    Thread.onSpinWait();
                }
            }
        });
        shard.start();
        while (publisher.state() != SharedMemoryPublisher.State.OPEN) {
            Thread.onSpinWait();
        }
    }

    @TearDown(Level.Trial)
    public void stop() throws InterruptedException, IOException {
        running = false;
        shard.join();
        publisher.close();
        port.close();
        catalog.close();
        pretoucher.close();
        IoUtil.delete(directory.toFile(), true);
    }

    @Benchmark
    public long offerToOffset() {
        final long number = publisher.offer(value, 0, Long.BYTES, value, 0, valueBytes);
        while (publisher.poll((n, offset, error, time) -> answered = n, 1) == 0) {
            Thread.onSpinWait();
        }
        return number - answered;
    }
}
