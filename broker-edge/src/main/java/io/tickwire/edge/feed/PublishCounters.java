package io.tickwire.edge.feed;

import java.util.concurrent.atomic.LongAdder;

/** What the publishers in shared memory of a broker have done. Any thread. */
public final class PublishCounters {
    private final LongAdder opened = new LongAdder();
    private final LongAdder turnedAway = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder broken = new LongAdder();

    /** Publishers taken up. */
    public LongAdder opened() {
        return opened;
    }

    /** Files that were no publisher's, or one too many, or of a partition that is not served. */
    public LongAdder turnedAway() {
        return turnedAway;
    }

    /** Requests taken. */
    public LongAdder requests() {
        return requests;
    }

    /** Requests answered with an error. */
    public LongAdder refused() {
        return refused;
    }

    /** Publishers ended because their file held what it should not, or was cut off. */
    public LongAdder broken() {
        return broken;
    }
}
