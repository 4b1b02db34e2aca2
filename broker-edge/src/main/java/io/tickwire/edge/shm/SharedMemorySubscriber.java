package io.tickwire.edge.shm;

import io.tickwire.edge.shm.SubscriptionHandler.GapCause;
import java.util.concurrent.TimeUnit;

/**
 * Reads one topic-partition from shared memory in another process than the broker. Every offset from the first on is either delivered
 * once, in order, or inside a gap given to the handler; a handler never sees a torn record. Owned by the one thread that polls; allocates
 * nothing once attached, except to grow for a record longer than any before.
 *
 * <pre>
 *   WAITING --ring found--> CATCHING_UP --journal read up to the ring--> LIVE
 *      ^                        ^------------- lapped, hole -------------/ |
 *      \------- broker gone, restarted, or topic created again -----------/ --lapped, policy DISCONNECT--> ENDED
 * </pre>
 */
public final class SharedMemorySubscriber implements AutoCloseable {
    /** Where a subscription stands. */
    public enum State {
        /** No broker has the ring at the moment; looked for again while polled. */
        WAITING,
        /** Reading the journal. */
        CATCHING_UP,
        /** Reading the ring. */
        LIVE,
        /** Over: disconnected by policy, the ring was damaged, or closed. */
        ENDED
    }

