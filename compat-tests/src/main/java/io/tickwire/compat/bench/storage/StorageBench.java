package io.tickwire.compat.bench.storage;

import com.sun.management.ThreadMXBean;
import io.tickwire.kafka.record.HeaderBlock;
import io.tickwire.kafka.record.RecordBatchEncoder;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.HdrHistogram.Histogram;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures one batch shape over all contenders. They take turns, each round beginning with another one; what a contender has
 * written is put on the device before the next one's turn, so that nobody pays for another's dirty pages.
 */
final class StorageBench {
    private static final int WARM_UP_ROUNDS = 3;
    private static final int READ_BYTES = 64 * 1024;
    private static final int RANDOM_READS = 20_000;
    private static final int TIMESTAMP_LOOKUPS = 2_000;
    private static final long SEED = 42;

    /** What a contender may put around a batch. */
    private static final int ENTRY_OVERHEAD_BYTES = 16;

    private static final int BYTES_PER_MS_TO_MB_PER_S = 1_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final BatchShape shape;
    private final int rounds;
    private final List<LogContender> contenders;
    private final PrintStream out;
    private final Measured[] measured;
    private final RecordBatchEncoder encoder = new RecordBatchEncoder();
    private final UnsafeBuffer batch = new UnsafeBuffer(BufferUtil.allocateDirectAligned(1 << 20, 64));
    private final UnsafeBuffer value;
    private final UnsafeBuffer target = new UnsafeBuffer(BufferUtil.allocateDirectAligned(2 << 20, 64));
    private final long firstTimestampMs = System.currentTimeMillis();

    /** Figures of one contender. */
    private static final class Measured {
        private final Histogram append = new Histogram(60_000_000_000L, 3);
        private final Histogram randomRead = new Histogram(60_000_000_000L, 3);
        private final Histogram timestamp = new Histogram(60_000_000_000L, 3);
        private final Histogram roundBytesPerMs = new Histogram(60_000_000_000L, 3);
        private long appendedBytes;
        private long allocatedBytes;
        private long sequentialBytes;
        private long sequentialNs;
        private long closeNs;
        private long openNs;
    }

    StorageBench(BatchShape shape, int rounds, List<LogContender> contenders, PrintStream out) {
        this.shape = shape;
        this.rounds = rounds;
        this.contenders = contenders;
        this.out = out;
        measured = new Measured[contenders.size()];
        byte[] bytes = new byte[shape.recordBytes()];
        new Random(SEED).nextBytes(bytes);
        value = new UnsafeBuffer(bytes);
    }

    void run() throws IOException {
        // The first rounds warm up the JIT and are not counted.
        for (int round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
            for (int turn = 0; turn < measured.length; turn++) {
                int i = (turn + round) % measured.length;
                if (round <= WARM_UP_ROUNDS) {
                    measured[i] = new Measured();
                }
                append(contenders.get(i), measured[i], round);
                contenders.get(i).flush();
            }
        }
        for (int i = 0; i < measured.length; i++) {
            readSequentially(contenders.get(i), measured[i]);
            readAtRandom(contenders.get(i), measured[i]);
            lookUpTimestamps(contenders.get(i), measured[i]);
            long startNs = System.nanoTime();
            contenders.get(i).shut();
            measured[i].closeNs = System.nanoTime() - startNs;
            startNs = System.nanoTime();
            contenders.get(i).open();
            measured[i].openNs = System.nanoTime() - startNs;
        }
        report();
    }

    private void append(LogContender contender, Measured into, int round) throws IOException {
        contender.prepare((long) shape.batches() * (encode(firstTimestampMs) + ENTRY_OVERHEAD_BYTES));
        long roundBytes = 0;
        long roundNs = 0;
        for (int i = 0; i < shape.batches(); i++) {
            int length = encode(firstTimestampMs + (long) round * shape.batches() + i);
            long nowMs = System.currentTimeMillis();
            long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
            long startNs = System.nanoTime();
            contender.append(batch, length, nowMs);
            long tookNs = System.nanoTime() - startNs;
            into.allocatedBytes += THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
            into.append.recordValue(tookNs);
            roundBytes += length;
            roundNs += tookNs;
        }
        into.appendedBytes += roundBytes;
        into.roundBytesPerMs.recordValue(roundBytes * 1_000_000 / roundNs);
    }

