package io.tickwire.edge.shm;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The shared-memory ring: one writer, readers that it does not know of. Results are {@link RingReader}'s and the offset read. */
public final class RingStress {
    private RingStress() {}

    /** A reader waits for the record that the writer commits. */
    @JCStressTest
    @Outcome(id = "0, -1", expect = Expect.ACCEPTABLE, desc = "not committed yet")
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "whole record")
    @Outcome(id = "1, -2", expect = Expect.FORBIDDEN, desc = "torn record: committed before its bytes")
    @Outcome(expect = Expect.FORBIDDEN, desc = "no state of this ring")
    @State
    public static class Commit extends RingState {
        public Commit() {
            super(0);
        }

        @Actor
        public void writer() {
            publish(0);
        }

        @Actor
        public void reader(final II_Result result) {
            result.r1 = reader.next();
            result.r2 = result.r1 == RingReader.RECORD ? offsetRead() : NONE;
        }
    }

    /** The writer comes round to the record that a reader is copying. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "whole record, before it was overwritten")
    @Outcome(id = "4, -1", expect = Expect.ACCEPTABLE, desc = "lap noticed")
    @Outcome(id = "1, -2", expect = Expect.FORBIDDEN, desc = "torn record: a lap not noticed after the copy")
    @Outcome(id = "1, 8", expect = Expect.FORBIDDEN, desc = "newer record taken for the one that was due")
    @Outcome(id = "6, -1", expect = Expect.FORBIDDEN, desc = "a lap taken for damage")
    @Outcome(expect = Expect.FORBIDDEN, desc = "no state of this ring")
    @State
    public static class Lap extends RingState {
        public Lap() {
            super(FRAMES - 1);
        }

        @Actor
        public void writer() {
            publish(FRAMES - 1);
            publish(FRAMES);
        }

        @Actor
        public void reader(final II_Result result) {
            result.r1 = reader.next();
            result.r2 = result.r1 == RingReader.RECORD ? offsetRead() : NONE;
        }
    }

    /** The writer publishes its last record and closes; the reader looks twice. Its second look is kept, and whether it has read the record. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "nothing yet")
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "record at the second look")
    @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "record at the first look, not closed yet")
    @Outcome(id = "5, 1", expect = Expect.ACCEPTABLE, desc = "closed after the record")
    @Outcome(id = "5, 0", expect = Expect.FORBIDDEN, desc = "left before the last record was read")
    @Outcome(expect = Expect.FORBIDDEN, desc = "no state of this ring")
    @State
    public static class Close extends RingState {
        public Close() {
            super(0);
        }

        @Actor
        public void writer() {
            publish(0);
            close();
        }

        @Actor
        public void reader(final II_Result result) {
            final int first = reader.next();
            result.r1 = first == RingReader.CLOSED ? first : reader.next();
            result.r2 = first == RingReader.RECORD ? 1 : 0;
        }
    }

    /** A reader attaches while the writer publishes. */
    @JCStressTest
    @Outcome(id = "0, 0, -1", expect = Expect.ACCEPTABLE, desc = "attached before the record, which is not there yet")
    @Outcome(id = "0, 1, 0", expect = Expect.ACCEPTABLE, desc = "attached before the record, and read it")
    @Outcome(id = "1, 0, -1", expect = Expect.ACCEPTABLE, desc = "attached after the record, which is in the journal")
    @Outcome(
            id = "1, 1, 0",
            expect = Expect.ACCEPTABLE,
            desc = "reads again what is in the journal: dropped by its offset")
    @Outcome(expect = Expect.FORBIDDEN, desc = "no state of this ring")
    @State
    public static class Attach extends RingState {
        public Attach() {
            super(0);
        }

        @Actor
        public void writer() {
            publish(0);
        }

        @Actor
        public void reader(final III_Result result) {
            result.r1 = (int) reader.jumpToTail();
            result.r2 = reader.next();
            result.r3 = result.r2 == RingReader.RECORD ? offsetRead() : NONE;
        }
    }
}