    private static final long HISTORY_PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);

    private final SubscriptionSettings settings;
    private final HistorySource history;
    private final HistoryCopy historyCopy = new HistoryCopy(this::deliverFromHistory);
    private final RingAttachment attachment;
    private final SubscriberCounters counters = new SubscriberCounters();
    private final LeftRing left = new LeftRing();
    private final Conflator conflator;

    private State state = State.WAITING;
    private RingReader reader;
    private SubscriptionHandler handler;
    private long expected = -1;
    private long historyEnd;
    private boolean framePending;
    private boolean attachedBefore;
    private boolean brokenRing;
    private long historyStalledSinceNs;
    private boolean historyStalled;
    private boolean historyStartChecked;
    private int delivered;

    private SharedMemorySubscriber(final SubscriptionSettings settings) {
        this.settings = settings;
        this.history = settings.history();
        this.conflator =
                settings.policy() == SubscriptionPolicy.CONFLATE ? new Conflator(settings.conflationSlots()) : null;
        this.attachment = new RingAttachment(settings.directory(), settings.topic(), settings.partition());
    }

    /** A subscription that attaches as soon as the broker has the ring: now, if it starts live, or when polled; {@link #state()} tells. */
    public static SharedMemorySubscriber open(final SubscriptionSettings settings) {
        final SharedMemorySubscriber subscriber = new SharedMemorySubscriber(settings);
        if (settings.startOffset() == SubscriptionSettings.LIVE) {
            subscriber.tryAttach();
        }
        return subscriber;
    }

    /**
     * Delivers what there is.
     *
     * @param limit records and gaps to deliver at most.
     * @return how many were delivered.
     */
    public int poll(final SubscriptionHandler target, final int limit) {
        handler = target;
        delivered = 0;
        try {
            return conflator == null ? pollDirectly(limit) : pollConflating(limit);
        } catch (final InternalError e) {
            // HotSpot's answer to SIGBUS, which it may give some steps after the load that failed.
            if (reader == null || !reader.isCutOff()) {
                throw e;
            }
            brokenRing = true;
            state = State.ENDED;
            return delivered;
        }
    }

    private int pollDirectly(final int limit) {
        // Frames that deliver nothing (filtered, duplicates) count too, so that a poll is bounded.
        for (int steps = 0; delivered < limit && steps < 4 * limit + 16; steps++) {
            if (!step(limit - delivered)) {
                break;
            }
        }
        return delivered;
    }

    private int pollConflating(final int limit) {
        for (int steps = 0; steps < conflator.capacity() && !conflator.isFull(); steps++) {
            if (!step(conflator.room())) {
                break;
            }
        }
        return delivered + conflator.drain(handler, limit, counters);
    }

    /** One move of the state machine; false when there is nothing to do now. */
    private boolean step(final int room) {
        return switch (state) {
            case LIVE -> stepLive();
            case CATCHING_UP -> stepHistory(room);
            case WAITING -> tryAttach();
            case ENDED -> false;
        };
    }

    private boolean stepLive() {
        switch (reader.next()) {
            case RingReader.EMPTY -> {
                if (attachment.isReplaced()) {
                    detach();
                }
                return false;
            }
            case RingReader.RECORD -> onFrame();
            case RingReader.IN_JOURNAL ->
                onJournalRange(reader.record().offset(), reader.record().feedSequence());
            case RingReader.NO_RECORDS ->
                onEmptyRange(reader.record().offset(), reader.record().feedSequence());
            case RingReader.RETRACTED -> onRetracted(reader.record().offset());
            case RingReader.LAPPED -> onLapped();
            case RingReader.CLOSED -> {
                detach();
                return false;
            }
            default -> {
                brokenRing = true;
                state = State.ENDED;
                return false;
            }
        }
        return true;
    }

    private void onFrame() {
        final SharedRecord record = reader.record();
        final long offset = record.offset();
        if (offset == expected || expected < 0) {
            deliver(record);
            expected = offset + 1;
        } else if (offset > expected) {
            if (fillHole(offset, GapCause.AWAY)) {
                framePending = true;
            } else {
                onFrame();
            }
        } else {
            counters.duplicates++;
        }
    }

    private void onJournalRange(final long first, final long last) {
        if (last >= expected) {
            if (expected < 0) {
                expected = first;
            }
            if (!fillHole(last + 1, GapCause.IN_JOURNAL)) {
                expected = last + 1;
            }
        }
    }

    private void onEmptyRange(final long first, final long last) {
        if (expected >= 0 && first > expected) {
            // The journal tells the reader that the offsets after the hole hold no records.
            if (fillHole(last + 1, GapCause.AWAY)) {
                return;
            }
        }
        expected = Math.max(expected, last + 1);
    }

    /** Records from here on were published and then not journalled: those delivered are no part of the log. */
    private void onRetracted(final long first) {
        if (expected > first) {
            gap(first, GapCause.TRUNCATED);
        }
    }

    /** Offsets up to {@code end} are not in the ring: true when they will be read from the journal, false when the gap was reported. */
    private boolean fillHole(final long end, final GapCause cause) {
        if (history != null) {
            startHistory(end);
            return true;
        }
        gap(end, cause);
        return false;
    }

    private void onLapped() {
        counters.laps++;
        onRetracted(reader.missedRetraction());
        final long nextOffset = reader.jumpToTail();
        if (settings.catchesUp() && expected >= 0) {
            startHistory(nextOffset);
            return;
        }
        if (expected >= 0 && nextOffset > expected) {
            gap(nextOffset, GapCause.LAPPED);
        }
        if (settings.policy() == SubscriptionPolicy.DISCONNECT) {
            state = State.ENDED;
        }
    }

    private void startHistory(final long end) {
        historyEnd = end;
        historyStalled = false;
        historyStartChecked = false;
        state = State.CATCHING_UP;
    }

    private boolean stepHistory(final int room) {
        if (expected < historyEnd) {
            if (!historyStartChecked) {
                historyStartChecked = true;
                final long start = history.startOffset();
                if (start > expected) {
                    gap(Math.min(start, historyEnd), GapCause.RETENTION);
                    return true;
                }
            }
            final long next = history.read(expected, historyEnd, room, historyCopy);
            if (next == expected) {
                return onHistoryStalled();
            }
            historyStalled = false;
            expected = next;
            return true;
        }
        state = State.LIVE;
        if (framePending) {
            framePending = false;
            onFrame();
        }
        return true;
    }

    private boolean onHistoryStalled() {
        final long nowNs = System.nanoTime();
        // Retention may be why.
        historyStartChecked = false;
        if (!historyStalled) {
            historyStalled = true;
            historyStalledSinceNs = nowNs;
        } else if (nowNs - historyStalledSinceNs > HISTORY_PATIENCE_NS) {
            gap(historyEnd, GapCause.JOURNAL_UNAVAILABLE);
            return true;
        }
        return false;
    }

    private void gap(final long nextOffset, final GapCause cause) {
        final long first = expected;
        expected = nextOffset;
        counters.gaps++;
        counters.missed += Math.max(0, nextOffset - first);
        delivered++;
        handler.onGap(first, nextOffset, cause);
    }

    private void deliverFromHistory(final SharedRecord record) {
        counters.fromJournal++;
        deliver(record);
    }

    private void deliver(final SharedRecord record) {
        if (!settings.filter().accepts(record)) {
            counters.filtered++;
        } else if (conflator != null) {
            conflator.offer(record, counters);
        } else {
            counters.delivered++;
            delivered++;
            handler.onRecord(record);
        }
    }

    private void detach() {
        state = State.WAITING;
        left.onDetach(reader);
        attachment.close();
        reader = null;
    }

    private boolean tryAttach() {
        if (!attachment.tryAttach()) {
            return false;
        }
        reader = attachment.reader();
        onAttached();
        return true;
    }

    private void onAttached() {
        framePending = false;
        state = State.LIVE;
        final long nextOffset = reader.jumpToTail();
        if (history != null) {
            history.reopen();
        }
        if (attachedBefore) {
            counters.restarts++;
            onReattached(nextOffset);
        } else {
            attachedBefore = true;
            onFirstAttach(nextOffset);
        }
        left.onAttached(reader);
    }

    private void onFirstAttach(final long nextOffset) {
        final long start = settings.startOffset();
        if (start == SubscriptionSettings.LIVE) {
            expected = nextOffset;
            return;
        }
        expected = start != SubscriptionSettings.EARLIEST ? start : history == null ? 0 : history.startOffset();
        onRetracted(nextOffset);
        fillHoleOnAttach(nextOffset);
    }

    private void onReattached(final long nextOffset) {
        if (!left.isOfTheTopicOf(reader)) {
            gap(0, GapCause.TOPIC_RECREATED);
        } else {
            onRetracted(left.firstOffsetGivenOutAnew(reader));
        }
        fillHoleOnAttach(nextOffset);
    }

    private void fillHoleOnAttach(final long nextOffset) {
        if (expected < nextOffset) {
            fillHole(nextOffset, GapCause.AWAY);
        }
    }

    public State state() {
        return state;
    }

    /** Whether the ring was found not to hold what the protocol says (another program wrote to it, or it was cut off). */
    public boolean isRingBroken() {
        return brokenRing;
    }

    /** Offset of the next record to be delivered, or -1 before the first attachment. */
    public long nextOffset() {
        return expected;
    }

    /** Offset after the last record known to be in the journal, -1 while not attached: records beyond it may be taken back. */
    public long journalledOffset() {
        return reader == null ? -1 : reader.journalledOffset();
    }

    public SubscriberCounters counters() {
        return counters;
    }

    /** Nanoseconds since the broker's last sign of life, or {@link Long#MAX_VALUE} when not attached. */
    public long heartbeatAgeNs(final long nowNs) {
        return attachment.heartbeatAgeNs(nowNs);
    }

    /** Nanoseconds to add to {@code System.nanoTime()} to compare it with a record's stamps; 0 when not attached. */
    public long epochOffsetNs() {
        return reader == null ? 0 : reader.epochOffsetNs();
    }

    @Override
    public void close() {
        state = State.ENDED;
        attachment.close();
        reader = null;
        if (history != null) {
            history.close();
        }
    }
}
