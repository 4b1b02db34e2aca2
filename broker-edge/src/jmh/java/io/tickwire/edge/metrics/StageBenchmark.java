package io.tickwire.edge.metrics;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What timing one stage costs: the histogram alone, and with the reading of the clock. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StageBenchmark {
    private final LatencyHistogram histogram = ShardStats.unshared().of(Stage.PRODUCE);
    private long value = 1;
    private long beforeNs = System.nanoTime();

    @Benchmark
    public void record() {
        value = value * 5 & 0xFFFFF;
        histogram.record(value);
    }

    @Benchmark
    public void readClockAndRecord() {
        long nowNs = System.nanoTime();
        histogram.record(nowNs - beforeNs);
        beforeNs = nowNs;
    }
}
