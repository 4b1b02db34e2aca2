package io.tickwire.edge.metrics;

import io.tickwire.net.transport.LongCell;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** A counter that another thread reads: never torn, and who sees a count sees what was written before it. Results: count, payload. */
@JCStressTest
@Outcome(
        id = {"0, 0", "0, 7"},
        expect = Expect.ACCEPTABLE,
        desc = "not counted yet")
@Outcome(id = "4294967297, 7", expect = Expect.ACCEPTABLE, desc = "counted")
@Outcome(id = "4294967297, 0", expect = Expect.FORBIDDEN, desc = "counted before what was counted")
@Outcome(expect = Expect.FORBIDDEN, desc = "half of a count")
@State
public class CounterStress {
    private static final long BOTH_HALVES = (1L << 32) + 1;

    private final LongCell cell = new LongCell();
    private long payload;

    @Actor
    public void writer() {
        payload = 7;
        cell.add(BOTH_HALVES);
    }

    @Actor
    public void reader(JJ_Result result) {
        result.r1 = cell.get();
        result.r2 = payload;
    }
}
