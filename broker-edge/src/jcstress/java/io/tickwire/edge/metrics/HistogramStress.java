package io.tickwire.edge.metrics;

import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** A histogram read twice while two durations are recorded: counts only grow, and a count that is seen includes those before it. */
@JCStressTest
@Outcome(
        id = {"0, 0", "0, 1", "0, 2", "1, 1", "1, 2", "2, 2"},
        expect = Expect.ACCEPTABLE,
        desc = "grows")
@Outcome(
        id = {"1, 0", "2, 0", "2, 1"},
        expect = Expect.FORBIDDEN,
        desc = "a count went back")
@Outcome(expect = Expect.FORBIDDEN, desc = "a count that nobody recorded")
@State
public class HistogramStress {
    private final LatencyHistogram histogram =
            new LatencyHistogram(new UnsafeBuffer(new byte[LatencyHistogram.BYTES]), 0);

    @Actor
    public void writer() {
        histogram.record(100);
        histogram.record(100);
    }

    @Actor
    public void reader(JJ_Result result) {
        result.r1 = histogram.snapshot().count();
        result.r2 = histogram.snapshot().count();
    }
}
