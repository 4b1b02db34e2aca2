package io.tickwire.edge.feed;

import io.tickwire.edge.shm.ChannelPublisher;
import io.tickwire.edge.shm.FrameWriter;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import io.tickwire.kafka.record.RecordCursor;
import io.tickwire.storage.log.AppendListener;
import io.tickwire.storage.log.PartitionLog;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Puts what is appended to a log into its shared-memory channel: records one by one, compressed batches and oversized records as
 * ranges to be read from the journal, transaction markers as ranges without records. Called on the log's owner thread; allocates nothing.
 *
 * <p>A feed publishes its own messages, with more stamps than the batch holds, and mutes this listener meanwhile.
 */
public final class AppendPublisher implements AppendListener {
    private final ChannelPublisher channel;
    private final EpochNanoClock clock;
    private final UnsafeBuffer bytes = new UnsafeBuffer(0, 0);
    private final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    private final RecordCursor cursor = new RecordCursor();
    private final RecordFields fields = new RecordFields(new OpaqueProtocol());
    private boolean muted;

    /**
     * A listener for one log.
     *
     * @param clock epoch time, of the same base as the channel's.
     */
    public AppendPublisher(final ChannelPublisher channel, final EpochNanoClock clock) {
        this.channel = channel;
        this.clock = clock;
    }

    /** The log's channel. */
    public ChannelPublisher channel() {
        return channel;
    }

    /** While muted, appends are not published; the caller does it. */
    void mute(final boolean on) {
        muted = on;
    }

    @Override
    public void onAppend(
            final PartitionLog log,
            final long baseOffset,
            final long lastOffset,
            final long batchAddress,
            final int batchLength) {
        if (!muted) {
            bytes.wrap(batchAddress, batchLength);
            publish(baseOffset, lastOffset, batchLength);
        }
    }

    private void publish(final long baseOffset, final long lastOffset, final int batchLength) {
        batch.wrap(bytes, 0);
        if (batch.isControl()) {
            channel.publishNoRecords(baseOffset, lastOffset);
        } else if (batch.isCompressed()) {
            channel.publishInJournal(baseOffset, lastOffset);
        } else {
            publishRecords(baseOffset, lastOffset, batchLength);
        }
    }

    private void publishRecords(final long baseOffset, final long lastOffset, final int batchLength) {
        final long nowNs = clock.nanoTime();
        final boolean transactional = batch.isTransactional();
        cursor.wrap(bytes, 0, batchLength);
        long next = baseOffset;
        while (cursor.next()) {
            final long offset = baseOffset + cursor.offsetDelta();
            if (offset > next) {
                channel.publishNoRecords(next, offset - 1);
            }
            fields.read(cursor);
            final FrameWriter frame =
                    channel.claim(cursor.keyLength(), cursor.valueLength(), fields.headersLength(cursor));
            if (frame == null) {
                channel.publishInJournal(offset, offset);
            } else {
                fields.fill(cursor, frame, offset, nowNs, nowNs, transactional);
                channel.commit(offset + 1);
            }
            next = offset + 1;
        }
        if (next <= lastOffset) {
            channel.publishNoRecords(next, lastOffset);
        }
    }
}
