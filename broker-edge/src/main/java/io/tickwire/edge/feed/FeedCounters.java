package io.tickwire.edge.feed;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** What a feed has seen. Written by its shard alone, without fences; other threads may read values that are a moment old. */
public final class FeedCounters {
    static final int DATAGRAMS = 0;
    static final int MESSAGES = 1;
    static final int BATCHES = 2;
    static final int HEARTBEATS = 3;
    static final int SESSIONS_ENDED = 4;
    static final int SESSION_CHANGES = 5;
    static final int DUPLICATES = 6;
    static final int STALE_SESSION = 7;
    static final int MALFORMED = 8;
    static final int GAPS = 9;
    static final int GAP_MESSAGES = 10;
    static final int JOURNAL_REFUSED = 11;
    static final int EXPECTED_SEQUENCE = 12;

    private static final int COUNT = 13;
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] values = new long[COUNT];

    void add(final int counter, final long amount) {
        ELEMENT.setOpaque(values, counter, values[counter] + amount);
    }

    void set(final int counter, final long value) {
        ELEMENT.setOpaque(values, counter, value);
    }

    private long get(final int counter) {
        return (long) ELEMENT.getOpaque(values, counter);
    }

    /** Datagrams received. */
    public long datagrams() {
        return get(DATAGRAMS);
    }

    /** Messages journalled. */
    public long messages() {
        return get(MESSAGES);
    }

    /** Record batches journalled. */
    public long batches() {
        return get(BATCHES);
    }

    public long heartbeats() {
        return get(HEARTBEATS);
    }

    public long sessionsEnded() {
        return get(SESSIONS_ENDED);
    }

    public long sessionChanges() {
        return get(SESSION_CHANGES);
    }

    /** Messages dropped because they had been received before, or came after their gap was reported. */
    public long duplicates() {
        return get(DUPLICATES);
    }

    /** Datagrams of a session already left. */
    public long staleSession() {
        return get(STALE_SESSION);
    }

    /** Datagrams dropped because their lengths made no sense. */
    public long malformed() {
        return get(MALFORMED);
    }

    public long gaps() {
        return get(GAPS);
    }

    /** Messages missed in all gaps. */
    public long gapMessages() {
        return get(GAP_MESSAGES);
    }

    /** Messages lost because the journal would not take them. */
    public long journalRefused() {
        return get(JOURNAL_REFUSED);
    }

    /** Sequence expected next. */
    public long expectedSequence() {
        return get(EXPECTED_SEQUENCE);
    }
}
