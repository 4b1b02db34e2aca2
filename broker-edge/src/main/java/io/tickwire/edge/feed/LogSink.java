package io.tickwire.edge.feed;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.PartitionLog;
import org.agrona.concurrent.UnsafeBuffer;

/** A partition's log as a feed's journal. Owned by the log's owner thread. */
final class LogSink implements JournalSink {
    private final PartitionLog log;
    private final AppendPublisher publisher;
    private final AppendResult result = new AppendResult();
    private final int leaderEpoch;

    /**
     * A sink.
     *
     * @param publisher the log's shared-memory listener, muted while the feed appends; null when there is none.
     */
    LogSink(final PartitionLog log, final AppendPublisher publisher, final int leaderEpoch) {
        this.log = log;
        this.publisher = publisher;
        this.leaderEpoch = leaderEpoch;
    }

    @Override
    public boolean claim(final int maxLength, final long nowMs, final UnsafeBuffer region) {
        return log.claim(maxLength, nowMs, region) == KafkaErrors.NONE;
    }

    @Override
    public long commit(final int length, final long nowMs) {
        if (publisher == null) {
            log.commit(length, leaderEpoch, nowMs, result);
        } else {
            publisher.mute(true);
            log.commit(length, leaderEpoch, nowMs, result);
            publisher.mute(false);
        }
        return result.baseOffset();
    }

    @Override
    public void abort() {
        log.abort();
    }
}
