package io.tickwire.edge.feed;

import io.tickwire.edge.agent.ShardContext;
import io.tickwire.edge.agent.ShardTask;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.PartitionLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The publishers in shared memory whose partitions one shard owns. That shard's thread only. */
final class PublishTask implements ShardTask {
    /** Nobody wakes the shard when a request comes: it looks by itself. */
    private static final long LONGEST_PARK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final LocalPublishers publishers;
    private final FeedPartitions partitions;
    private final List<PublishSession> mine = new ArrayList<>();
    private ShardContext shard;
    private long publishersVersion = -1;
    private long partitionsVersion = -1;

    PublishTask(final LocalPublishers publishers, final FeedPartitions partitions) {
        this.publishers = publishers;
        this.partitions = partitions;
    }

    @Override
    public void onStart(final ShardContext context) {
        shard = context;
    }

    @Override
    public int doWork(final long nowNs, final long nowEpochMs) {
        final long version = publishers.version();
        if (version != publishersVersion || shard.partitionVersion() != partitionsVersion) {
            publishersVersion = version;
            partitionsVersion = shard.partitionVersion();
            refresh(nowNs);
        }
        int work = 0;
        for (int i = mine.size() - 1; i >= 0; i--) {
            final PublishSession session = mine.get(i);
            work += session.doWork(nowEpochMs);
            if (session.isFinished()) {
                mine.remove(i);
            }
        }
        return work;
    }

    /** Finds out again which publishers are this shard's. */
    private void refresh(final long nowNs) {
        for (int i = mine.size() - 1; i >= 0; i--) {
            final PublishSession session = mine.get(i);
            if (logOf(session) != session.log()) {
                session.finish(KafkaErrors.UNKNOWN_TOPIC_OR_PARTITION);
                mine.remove(i);
            }
        }
        for (final PublishSession session : publishers.sessions()) {
            final PartitionLog log = logOf(session);
            final FeedPartitions.Served served =
                    partitions.find(session.port().topic(), session.port().partition());
            if (log != null && served != null && session.claim()) {
                session.begin(log, served.spec().leaderEpoch(), publishers.generation(), nowNs);
                mine.add(session);
            }
        }
    }

    private PartitionLog logOf(final PublishSession session) {
        return shard.partition(session.port().topic(), session.port().partition());
    }

    @Override
    public long longestParkNs() {
        return mine.isEmpty() ? Long.MAX_VALUE : LONGEST_PARK_NS;
    }

    @Override
    public void onClose() {
        mine.forEach(session -> session.finish(KafkaErrors.NONE));
    }
}
