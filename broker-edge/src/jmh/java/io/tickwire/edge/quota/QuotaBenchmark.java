package io.tickwire.edge.quota;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.metrics.Quota;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.quota.ClientQuotaManager;
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

/** What quotas cost a Produce request: next to nothing, and no allocation, while none is set. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class QuotaBenchmark {
    private static final int REQUEST_BYTES = 200;

    /** Which quotas are set. */
    @Param({"none", "another client's", "own"})
    public String quotasSet;

    private final UnsafeBuffer frame = new UnsafeBuffer(ByteBuffer.allocateDirect(REQUEST_BYTES));
    private ClientQuotas quotas;
    private QuotaClient client;

    /** Sets the quotas. */
    @Setup(Level.Trial)
    public void setUp() {
        quotas = ClientQuotas.withDefaults(Time.SYSTEM);
        frame.putShort(8, (short) 0);
        if (!quotasSet.equals("none")) {
            quotas.update(
                    "producer_byte_rate",
                    Optional.empty(),
                    Optional.of(new ClientQuotaManager.ClientIdEntity(quotasSet.equals("own") ? "" : "another")),
                    Optional.of(Quota.upperBound(1e15)));
        }
        client = new QuotaClient(quotas, KafkaPrincipal.ANONYMOUS, InetAddress.getLoopbackAddress());
    }

    /** Forgets them. */
    @TearDown
    public void tearDown() {
        quotas.close();
    }

    /** Counts one request. */
    @Benchmark
    public int produce() {
        client.begin(frame, 0, REQUEST_BYTES);
        return client.produced(true);
    }
}
