package io.tickwire.edge.shm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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

/** One record into a ring, and one through it; run with {@code -prof gc}: both must show 0 B/op. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RingBenchmark implements SubscriptionHandler {
    /** Bytes of the value. */
    @Param({"32", "64", "288", "1344"})
    private int valueBytes;

    private final UnsafeBuffer value = new UnsafeBuffer(new byte[4096]);
    private Path directory;
    private ChannelRegistry registry;
    private ChannelPublisher channel;
    private SharedMemorySubscriber subscriber;
    private long offset;
    private long seen;

    @Setup(Level.Trial)
    public void open() throws IOException {
        directory = Files.createTempDirectory(Path.of("/dev/shm"), "tickwire-jmh-");
        registry = ChannelRegistry.open(RegistrySettings.defaults(directory, directory), 0);
        channel = registry.create("bench", 1, 2, 0, 0);
        subscriber = SharedMemorySubscriber.open(SubscriptionSettings.live(directory, "bench", 0, null));
        offset = 0;
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        subscriber.close();
        registry.close();
        for (final String name : new String[] {RegistryLayout.FILE_NAME, RegistryLayout.LOCK_NAME}) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.deleteIfExists(directory);
    }

    /** Claim, fill, commit. */
    @Benchmark
    public void publish() {
        channel.claim(Long.BYTES, valueBytes, 0)
                .identity(offset, offset)
                .stamps(1, 2, 3, 4)
                .key(offset)
                .value(value, 0);
        channel.commit(++offset);
    }

    /** The same, then a poll by a subscriber of the same thread. */
    @Benchmark
    public long publishAndPoll() {
        publish();
        subscriber.poll(this, 1);
        return seen;
    }

    @Override
    public void onRecord(final SharedRecord record) {
        seen += record.offset();
    }

    @Override
    public void onGap(final long firstMissing, final long nextOffset, final GapCause cause) {
        throw new AssertionError("gap at " + firstMissing);
    }
}
