package io.tickwire.edge.launch;

import io.tickwire.edge.agent.Conductor;
import io.tickwire.edge.agent.ControlContext;
import io.tickwire.edge.agent.ControlPlane;
import io.tickwire.edge.agent.PartitionObserver;
import io.tickwire.edge.agent.Shard;
import io.tickwire.edge.agent.ShardDirectory;
import io.tickwire.edge.agent.ShardTask;
import io.tickwire.edge.config.ConfigException;
import io.tickwire.edge.config.HostPort;
import io.tickwire.edge.config.NetMode;
import io.tickwire.edge.config.TickwireConfig;
import io.tickwire.edge.connection.ConnectionLimits;
import io.tickwire.edge.connection.ConnectionQuota;
import io.tickwire.edge.handler.HandlerTable;
import io.tickwire.edge.launch.threads.ThreadPlacement;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.metrics.StatsFile;
import io.tickwire.net.transport.KernelTransportGroup;
import io.tickwire.net.transport.KernelTransportSettings;
import io.tickwire.net.transport.Transport;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running broker: opens its data directory, starts its threads, and ends in the opposite order. */
public final class Broker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final int CONDUCTOR_QUEUE = 1 << 16;
    private static final int READ_BUFFER_BYTES = 256 << 10;
    private static final int UNLIMITED = -1;

    private final BrokerThreads threads = new BrokerThreads();
    private final CountDownLatch terminated = new CountDownLatch(1);
    private final AtomicBoolean closing = new AtomicBoolean();
    private final TickwireConfig config;
    private final Conductor conductor = new Conductor(CONDUCTOR_QUEUE);
    private final LogCatalog catalog;
    private final StatsFile stats;
    private final List<Shard> shards = new ArrayList<>();
    private final List<AgentLoop> shardLoops = new ArrayList<>();
    private final List<Thread> shardThreads = new ArrayList<>();
    private AgentLoop conductorLoop;
    private Thread conductorThread;
    private LogThreads logThreads;
    private Compaction compaction;
    private MetricsServer metrics;
    private volatile InetSocketAddress kafkaAddress;
    private ControlPlane control;

    private Broker(
            TickwireConfig config, LogCatalog catalog, List<? extends Transport> transports, long epochOffsetNs) {
        this.config = config;
        this.catalog = catalog;
        stats = BrokerStats.create(config);
        ConnectionQuota quota =
                new ConnectionQuota(config.brokerInt("max.connections"), config.brokerInt("max.connections.per.ip"));
        for (Transport transport : transports) {
            shards.add(new Shard(
                    shards.size(),
                    transport,
                    conductor,
                    limits(config),
                    quota,
                    stats.shard(shards.size()),
                    epochOffsetNs));
        }
        Shard.connect(shards);
    }

    /**
     * Starts a broker and returns when it serves.
     *
     * @param epochOffsetNs epoch time minus monotonic time, as everything that stamps records was given it
     * @param plane makes the control plane
     * @param observers told of partitions
     * @param tasks of each shard, by its number, which share its thread
     * @throws RuntimeException saying what stands in the way; nothing is left running then
     */
    public static Broker start(
            TickwireConfig config,
            long epochOffsetNs,
            Function<ControlContext, ControlPlane> plane,
            List<PartitionObserver> observers,
            IntFunction<List<ShardTask>> tasks) {
        new ThreadPlacement(config.threading()).placeProcess();
        List<? extends Transport> transports = transports(config, epochOffsetNs);
        Broker broker = new Broker(config, openCatalog(config), transports, epochOffsetNs);
        try {
            broker.run(plane, observers, tasks);
            return broker;
        } catch (RuntimeException e) {
            broker.close();
            throw e instanceof CompletionException wrapped && wrapped.getCause() instanceof RuntimeException cause
                    ? cause
                    : e;
        }
    }

    private static LogCatalog openCatalog(TickwireConfig config) {
        try {
            LogCatalog catalog = LogCatalog.open(config.dataDir(), CatalogOptions.defaults());
            LOG.info("{}", catalog.recovery().summary());
            return catalog;
        } catch (IOException e) {
            throw ConfigException.of("data.dir", config.dataDir().toString(), "cannot be opened: " + e.getMessage());
        }
    }

    private static List<? extends Transport> transports(TickwireConfig config, long epochOffsetNs) {
        int shards = config.threading().shards();
        if (config.net().mode() == NetMode.DPDK) {
            return DpdkTransport.open(config.net().dpdk(), shards);
        }
        return KernelTransportGroup.open(
                new KernelTransportSettings(
                        READ_BUFFER_BYTES,
                        socketBuffer(config, "socket.send.buffer.bytes"),
                        socketBuffer(config, "socket.receive.buffer.bytes"),
                        () -> System.nanoTime() + epochOffsetNs),
                shards);
    }

    /** Kafka's default of 100 KiB is for its own network threads: unless it is set, the kernel sizes the buffers. */
    private static int socketBuffer(TickwireConfig config, String name) {
        int bytes = config.broker().containsKey(name) ? config.brokerInt(name) : UNLIMITED;
        return Math.max(bytes, 0);
    }

    private static ConnectionLimits limits(TickwireConfig config) {
        return new ConnectionLimits(
                config.brokerInt("socket.request.max.bytes"),
                config.brokerLong("connections.max.idle.ms") * 1_000_000,
                inflightBytes(config));
    }

    /** Each shard has its part of what all connections together may have. */
    private static long inflightBytes(TickwireConfig config) {
        return config.kafka().inflightBytes() / config.threading().shards();
    }

    private void run(
            Function<ControlContext, ControlPlane> plane,
            List<PartitionObserver> observers,
            IntFunction<List<ShardTask>> tasks) {
        startShards();
        conductorLoop = new AgentLoop(conductor, conductor::park, 0, this::halt, ShardStats.unshared());
        conductorThread = threads.start("tickwire-conductor", conductorLoop);
        LogOpening opening = new LogOpening();
        ShardDirectory directory = new ShardDirectory(shards, observers, opening);
        logThreads = new LogThreads(
                catalog, threads, config.brokerLong("log.retention.check.interval.ms"), opening, directory::synced);
        kafkaAddress = listen(resolve(config.kafka().listen()));
        compaction = new Compaction(config, catalog, threads);
        control = plane.apply(new ControlContext(
                config, catalog, conductor, directory, () -> kafkaAddress, threads, compaction::reconfigure));
        CompletableFuture.runAsync(control::start, conductor).join();
        compaction.start();
        ShardHandlers handlers = new ShardHandlers(config, catalog, control, shards);
        List<CompletableFuture<Void>> opened = new ArrayList<>();
        for (Shard shard : shards) {
            opened.add(handlers.open(shard, tasks.apply(shard.index())));
        }
        opened.forEach(CompletableFuture::join);
        metrics = config.metricsListen()
                .map(address -> new MetricsServer(
                        address,
                        shards,
                        conductor,
                        compaction.cleaner(),
                        logThreads.pretoucher(),
                        handlers.shareMembers(),
                        stats))
                .orElse(null);
    }

    private void startShards() {
        ThreadPlacement placement = new ThreadPlacement(config.threading());
        long spinUs = config.threading().spinUs();
        List<CompletableFuture<Void>> placed = new ArrayList<>();
        for (Shard shard : shards) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            placed.add(done);
            AgentLoop loop =
                    new AgentLoop(shard, shard::park, spinUs < 0 ? -1 : spinUs * 1000, this::halt, shard.stats());
            shardLoops.add(loop);
            shardThreads.add(threads.start("tickwire-" + shard.roleName(), () -> {
                try {
                    placement.placeShard(shard.index());
                    done.complete(null);
                } catch (RuntimeException e) {
                    done.completeExceptionally(e);
                    shard.onClose();
                    return;
                }
                loop.run();
            }));
        }
        placed.forEach(CompletableFuture::join);
    }

    /** All shards listen on the address, with the port that the first one got. */
    private InetSocketAddress listen(InetSocketAddress address) {
        InetSocketAddress bound = address;
        for (Shard shard : shards) {
            bound = shard.listen(bound).join();
        }
        return bound;
    }

    private static InetSocketAddress resolve(HostPort address) {
        InetSocketAddress resolved = new InetSocketAddress(address.host(), address.port());
        if (resolved.isUnresolved()) {
            throw ConfigException.of("kafka.listen", address.toString(), "this host name has no address");
        }
        return resolved;
    }

    /** A thread has died: what is journalled is safe, and nothing else can be promised. */
    private void halt() {
        threads.start("tickwire-halt", this::close);
    }

    /** All handlers, as each shard has them. */
    public HandlerTable handlers() {
        return shards.get(0).handlers();
    }

    /** Where Kafka clients connect. */
    public InetSocketAddress kafkaAddress() {
        return kafkaAddress;
    }

    /** Port on which metrics are served, or 0. */
    public int metricsPort() {
        return metrics == null ? 0 : metrics.port();
    }

    /** The control plane. */
    public ControlPlane control() {
        return control;
    }

    /** Blocks until the broker has ended. */
    public void awaitTermination() throws InterruptedException {
        terminated.await();
    }

    @Override
    public void close() {
        if (closing.getAndSet(true)) {
            return;
        }
        try {
            if (metrics != null) {
                metrics.close();
            }
            if (compaction != null) {
                compaction.close();
            }
            shardLoops.forEach(AgentLoop::stop);
            shards.forEach(Shard::wakeup);
            shardThreads.forEach(BrokerThreads::join);
            if (conductorThread != null) {
                if (control != null) {
                    ControlPlane plane = control;
                    conductor.execute(() -> conductor.closeLater(plane));
                }
                conductorLoop.stop();
                BrokerThreads.join(conductorThread);
            }
            if (logThreads != null) {
                logThreads.close();
            }
            stats.delete();
            catalog.close();
        } catch (IOException e) {
            throw new UncheckedIOException("data directory " + config.dataDir() + " did not close cleanly", e);
        } finally {
            terminated.countDown();
        }
    }
}
