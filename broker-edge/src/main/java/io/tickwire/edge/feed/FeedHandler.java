package io.tickwire.edge.feed;

import io.tickwire.edge.config.FeedFirst;
import io.tickwire.edge.metrics.LatencyHistogram;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.metrics.Stage;
import io.tickwire.edge.shm.ChannelPublisher;
import io.tickwire.net.transport.DatagramHandler;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One feed: a datagram in, its messages to the ring and the journal out ({@link FeedWriter}), what is missing reported. Owned by the shard;
 * allocates only on gaps and session changes.
 *
 * <p>Each message becomes a record: key the 8-byte symbol where it is known, value the message as it came, headers {@value #SEQUENCE_HEADER}
 * (feed sequence, absent without sequences counted as 0) and {@value #RECEIVE_HEADER} (receive time, epoch ns), both eight bytes big
 * endian.
 */
public final class FeedHandler implements DatagramHandler {
    public static final String SEQUENCE_HEADER = "seq";
    public static final String RECEIVE_HEADER = "rx";

    private final String name;
    private final Framing framing;
    private final MessageProtocol protocol;
    private final EpochNanoClock clock;
    private final FeedEvents events;
    private final FeedCounters counters;
    private final LatencyHistogram wire;
    private final SequenceTracker tracker = new SequenceTracker();
    private final FeedDatagram datagram;
    private final FeedWriter writer;
    private long sessionHigh;
    private long sessionLow;

    /**
     * A feed.
     *
     * @param channel shared memory of the partition, or null when it has none.
     * @param clock stamps ingress and publish; of the same base as the receive times.
     */
    public FeedHandler(
            final String name,
            final Framing framing,
            final MessageProtocol protocol,
            final JournalSink journal,
            final ChannelPublisher channel,
            final FeedFirst first,
            final EpochNanoClock clock,
            final FeedEvents events,
            final FeedCounters counters,
            final ShardStats stats) {
        this.name = name;
        this.framing = framing;
        this.protocol = protocol;
        this.clock = clock;
        this.events = events;
        this.counters = counters;
        this.wire = stats.of(Stage.FEED_WIRE);
        this.datagram = new FeedDatagram(framing, protocol);
        final FeedRing ring = new FeedRing(datagram, channel, clock, stats);
        this.writer = new FeedWriter(datagram, ring, journal, first, clock, counters, stats, this::refused);
    }

    @Override
    public void onDatagram(
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final long receiveEpochNs,
            final int sourceIpv4,
            final int sourcePort) {
        final long ingressNs = clock.nanoTime();
        if (receiveEpochNs > 0) {
            wire.record(ingressNs - receiveEpochNs);
        }
        counters.add(FeedCounters.DATAGRAMS, 1);
        switch (framing.wrap(buffer, offset, length)) {
            case MESSAGES -> onMessages(buffer, receiveEpochNs, ingressNs);
            case HEARTBEAT -> {
                counters.add(FeedCounters.HEARTBEATS, 1);
                track(0, receiveEpochNs);
            }
            case END_OF_SESSION -> onEndOfSession(receiveEpochNs);
            case MALFORMED -> counters.add(FeedCounters.MALFORMED, 1);
        }
    }

    private void onEndOfSession(final long receiveEpochNs) {
        if (track(0, receiveEpochNs) && !tracker.hasEnded()) {
            // Sent again and again by the exchange; told once.
            tracker.endSession();
            counters.add(FeedCounters.SESSIONS_ENDED, 1);
            events.onEndOfSession(name, sessionName(), tracker.expected());
        }
    }

    /** Moves the sequence behind the datagram and reports what was missed; false when it is of a session already left. */
    private boolean track(final int count, final long receiveEpochNs) {
        final SequenceTracker.Verdict verdict =
                tracker.accept(framing.sessionHigh(), framing.sessionLow(), framing.firstSequence(), count);
        if (verdict == SequenceTracker.Verdict.STALE_SESSION) {
            counters.add(FeedCounters.STALE_SESSION, 1);
            return false;
        }
        if (tracker.sessionChanged() || tracker.gapCount() > 0) {
            // So that the sequences of a batch have no gap.
            writer.flush();
        }
        sessionHigh = framing.sessionHigh();
        sessionLow = framing.sessionLow();
        if (tracker.sessionChanged()) {
            counters.add(FeedCounters.SESSION_CHANGES, 1);
            protocol.reset();
            events.onSessionChange(name, sessionName(), framing.firstSequence());
        }
        if (tracker.gapCount() > 0) {
            reportGap(tracker.gapFirst(), tracker.gapCount(), FeedEvents.GapCause.NOT_RECEIVED, receiveEpochNs);
        }
        counters.set(FeedCounters.EXPECTED_SEQUENCE, tracker.expected());
        if (verdict == SequenceTracker.Verdict.DUPLICATE) {
            counters.add(FeedCounters.DUPLICATES, count);
            return false;
        }
        counters.add(FeedCounters.DUPLICATES, tracker.skip());
        return true;
    }

    private void reportGap(
            final long first, final long count, final FeedEvents.GapCause cause, final long receiveEpochNs) {
        counters.add(FeedCounters.GAPS, 1);
        counters.add(FeedCounters.GAP_MESSAGES, count);
        events.onGap(name, sessionName(), first, count, cause, receiveEpochNs);
    }

    private void onMessages(final DirectBuffer buffer, final long receiveEpochNs, final long ingressNs) {
        if (framing.firstSequence() < 0) {
            datagram.wrap(buffer, 0, -1, receiveEpochNs, ingressNs);
            writer.write(0);
        } else if (track(framing.messageCount(), receiveEpochNs)) {
            final int skip = tracker.skip();
            datagram.wrap(buffer, skip, framing.firstSequence() + skip, receiveEpochNs, ingressNs);
            writer.write(skip);
        }
    }

    /** To be called in every duty cycle that may have delivered datagrams: what is published already goes into the journal. */
    public void flush() {
        writer.flush();
    }

    private void refused(final long sequence, final int count, final long receiveEpochNs) {
        counters.add(FeedCounters.JOURNAL_REFUSED, count);
        reportGap(sequence, count, FeedEvents.GapCause.NOT_JOURNALLED, receiveEpochNs);
    }

    private String sessionName() {
        final UnsafeBuffer text = new UnsafeBuffer(new byte[2 * Long.BYTES]);
        text.putLong(0, sessionHigh);
        text.putLong(Long.BYTES, sessionLow);
        return text.getStringWithoutLengthAscii(0, MoldUdp64.SESSION_BYTES).strip();
    }

    public String name() {
        return name;
    }

    public FeedCounters counters() {
        return counters;
    }
}
