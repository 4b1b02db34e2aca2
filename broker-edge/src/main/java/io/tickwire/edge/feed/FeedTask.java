package io.tickwire.edge.feed;

import io.tickwire.edge.agent.ShardContext;
import io.tickwire.edge.agent.ShardTask;
import io.tickwire.edge.config.FeedConfig;
import io.tickwire.edge.config.FeedFirst;
import io.tickwire.net.transport.DatagramHandler;
import io.tickwire.net.transport.DatagramSettings;
import io.tickwire.net.transport.DatagramSource;
import io.tickwire.storage.log.PartitionLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.agrona.DirectBuffer;

/**
 * One configured feed on one of the shards: joins its group while that shard owns its topic's partition 0, and leaves it when the topic
 * goes. Shard's thread only, except the counters.
 */
public final class FeedTask implements ShardTask, DatagramHandler {
    private static final int PARTITION = 0;

    private final FeedConfig config;
    private final FeedFirst first;
    private final FeedPartitions partitions;
    private final FeedEvents events;
    private final FeedCounters counters;
    private ShardContext shard;
    private long version;
    private boolean looked;
    private PartitionLog log;
    private FeedHandler handler;
    private DatagramSource source;
    private final CompletableFuture<Void> joined;

    /** A feed; its tasks on all shards share the counters, which the one that has joined writes, and the news that one has. */
    FeedTask(
            final FeedConfig config,
            final FeedFirst first,
            final FeedPartitions partitions,
            final FeedEvents events,
            final FeedCounters counters,
            final CompletableFuture<Void> joined) {
        this.config = config;
        this.first = first;
        this.joined = joined;
        this.counters = counters;
        this.partitions = partitions;
        this.events = events;
    }

    @Override
    public void onStart(final ShardContext context) {
        shard = context;
        refresh();
    }

    @Override
    public int doWork(final long nowNs, final long nowEpochMs) {
        flush();
        if (shard.partitionVersion() == version) {
            return 0;
        }
        refresh();
        return 1;
    }

    /** Datagrams are delivered before this in the duty cycle. */
    private void flush() {
        if (handler != null) {
            handler.flush();
        }
    }

    /** Finds the partition again after partitions came or went. */
    private void refresh() {
        version = shard.partitionVersion();
        final PartitionLog now = shard.partition(config.topic(), PARTITION);
        if (looked && now == log) {
            return;
        }
        looked = true;
        flush();
        log = now;
        handler = log == null ? null : newHandler();
        if (log == null) {
            leave();
        } else if (source == null) {
            source = shard.transport()
                    .open(
                            DatagramSettings.multicast(
                                            config.group(),
                                            config.port(),
                                            config.networkInterface().isEmpty() ? null : config.networkInterface())
                                    .withSource(config.source().orElse(null)),
                            this);
            joined.complete(null);
        }
    }

    private FeedHandler newHandler() {
        final FeedPartitions.Served served = partitions.find(config.topic(), PARTITION);
        final AppendPublisher publisher = served == null ? null : served.publisher();
        final long epochOffsetNs = shard.epochOffsetNs();
        return new FeedHandler(
                config.name(),
                FeedFormats.framing(config.framing()),
                FeedFormats.protocol(config.protocol()),
                new LogSink(log, publisher, served == null ? 0 : served.spec().leaderEpoch()),
                publisher == null ? null : publisher.channel(),
                first,
                () -> System.nanoTime() + epochOffsetNs,
                events,
                counters,
                shard.stats());
    }

    @Override
    public void onDatagram(
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final long receiveEpochNs,
            final int sourceIpv4,
            final int sourcePort) {
        if (shard.partitionVersion() != version) {
            refresh();
        }
        if (handler != null) {
            handler.onDatagram(buffer, offset, length, receiveEpochNs, sourceIpv4, sourcePort);
        }
    }

    private void leave() {
        if (source != null) {
            source.close();
            source = null;
        }
    }

    @Override
    public void onClose() {
        flush();
        leave();
        joined.cancel(false);
    }

    /** Completed when the group was joined for the first time: what is sent to it from then on is received. Any thread. */
    public CompletionStage<Void> joined() {
        return joined;
    }

    /** The feed's name in the configuration. */
    public String name() {
        return config.name();
    }

    /** What it has seen. Any thread. */
    public FeedCounters counters() {
        return counters;
    }
}
