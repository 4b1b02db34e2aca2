package io.tickwire.edge.shm;

/** What a subscription has seen; written by its thread, read by the same. */
public final class SubscriberCounters {
    long delivered;
    long fromJournal;
    long filtered;
    long conflated;
    long duplicates;
    long laps;
    long gaps;
    long missed;
    long restarts;

    /** Records given to the handler. */
    public long delivered() {
        return delivered;
    }

    /** Records that came out of the journal, before conflation. */
    public long fromJournal() {
        return fromJournal;
    }

    /** Records the filter held back. */
    public long filtered() {
        return filtered;
    }

    /** Records that a later one of the same key replaced before delivery. */
    public long conflated() {
        return conflated;
    }

    /** Frames skipped because the journal had already given their record. */
    public long duplicates() {
        return duplicates;
    }

    /** Times the writer overtook this subscriber. */
    public long laps() {
        return laps;
    }

    /** Gaps given to the handler. */
    public long gaps() {
        return gaps;
    }

    /** Offsets inside those gaps. */
    public long missed() {
        return missed;
    }

    /** Times the broker came back and the subscription went on. */
    public long restarts() {
        return restarts;
    }
}
