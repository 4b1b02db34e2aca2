package io.tickwire.edge.feed;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes feed events from the shards and logs them on the control thread; keeps the last gaps. A shard never waits: events beyond the
 * queue's room are counted and dropped (the feed's counters still have them).
 */
final class FeedEventLog implements FeedEvents {
    static final int KEPT_GAPS = 1024;

    private static final Logger LOGGER = LoggerFactory.getLogger(FeedEventLog.class);
    private static final int QUEUE_LENGTH = 1024;

    private sealed interface Event {}

    private record Gap(GapRecord gap) implements Event {}

    private record SessionChange(String feed, String session, long firstSequence) implements Event {}

    private record EndOfSession(String feed, String session, long nextSequence) implements Event {}

    private final ManyToOneConcurrentArrayQueue<Event> queue = new ManyToOneConcurrentArrayQueue<>(QUEUE_LENGTH);
    private final Deque<GapRecord> gaps = new ArrayDeque<>();
    private final AtomicLong dropped = new AtomicLong();

    private void offer(final Event event) {
        if (!queue.offer(event)) {
            dropped.incrementAndGet();
        }
    }

    @Override
    public void onGap(
            final String feed,
            final String session,
            final long firstSequence,
            final long count,
            final GapCause cause,
            final long receiveEpochNs) {
        offer(new Gap(new GapRecord(feed, session, firstSequence, count, cause, receiveEpochNs)));
    }

    @Override
    public void onSessionChange(final String feed, final String session, final long firstSequence) {
        offer(new SessionChange(feed, session, firstSequence));
    }

    @Override
    public void onEndOfSession(final String feed, final String session, final long nextSequence) {
        offer(new EndOfSession(feed, session, nextSequence));
    }

    /** Logs what came since the last call; control thread. */
    int drain() {
        return queue.drain(this::log, QUEUE_LENGTH);
    }

    private void log(final Event event) {
        switch (event) {
            case Gap(GapRecord gap) -> {
                LOGGER.warn(
                        "feed {}: gap of {} messages from sequence {} in session {}: {}",
                        gap.feed(),
                        gap.count(),
                        gap.firstSequence(),
                        gap.session(),
                        gap.cause());
                keep(gap);
            }
            case SessionChange change ->
                LOGGER.info(
                        "feed {}: session {} from sequence {}",
                        change.feed(),
                        change.session(),
                        change.firstSequence());
            case EndOfSession end ->
                LOGGER.info(
                        "feed {}: end of session {} before sequence {}", end.feed(), end.session(), end.nextSequence());
        }
    }

    private synchronized void keep(final GapRecord gap) {
        if (gaps.size() == KEPT_GAPS) {
            gaps.removeFirst();
        }
        gaps.addLast(gap);
    }

    /** The last gaps, oldest first; any thread. */
    synchronized List<GapRecord> gaps() {
        return new ArrayList<>(gaps);
    }

    /** Events not logged because the queue was full. */
    long droppedCount() {
        return dropped.get();
    }
}
