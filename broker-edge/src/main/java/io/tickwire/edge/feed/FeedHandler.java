package io.tickwire.edge.feed;

import io.tickwire.edge.metrics.LatencyHistogram;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.metrics.Stage;
import io.tickwire.edge.shm.ChannelPublisher;
import io.tickwire.edge.shm.FrameWriter;
import io.tickwire.edge.shm.RingLayout;
import io.tickwire.kafka.record.HeaderBlock;
import io.tickwire.kafka.record.RecordBatchEncoder;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.net.transport.DatagramHandler;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One feed: a datagram in, one RecordBatch in the journal and one frame per message in shared memory out. Owned by the shard; allocates
 * only on gaps and session changes.
 *
 * <p>Each message becomes a record: key the 8-byte symbol where it is known, value the message as it came, headers {@value #SEQUENCE_HEADER}
 * (feed sequence, absent without sequences counted as 0) and {@value #RECEIVE_HEADER} (receive time, epoch ns), both eight bytes big
 * endian. Encoded straight into the claimed journal region. A batch longer than {@link #MAX_BATCH_BYTES} is split.
 */
public final class FeedHandler implements DatagramHandler {
    public static final String SEQUENCE_HEADER = "seq";
    public static final String RECEIVE_HEADER = "rx";

    /** Largest batch claimed, bytes: below Kafka's default limit on a batch of 1 MiB and a bit. */
    public static final int MAX_BATCH_BYTES = 1 << 20;

    // Length, attributes, timestamp delta, offset delta, key length, value length, header count: varints of at most 5
    // bytes, deltas small.
    private static final int RECORD_OVERHEAD_BYTES = 5 + 1 + 1 + 3 + 1 + 5 + 1;
    private static final long NS_PER_MS = 1_000_000L;

    private final String name;
    private final Framing framing;
    private final MessageProtocol protocol;
    private final JournalSink journal;
    private final ChannelPublisher channel;
    private final EpochNanoClock clock;
    private final FeedEvents events;
    private final FeedCounters counters;
    private final LatencyHistogram wire;
    private final LatencyHistogram journalled;
    private final LatencyHistogram published;
    private final SequenceTracker tracker = new SequenceTracker();
    private final RecordBatchEncoder encoder = new RecordBatchEncoder();
    private final HeaderBlock headers = new HeaderBlock(64);
    private final UnsafeBuffer region = new UnsafeBuffer(0, 0);
    private final int sequenceIndex;
    private final int receiveIndex;
    private long baseOffset;

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
            final EpochNanoClock clock,
            final FeedEvents events,
            final FeedCounters counters,
            final ShardStats stats) {
        this.name = name;
        this.framing = framing;
        this.protocol = protocol;
        this.journal = journal;
        this.channel = channel;
        this.clock = clock;
        this.events = events;
        this.counters = counters;
        this.wire = stats.of(Stage.FEED_WIRE);
        this.journalled = stats.of(Stage.FEED_JOURNAL);
        this.published = stats.of(Stage.FEED_PUBLISH);
        this.sequenceIndex = addHeader(SEQUENCE_HEADER);
        this.receiveIndex = addHeader(RECEIVE_HEADER);
    }

    private int addHeader(final String key) {
        final byte[] ascii = key.getBytes(StandardCharsets.US_ASCII);
        return headers.addLong(new UnsafeBuffer(ascii), 0, ascii.length, 0);
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
        final boolean sequenced = framing.firstSequence() >= 0;
        if (sequenced && !track(framing.messageCount(), receiveEpochNs)) {
            return;
        }
        final int skip = sequenced ? tracker.skip() : 0;
        for (int i = 0; i < skip; i++) {
            framing.next();
        }
        headers.setLong(receiveIndex, receiveEpochNs);
        long sequence = sequenced ? framing.firstSequence() + skip : 0;
        int left = framing.messageCount() - skip;
        int done = skip;
        while (left > 0) {
            final int taken = appendBatch(buffer, left, sequence, sequenced, receiveEpochNs);
            if (taken == 0) {
                refuse(sequence, left, receiveEpochNs);
                return;
            }
            if (taken > 0) {
                publishBatch(buffer, done, taken, sequence, sequenced, receiveEpochNs, ingressNs);
                done += taken;
                left -= taken;
                sequence += sequenced ? taken : 0;
            }
        }
    }

    private void refuse(final long sequence, final int count, final long receiveEpochNs) {
        counters.add(FeedCounters.JOURNAL_REFUSED, count);
        reportGap(sequence, count, FeedEvents.GapCause.NOT_JOURNALLED, receiveEpochNs);
    }

    /** Journals up to {@code count} messages from where the framing stands; returns how many, 0 when the journal refused. */
    private int appendBatch(
            final DirectBuffer buffer,
            final int count,
            final long firstSequence,
            final boolean sequenced,
            final long receiveEpochNs) {
        final long needed = RecordBatchFlyweight.HEADER_BYTES
                + framing.messageBytes()
                + (long) count * (RECORD_OVERHEAD_BYTES + Itch50.SYMBOL_BYTES + headers.length());
        final long timestampMs = receiveEpochNs / NS_PER_MS;
        if (!journal.claim((int) Math.min(needed, MAX_BATCH_BYTES), timestampMs, region)) {
            return 0;
        }
        encoder.begin(region, 0, region.capacity());
        int encoded = 0;
        while (encoded < count && framing.next()) {
            final int at = framing.messageOffset();
            final int length = framing.messageLength();
            protocol.learn(buffer, at, length);
            final int keyIndex = protocol.keyIndex(buffer, at, length);
            headers.setLong(sequenceIndex, sequenced ? firstSequence + encoded : 0);
            final int keyLength = keyIndex < 0 ? RecordBatchEncoder.NULL_LENGTH : Itch50.SYMBOL_BYTES;
            if (encoder.append(
                            timestampMs, protocol.keys(), Math.max(keyIndex, 0), keyLength, buffer, at, length, headers)
                    < 0) {
                break;
            }
            encoded++;
        }
        if (encoded == 0) {
            journal.abort();
            return 0;
        }
        baseOffset = journal.commit(encoder.finish(), timestampMs);
        if (baseOffset < 0) {
            return 0;
        }
        counters.add(FeedCounters.BATCHES, 1);
        counters.add(FeedCounters.MESSAGES, encoded);
        return encoded;
    }

    /** Publishes the messages from the datagram's {@code from}th on, which have just been journalled. */
    private void publishBatch(
            final DirectBuffer buffer,
            final int from,
            final int count,
            final long firstSequence,
            final boolean sequenced,
            final long receiveEpochNs,
            final long ingressNs) {
        framing.rewind();
        for (int i = 0; i < from; i++) {
            framing.next();
        }
        final long publishNs = clock.nanoTime();
        journalled.record(publishNs - ingressNs);
        for (int i = 0; i < count; i++) {
            framing.next();
            if (channel != null) {
                publish(
                        buffer,
                        baseOffset + i,
                        sequenced ? firstSequence + i : 0,
                        receiveEpochNs,
                        ingressNs,
                        publishNs);
            }
        }
        published.record(clock.nanoTime() - publishNs);
    }

    private void publish(
            final DirectBuffer buffer,
            final long offset,
            final long sequence,
            final long receiveEpochNs,
            final long ingressNs,
            final long publishNs) {
        final int at = framing.messageOffset();
        final int length = framing.messageLength();
        final int keyIndex = protocol.keyIndex(buffer, at, length);
        final FrameWriter frame = channel.claim(keyIndex < 0 ? -1 : Itch50.SYMBOL_BYTES, length, 0);
        if (frame == null) {
            channel.publishInJournal(offset, offset);
            return;
        }
        frame.identity(offset, sequence)
                .stamps(protocol.exchangeNs(buffer, at, length, receiveEpochNs), receiveEpochNs, ingressNs, publishNs);
        if (keyIndex >= 0) {
            frame.key(protocol.keys().getLong(keyIndex));
        }
        if (protocol.mustKeep(buffer, at, length)) {
            frame.addFlags(RingLayout.FLAG_KEEP);
        }
        frame.value(buffer, at);
        channel.commit(offset + 1);
    }

    private String sessionName() {
        final UnsafeBuffer text = new UnsafeBuffer(new byte[2 * Long.BYTES]);
        text.putLong(0, framing.sessionHigh());
        text.putLong(Long.BYTES, framing.sessionLow());
        return text.getStringWithoutLengthAscii(0, MoldUdp64.SESSION_BYTES).strip();
    }

    public String name() {
        return name;
    }

    public FeedCounters counters() {
        return counters;
    }
}