    private int encode(long timestampMs) {
        encoder.begin(batch, 0, batch.capacity());
        for (int i = 0; i < shape.records(); i++) {
            encoder.append(
                    timestampMs,
                    value,
                    0,
                    RecordBatchEncoder.NULL_LENGTH,
                    value,
                    0,
                    shape.recordBytes(),
                    HeaderBlock.EMPTY);
        }
        return encoder.finish();
    }

    private void readSequentially(LogContender contender, Measured into) throws IOException {
        long position = 0;
        long startNs = System.nanoTime();
        while (position < contender.end()) {
            position = contender.read(position, READ_BYTES, target);
        }
        into.sequentialNs = System.nanoTime() - startNs;
        into.sequentialBytes = into.appendedBytes / rounds * (rounds + WARM_UP_ROUNDS);
    }

    private void readAtRandom(LogContender contender, Measured into) throws IOException {
        Random random = new Random(SEED);
        for (int i = 0; i < RANDOM_READS; i++) {
            long position = random.nextLong(contender.end());
            long startNs = System.nanoTime();
            if (contender.read(position, 1, target) == LogContender.UNSUPPORTED) {
                return;
            }
            into.randomRead.recordValue(System.nanoTime() - startNs);
        }
    }

    private void lookUpTimestamps(LogContender contender, Measured into) throws IOException {
        Random random = new Random(SEED);
        for (int i = 0; i < TIMESTAMP_LOOKUPS; i++) {
            long timestampMs = firstTimestampMs + random.nextLong((long) rounds * shape.batches());
            long startNs = System.nanoTime();
            if (contender.offsetForTimestamp(timestampMs) == LogContender.UNSUPPORTED) {
                return;
            }
            into.timestamp.recordValue(System.nanoTime() - startNs);
        }
    }

    private void report() {
        out.printf("%n%s a batch, %d batches x %d rounds%n", shape.label(), shape.batches(), rounds);
        out.printf(
                "%-18s %10s %10s %10s %10s %8s %8s %8s %11s %11s %11s %11s %9s %9s%n",
                "log",
                "append p50",
                "p99 us",
                "p99.9 us",
                "max us",
                "MB/s",
                "a round",
                "B/op",
                "seq MB/s",
                "random p50",
                "random p99",
                "by time p50",
                "close ms",
                "open ms");
        for (int i = 0; i < measured.length; i++) {
            Measured m = measured[i];
            out.printf(
                    "%-18s %10.2f %10.2f %10.2f %10.0f %8.0f %8d %8.1f %11.0f %11s %11s %11s %9.2f %9.2f%n",
                    contenders.get(i).name(),
                    microseconds(m.append, 50),
                    microseconds(m.append, 99),
                    microseconds(m.append, 99.9),
                    m.append.getMaxValue() / 1e3,
                    m.appendedBytes * 1e3 / (m.append.getMean() * m.append.getTotalCount()),
                    m.roundBytesPerMs.getValueAtPercentile(50) / BYTES_PER_MS_TO_MB_PER_S,
                    (double) m.allocatedBytes / m.append.getTotalCount(),
                    m.sequentialBytes * 1e3 / m.sequentialNs,
                    orDash(m.randomRead, 50),
                    orDash(m.randomRead, 99),
                    orDash(m.timestamp, 50),
                    m.closeNs / 1e6,
                    m.openNs / 1e6);
        }
        ratios();
    }

    private void ratios() {
        for (int i = 0; i < measured.length; i++) {
            for (int j = i + 1; contenders.get(i) instanceof TickwireLog && j < measured.length; j++) {
                Histogram ours = measured[i].append;
                Histogram theirs = measured[j].append;
                out.printf(
                        "%s / %s: append p50 %.2f, p99 %.2f, mean %.2f, mean of the median round %.2f%n",
                        contenders.get(i).name(),
                        contenders.get(j).name(),
                        (double) ours.getValueAtPercentile(50) / theirs.getValueAtPercentile(50),
                        (double) ours.getValueAtPercentile(99) / theirs.getValueAtPercentile(99),
                        ours.getMean() / theirs.getMean(),
                        (double) measured[j].roundBytesPerMs.getValueAtPercentile(50)
                                / measured[i].roundBytesPerMs.getValueAtPercentile(50));
            }
        }
    }

    private static double microseconds(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e3;
    }

    private static String orDash(Histogram histogram, double percentile) {
        return histogram.getTotalCount() == 0 ? "-" : String.format("%.2f", microseconds(histogram, percentile));
    }
}
