package io.tickwire.storage.log;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

/** A reader of a log's offsets while its owner appends. Results: high watermark, log end, the record. */
@JCStressTest
@Outcome(
        id = {"0, 0, 0", "0, 0, 7", "0, 1, 7", "1, 1, 7"},
        expect = Expect.ACCEPTABLE,
        desc = "before, in between, after")
@Outcome(
        id = {"1, 1, 0", "0, 1, 0"},
        expect = Expect.FORBIDDEN,
        desc = "offset visible before its record")
@Outcome(
        id = {"1, 0, 0", "1, 0, 7"},
        expect = Expect.FORBIDDEN,
        desc = "high watermark beyond the log's end")
@State
public class LogOffsetsStress {
    private final LogOffsets offsets = new LogOffsets(0, 0, 0);
    private long data;

    @Actor
    public void owner() {
        data = 7;
        offsets.logEnd(1);
        offsets.highWatermark(1);
    }

    @Actor
    public void reader(final JJJ_Result result) {
        result.r1 = offsets.highWatermark();
        result.r2 = offsets.logEnd();
        result.r3 = data;
    }
}
