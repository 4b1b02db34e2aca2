package io.tickwire.edge.feed;

import io.tickwire.edge.agent.PartitionObserver;
import io.tickwire.edge.agent.ShardContext;
import io.tickwire.edge.agent.ShardTask;
import io.tickwire.edge.config.ConfigException;
import io.tickwire.edge.config.FeedConfig;
import io.tickwire.edge.config.ShmConfig;
import io.tickwire.edge.config.TickwireConfig;
import io.tickwire.edge.shm.ChannelRegistry;
import io.tickwire.edge.shm.PublisherFiles;
import io.tickwire.edge.shm.RegistrySettings;
import io.tickwire.edge.shm.ShmException;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochNanoClock;

/** The feeds and the shared memory of one broker: what launch hands to the shard and to the partition directory. */
public final class FeedWiring implements AutoCloseable {
    private final ChannelRegistry registry;
    private final FeedPartitions partitions;
    private final LocalPublishers publishers;
    private final FeedEventLog eventLog = new FeedEventLog();
    private final List<List<FeedTask>> feeds = new ArrayList<>();
    private final Set<String> topics = new LinkedHashSet<>();

    private FeedWiring(final TickwireConfig config, final ChannelRegistry registry, final EpochNanoClock clock) {
        this.registry = registry;
        this.partitions = new FeedPartitions(registry, clock);
        this.publishers = registry == null || config.shm().maxPublishers() == 0 ? null : openPublishers(config.shm());
        for (int shard = 0; shard < config.threading().shards(); shard++) {
            feeds.add(new ArrayList<>());
        }
        for (final FeedConfig feed : config.feeds()) {
            final FeedCounters counters = new FeedCounters();
            final CompletableFuture<Void> joined = new CompletableFuture<>();
            feeds.forEach(tasks ->
                    tasks.add(new FeedTask(feed, config.shm().feedFirst(), partitions, eventLog, counters, joined)));
            topics.add(feed.topic());
        }
    }

    /**
     * Checks the feeds and takes the shared-memory directory.
     *
     * @param epochOffsetNs what the shard adds to monotonic time.
     * @throws ConfigException for what the operator can mend.
     */
    public static FeedWiring open(final TickwireConfig config, final long epochOffsetNs) {
        for (final FeedConfig feed : config.feeds()) {
            check("feeds." + feed.name() + ".framing", feed.framing(), () -> FeedFormats.framing(feed.framing()));
            check("feeds." + feed.name() + ".protocol", feed.protocol(), () -> FeedFormats.protocol(feed.protocol()));
        }
        final ChannelRegistry registry = config.shm().enabled() ? openRegistry(config, epochOffsetNs) : null;
        return new FeedWiring(config, registry, () -> System.nanoTime() + epochOffsetNs);
    }

    private static void check(final String key, final String value, final Runnable lookUp) {
        try {
            lookUp.run();
        } catch (final IllegalArgumentException e) {
            throw ConfigException.of(key, value, e.getMessage());
        }
    }

    private static ChannelRegistry openRegistry(final TickwireConfig config, final long epochOffsetNs) {
        final ShmConfig shm = config.shm();
        final RegistrySettings settings;
        try {
            settings = new RegistrySettings(
                    shm.dir(),
                    config.dataDir(),
                    Math.toIntExact(shm.ringBytes()),
                    shm.maxBytes(),
                    shm.maxChannels(),
                    PosixFilePermissions.fromString(shm.permissions()));
        } catch (final ArithmeticException | IllegalArgumentException e) {
            throw ConfigException.of("shm", shm.toString(), e.getMessage());
        }
        try {
            return ChannelRegistry.open(settings, epochOffsetNs);
        } catch (final ShmException e) {
            throw ConfigException.of("shm.dir", shm.dir().toString(), e.getMessage());
        }
    }

    private LocalPublishers openPublishers(final ShmConfig shm) {
        try {
            return new LocalPublishers(
                    PublisherFiles.open(shm.dir(), PosixFilePermissions.fromString(shm.publisherPermissions())),
                    partitions,
                    shm.maxPublishers(),
                    registry.generation());
        } catch (final IllegalArgumentException e) {
            registry.close();
            throw ConfigException.of(
                    "shm.publish.access", shm.publisherPermissions(), "no permissions as ls shows them");
        } catch (final ShmException e) {
            registry.close();
            throw ConfigException.of("shm.dir", shm.dir().toString(), e.getMessage());
        }
    }

    /** To be told of partitions. */
    public List<PartitionObserver> observers() {
        return List.of(partitions);
    }

    /** To run on a shard: a task of every feed, as the feed is wherever its partition is. */
    public List<ShardTask> tasks(final int shard) {
        final List<ShardTask> tasks = new ArrayList<>(feeds.get(shard));
        if (registry != null && shard == 0) {
            tasks.add(new Heartbeat(registry));
        }
        if (publishers != null) {
            tasks.add(new PublishTask(publishers, partitions));
        }
        return tasks;
    }

    /** Topics that the feeds need. */
    public Set<String> topics() {
        return topics;
    }

    /** Logs what happened on the feeds and looks for publishers; to be called on the control thread a few times a second. */
    public void controlWork() {
        eventLog.drain();
        if (publishers != null) {
            publishers.controlWork(System.nanoTime(), System.currentTimeMillis());
        }
    }

    /** The feeds, for their counters. */
    public List<FeedTask> feeds() {
        return List.copyOf(feeds.get(0));
    }

    /** What the publishers in shared memory have done. Any thread. */
    public PublishCounters publishCounters() {
        return publishers == null ? new PublishCounters() : publishers.counters();
    }

    /** The last messages known to be missing, oldest first. Any thread. */
    public List<GapRecord> gaps() {
        return eventLog.gaps();
    }

    /** Gives the shared memory up; the shard and the conductor must have ended. */
    @Override
    public void close() {
        eventLog.drain();
        if (publishers != null) {
            publishers.close();
        }
        if (registry != null) {
            registry.close();
        }
    }

    /** Tells subscribers ten times a second that the shard lives. */
    private static final class Heartbeat implements ShardTask {
        private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);

        private final ChannelRegistry registry;
        private long nextNs = System.nanoTime();

        Heartbeat(final ChannelRegistry registry) {
            this.registry = registry;
        }

        @Override
        public void onStart(final ShardContext context) {
            // Nothing to prepare.
        }

        @Override
        public int doWork(final long nowNs, final long nowEpochMs) {
            if (nowNs - nextNs < 0) {
                return 0;
            }
            nextNs = nowNs + INTERVAL_NS;
            registry.heartbeat(nowNs);
            return 0;
        }

        @Override
        public void onClose() {
            // The registry says goodbye.
        }
    }
}
