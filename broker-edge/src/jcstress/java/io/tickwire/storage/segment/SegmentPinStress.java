package io.tickwire.storage.segment;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A reader pins a segment while another thread takes its mapping away. Results: the byte read (-1: not pinned), and whether anything was still
 * mapped afterwards. To lose the mapping under a pin would end the process, which is a failure too.
 */
public final class SegmentPinStress {
    private SegmentPinStress() {}

    private static int read(Segment segment) {
        if (!segment.pin()) {
            return -1;
        }
        int content = UnsafeApi.getByte(segment.address());
        segment.unpin();
        return content;
    }

    private static void delete(Segment segment) {
        try {
            segment.delete();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An idle segment's mapping is given back. */
    @JCStressTest
    @Outcome(
            id = {"7, 0", "7, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "read, mapped again if need be")
    @Outcome(
            id = {"-1, 0", "-1, 1"},
            expect = Expect.FORBIDDEN,
            desc = "refused, though not deleted")
    @Outcome(expect = Expect.FORBIDDEN, desc = "other bytes than the file's")
    @State
    public static class Idle {
        private final Segment segment = SegmentFiles.segment();

        @Actor
        public void upkeep() {
            segment.unmapIfUnpinned();
        }

        @Actor
        public void reader(II_Result result) {
            result.r1 = read(segment);
        }

        @Arbiter
        public void after(II_Result result) {
            result.r2 = segment.unmapIfUnpinned() ? 1 : 0;
            delete(segment);
        }
    }

    /** Retention deletes the segment. */
    @JCStressTest
    @Outcome(
            id = {"7, 0", "-1, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "read before it went, or refused")
    @Outcome(
            id = {"7, 1", "-1, 1"},
            expect = Expect.FORBIDDEN,
            desc = "still mapped when the last pin was gone: leaked")
    @Outcome(expect = Expect.FORBIDDEN, desc = "other bytes than the file's")
    @State
    public static class Deleted {
        private final Segment segment = SegmentFiles.segment();

        @Actor
        public void retention() {
            delete(segment);
        }

        @Actor
        public void reader(II_Result result) {
            result.r1 = read(segment);
        }

        @Arbiter
        public void after(II_Result result) {
            result.r2 = segment.unmapIfUnpinned() ? 1 : 0;
        }
    }
}
