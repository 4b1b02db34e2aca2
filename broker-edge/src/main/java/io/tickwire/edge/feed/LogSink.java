package io.tickwire.edge.feed;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.ClaimHolder;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import org.agrona.concurrent.UnsafeBuffer;

/** A partition's log as a feed's journal. Owned by the log's owner thread. */
public final class LogSink implements JournalSink {
    /** Part of a segment that may be asked for ahead of need: a segment is ended when what is reserved does not fit. */
    private static final int SEGMENT_PART = 64;

    private final PartitionLog log;
    private final AppendPublisher publisher;
    private final AppendResult result = new AppendResult();
    private final int leaderEpoch;

    /**
     * A sink.
     *
     * @param publisher the log's shared-memory listener, muted while the feed appends; null when there is none.
     */
    public LogSink(final PartitionLog log, final AppendPublisher publisher, final int leaderEpoch) {
        this.log = log;
        this.publisher = publisher;
        this.leaderEpoch = leaderEpoch;
    }

    @Override
    public int reserve(final int length, final int wanted, final long nowMs, final ClaimHolder holder) {
        final LogSettings settings = log.settings();
        final long largest = Math.min(
                settings.segmentBytes() / SEGMENT_PART, settings.rules().maxBatchBytes());
        final int granted = (int) Math.max(length, Math.min(wanted, largest));
        return log.reserve(granted, nowMs, holder) == KafkaErrors.NONE ? granted : 0;
    }

    @Override
    public long nextOffset() {
        return log.logEndOffset();
    }

    @Override
    public boolean claim(final UnsafeBuffer region) {
        return log.claimReserved(region) == KafkaErrors.NONE;
    }

    @Override
    public long commit(final int length, final long nowMs) {
        if (publisher == null) {
            log.commit(length, leaderEpoch, nowMs, result);
        } else {
            publisher.mute(true);
            try {
                log.commit(length, leaderEpoch, nowMs, result);
            } finally {
                publisher.mute(false);
            }
        }
        return result.baseOffset();
    }

    @Override
    public void abort() {
        log.abort();
    }
}
