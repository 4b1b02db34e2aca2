package io.tickwire.edge.feed;

import io.tickwire.edge.config.FeedFirst;
import io.tickwire.edge.metrics.LatencyHistogram;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.metrics.Stage;
import io.tickwire.kafka.record.HeaderBlock;
import io.tickwire.kafka.record.RecordBatchEncoder;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.storage.log.ClaimHolder;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Puts a datagram's messages into shared memory and into the journal, encoded straight into the claimed region, in the order that is set.
 * Owned by the shard; allocates nothing.
 *
 * <p><b>Ring first.</b> Offsets are known beforehand, as the shard is the log's only writer. The log first says that it can take the append;
 * then the messages are published, then encoded. The batch stays open for the datagrams that follow in the same duty cycle, until {@link
 * #flush}, {@link #BURST_BYTES}, or somebody else's append to the log. What the journal then fails to take is retracted.
 *
 * <p><b>Journal first</b>, also where a datagram is too large for one batch or for the ring: one batch, or several, a datagram, published
 * once they are in the journal.
 */
final class FeedWriter implements ClaimHolder {
    /** Largest batch claimed, bytes: below Kafka's default limit on a batch of 1 MiB and a bit. */
    static final int MAX_BATCH_BYTES = 1 << 20;

    /** Claimed at once for the datagrams of a burst. */
    static final int BURST_BYTES = 64 * 1024;

    // Length, attributes, timestamp delta, offset delta, key length, value length, header count: varints.
    private static final int RECORD_OVERHEAD_BYTES = 5 + 1 + 10 + 3 + 1 + 5 + 1;
    private static final long NS_PER_MS = 1_000_000L;

    /** Learns of messages that the journal did not take. */
    interface Refusals {
        /** Message {@code firstSequence} (0 without sequences) and the {@code count - 1} after it. */
        void onRefused(long firstSequence, int count, long receiveEpochNs);
    }

    private final FeedDatagram datagram;
    private final FeedRing ring;
    private final JournalSink journal;
    private final boolean ringFirst;
    private final EpochNanoClock clock;
    private final FeedCounters counters;
    private final Refusals refusals;
    private final LatencyHistogram journalled;
    private final RecordBatchEncoder encoder = new RecordBatchEncoder();
    private final HeaderBlock headers = new HeaderBlock(64);
    private final UnsafeBuffer region = new UnsafeBuffer(0, 0);
    private final int sequenceIndex;
    private final int receiveIndex;
    private final int recordOverhead;

    private boolean open;
    private long batchOffset;
    private long batchSequence;
    private long batchReceiveNs;
    private long batchIngressNs;
    private int batchRecords;

    FeedWriter(
            final FeedDatagram datagram,
            final FeedRing ring,
            final JournalSink journal,
            final FeedFirst first,
            final EpochNanoClock clock,
            final FeedCounters counters,
            final ShardStats stats,
            final Refusals refusals) {
        this.datagram = datagram;
        this.ring = ring;
        this.journal = journal;
        this.ringFirst = first == FeedFirst.RING;
        this.clock = clock;
        this.counters = counters;
        this.refusals = refusals;
        this.journalled = stats.of(Stage.FEED_JOURNAL);
        this.sequenceIndex = addHeader(FeedHandler.SEQUENCE_HEADER);
        this.receiveIndex = addHeader(FeedHandler.RECEIVE_HEADER);
        this.recordOverhead = RECORD_OVERHEAD_BYTES + Itch50.SYMBOL_BYTES + headers.length();
    }

    private int addHeader(final String key) {
        final byte[] ascii = key.getBytes(StandardCharsets.US_ASCII);
        return headers.addLong(new UnsafeBuffer(ascii), 0, ascii.length, 0);
    }

    /** Writes the datagram's messages from the {@code from}th on. */
    void write(final int from) {
        int done = from;
        while (done < datagram.count()) {
            final int left = datagram.count() - done;
            final int taken = write(done, left);
            if (taken == 0) {
                refusals.onRefused(datagram.sequenceOf(done), left, datagram.receiveNs());
                return;
            }
            done += taken;
        }
    }

    /** Returns how many messages were written, or dealt with otherwise; 0 when the journal will not have any. */
    private int write(final int from, final int count) {
        final long recordBytes = datagram.messageBytes() + (long) count * recordOverhead;
        if (open) {
            if (encoder.length() + recordBytes <= region.capacity() && ring.fits()) {
                ring.publish(from, count, batchOffset + batchRecords, true);
                encodeAhead(from, count);
                return count;
            }
            flush();
        }
        final long needed = RecordBatchFlyweight.HEADER_BYTES + recordBytes;
        final int length = (int) Math.min(needed, MAX_BATCH_BYTES);
        final int wanted = ringFirst ? Math.max(length, BURST_BYTES) : length;
        final int granted = journal.reserve(length, wanted, datagram.receiveNs() / NS_PER_MS, this);
        if (granted == 0) {
            return 0;
        }
        batchReceiveNs = datagram.receiveNs();
        batchIngressNs = datagram.ingressNs();
        batchSequence = datagram.sequenceOf(from);
        batchRecords = 0;
        if (ringFirst && needed <= granted && ring.fits()) {
            writeRingFirst(from, count);
            return count;
        }
        return writeJournalFirst(from, count);
    }

    private void writeRingFirst(final int from, final int count) {
        batchOffset = journal.nextOffset();
        ring.publish(from, count, batchOffset, true);
        if (journal.claim(region)) {
            encoder.begin(region, 0, region.capacity());
            open = true;
            encodeAhead(from, count);
        } else {
            batchRecords = count;
            takeBack();
        }
    }

    /** Into the open batch, which has room for them. */
    private void encodeAhead(final int from, final int count) {
        batchRecords += count;
        if (encode(from, count, false) < count) {
            open = false;
            journal.abort();
            takeBack();
        }
    }

    /** Ends the open batch: what was published ahead is in the journal after this, or taken back. */
    void flush() {
        if (open) {
            open = false;
            if (commit() < 0) {
                takeBack();
            } else {
                ring.journalled(batchOffset + batchRecords);
            }
        }
    }

    @Override
    public void endClaim() {
        flush();
    }

    private void takeBack() {
        ring.retract(batchOffset, batchOffset + batchRecords - 1);
        refusals.onRefused(batchSequence, batchRecords, batchReceiveNs);
    }

    private int writeJournalFirst(final int from, final int count) {
        if (!journal.claim(region)) {
            return 0;
        }
        encoder.begin(region, 0, region.capacity());
        batchRecords = encode(from, count, true);
        if (batchRecords == 0) {
            journal.abort();
            return 0;
        }
        final long offset = commit();
        if (offset < 0) {
            return 0;
        }
        ring.publish(from, batchRecords, offset, false);
        ring.journalled(offset + batchRecords);
        return batchRecords;
    }

    /** Returns the first record's offset, or a negative number when the journal failed. */
    private long commit() {
        final int length;
        try {
            length = encoder.finish();
        } catch (final InternalError e) {
            journal.abort();
            return -1;
        }
        final long offset = journal.commit(length, batchReceiveNs / NS_PER_MS);
        if (offset >= 0) {
            journalled.record(clock.nanoTime() - batchIngressNs);
            counters.add(FeedCounters.BATCHES, 1);
            counters.add(FeedCounters.MESSAGES, batchRecords);
        }
        return offset;
    }

    /** Encodes as many as there is room for; returns how many, 0 also on a fault in the journal's memory. */
    private int encode(final int from, final int count, final boolean first) {
        try {
            return encodeMessages(from, count, first);
        } catch (final InternalError e) {
            // HotSpot's answer to SIGBUS.
            return 0;
        }
    }

    private int encodeMessages(final int from, final int count, final boolean first) {
        final long timestampMs = datagram.receiveNs() / NS_PER_MS;
        headers.setLong(receiveIndex, datagram.receiveNs());
        datagram.moveTo(from, first);
        for (int i = 0; i < count; i++) {
            datagram.next();
            headers.setLong(sequenceIndex, datagram.sequence());
            final int keyIndex = datagram.keyIndex();
            final int taken = encoder.append(
                    timestampMs,
                    datagram.protocol().keys(),
                    Math.max(keyIndex, 0),
                    keyIndex < 0 ? RecordBatchEncoder.NULL_LENGTH : Itch50.SYMBOL_BYTES,
                    datagram.buffer(),
                    datagram.offset(),
                    datagram.length(),
                    headers);
            if (taken < 0) {
                return i;
            }
        }
        return count;
    }
}
