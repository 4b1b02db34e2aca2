package io.tickwire.edge.feed;

/**
 * Where a feed stands: the session and the sequence that comes next. The only place that compares sequences. One thread; allocates
 * nothing.
 *
 * <p>A first datagram sets the position: a receiver that joins in the middle of a session has missed nothing it promised. After that
 * every jump forward is a gap, and everything below the position is a duplicate or too late. A datagram of the session before the current
 * one is stale.
 */
final class SequenceTracker {
    /** What to do with a datagram. */
    enum Verdict {
        /** Take its messages after the first {@link #skip()}. */
        TAKE,
        /** Every message in it has been taken or given up. */
        DUPLICATE,
        /** Of a session that has been left. */
        STALE_SESSION
    }

    private long sessionHigh;
    private long sessionLow;
    private long previousHigh;
    private long previousLow;
    private boolean started;
    private boolean hasPrevious;
    private boolean ended;
    private long expected;
    private int skip;
    private long gapFirst;
    private long gapCount;
    private boolean sessionChanged;

    /**
     * Judges a datagram and moves on behind it; then {@link #skip()}, {@link #gapCount()} and {@link #sessionChanged()} speak of it.
     *
     * @param count messages in it, 0 for a heartbeat or the end of a session.
     */
    Verdict accept(final long high, final long low, final long firstSequence, final int count) {
        skip = 0;
        gapCount = 0;
        sessionChanged = false;
        if (!started || high != sessionHigh || low != sessionLow) {
            if (hasPrevious && high == previousHigh && low == previousLow) {
                return Verdict.STALE_SESSION;
            }
            startSession(high, low, firstSequence);
        }
        if (firstSequence > expected) {
            gapFirst = expected;
            gapCount = firstSequence - expected;
            expected = firstSequence;
        }
        final long next = firstSequence + count;
        if (next <= expected) {
            return count == 0 ? Verdict.TAKE : Verdict.DUPLICATE;
        }
        skip = (int) (expected - firstSequence);
        expected = next;
        return Verdict.TAKE;
    }

    private void startSession(final long high, final long low, final long firstSequence) {
        if (started) {
            previousHigh = sessionHigh;
            previousLow = sessionLow;
            hasPrevious = true;
            sessionChanged = true;
        }
        // A session that began while this receiver was listening begins at 1.
        expected = started ? 1 : firstSequence;
        sessionHigh = high;
        sessionLow = low;
        started = true;
        ended = false;
    }

    void endSession() {
        ended = true;
    }

    /** Messages at the start of the datagram that were taken before. */
    int skip() {
        return skip;
    }

    long gapFirst() {
        return gapFirst;
    }

    /** Messages missed just before the datagram. */
    long gapCount() {
        return gapCount;
    }

    /** Whether the datagram opened another session than the one before. */
    boolean sessionChanged() {
        return sessionChanged;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Sequence that comes next, 0 before the first datagram. */
    long expected() {
        return expected;
    }
}
