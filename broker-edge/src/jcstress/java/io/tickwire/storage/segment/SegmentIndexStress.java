package io.tickwire.storage.segment;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

/** A reader of a segment's index while its writer adds an entry. Results: count, offset, position. */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "not added yet")
@Outcome(id = "1, 10, 64", expect = Expect.ACCEPTABLE, desc = "whole entry")
@Outcome(
        id = {"1, 0, 0", "1, 10, 0", "1, 0, 64"},
        expect = Expect.FORBIDDEN,
        desc = "counted before it was there")
@Outcome(expect = Expect.FORBIDDEN, desc = "no state of this index")
@State
public class SegmentIndexStress {
    private final SegmentIndex index = SegmentFiles.index();

    @Actor
    public void writer() {
        try {
            index.add(10, 64, 5);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Actor
    public void reader(JJJ_Result result) {
        result.r1 = index.count();
        if (result.r1 > 0) {
            result.r2 = index.offset(0);
            result.r3 = index.position(0);
        }
    }

    @Arbiter
    public void after(JJJ_Result result) {
        index.close();
    }
}
