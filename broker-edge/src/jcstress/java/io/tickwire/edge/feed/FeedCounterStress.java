package io.tickwire.edge.feed;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** A feed's counter, read twice by another thread while its shard counts. */
@JCStressTest
@Outcome(
        id = {"0, 0", "0, 4294967297", "4294967297, 4294967297"},
        expect = Expect.ACCEPTABLE,
        desc = "before, in between, after")
@Outcome(id = "4294967297, 0", expect = Expect.FORBIDDEN, desc = "a count that goes back")
@Outcome(expect = Expect.FORBIDDEN, desc = "half of a count")
@State
public class FeedCounterStress {
    private static final long BOTH_HALVES = (1L << 32) + 1;

    private final FeedCounters counters = new FeedCounters();

    @Actor
    public void shard() {
        counters.add(FeedCounters.MESSAGES, BOTH_HALVES);
    }

    @Actor
    public void reader(JJ_Result result) {
        result.r1 = counters.messages();
        result.r2 = counters.messages();
    }
}
